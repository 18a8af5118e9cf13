namespace GitOps;

/// <summary>One field that differs.</summary>
/// <param name="Path">Where, as people read it: <c>spec.containers[name=web].image</c>.</param>
/// <param name="Before">The live value as JSON; <see langword="null"/> when the field is new. Secret values are masked.</param>
/// <param name="After">The desired value as JSON; <see langword="null"/> when the field goes away. Secret values are masked.</param>
public sealed record FieldChange(string Path, string? Before, string? After);
