namespace GitOps.Helm.Templates;

/// <summary>A field of a <see cref="GoStruct"/>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
/// <param name="JsonName">The name in JSON and YAML when a tag gives another one.</param>
/// <param name="OmitEmpty">Whether JSON leaves the field out when it is empty.</param>
/// <param name="IsExported">Whether templates, JSON and YAML see the field; printing always shows it.</param>
internal readonly record struct GoField(string Name, object? Value, string? JsonName = null, bool OmitEmpty = false, bool IsExported = true);
