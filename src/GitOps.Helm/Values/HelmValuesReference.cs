namespace GitOps.Helm;

/// <summary>Values in a ConfigMap or Secret of the target cluster.</summary>
/// <param name="Kind"><c>ConfigMap</c> or <c>Secret</c>.</param>
/// <param name="Name">The object's name.</param>
public sealed record HelmValuesReference(string Kind, string Name) : HelmValuesSource
{
    /// <summary>The key that holds the values. Default <c>values.yaml</c>.</summary>
    public string Key { get; init; } = "values.yaml";

    /// <summary>
    /// When set, the key's text is one value for this path, in the <c>--set</c> grammar; otherwise it is a YAML file of values.
    /// </summary>
    public string? TargetPath { get; init; }

    /// <summary>Whether the text for <see cref="TargetPath"/> is taken as it is, as <c>--set-literal</c> does.</summary>
    public bool Literal { get; init; }

    /// <summary>Whether the object or key may be absent.</summary>
    public bool Optional { get; init; }
}
