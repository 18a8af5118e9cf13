namespace GitOps.Helm;

/// <summary>Values written as YAML in the configuration itself.</summary>
/// <param name="Yaml">The text.</param>
/// <param name="Name">What messages call it.</param>
public sealed record HelmValuesText(string Yaml, string Name = "values") : HelmValuesSource;
