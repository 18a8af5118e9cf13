namespace GitOps.TypedMerge;

/// <summary>The fields of one owner.</summary>
/// <param name="Fields">The fields.</param>
/// <param name="ApiVersion">The version they are written in.</param>
/// <param name="Time">Since when, as RFC 3339; <see langword="null"/> when the owner never changed the object.</param>
internal sealed record ManagedEntry(FieldSet Fields, string ApiVersion, string? Time);
