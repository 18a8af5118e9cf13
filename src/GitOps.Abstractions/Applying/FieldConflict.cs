namespace GitOps;

/// <summary>A field that another manager owns.</summary>
/// <param name="Path">The field.</param>
/// <param name="Manager">The field manager that owns it.</param>
/// <param name="Since">When that manager last wrote, when known.</param>
public sealed record FieldConflict(string Path, string Manager, DateTimeOffset? Since);
