namespace GitOps.State;

/// <summary>What the engine remembers of a source over a restart.</summary>
/// <param name="Revision">The revision that was served last.</param>
/// <param name="Ready">Whether the last look went well, and since when.</param>
internal sealed record SourceState(Revision? Revision, Condition? Ready);
