namespace GitOps.Testing;

/// <summary>One entry of a resource's history.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Revision">At which revision.</param>
/// <param name="Object">The object after; for a deletion its last state at the deletion's revision.</param>
/// <param name="Previous">The object before; <see langword="null"/> for a creation.</param>
internal sealed record Change(ChangeKind Kind, long Revision, StoredObject Object, StoredObject? Previous);
