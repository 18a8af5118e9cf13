namespace GitOps.Helm;

/// <summary>Values of a release that stand in a ConfigMap or Secret.</summary>
public sealed class HelmValuesFromOptions
{
    /// <summary><c>ConfigMap</c> or <c>Secret</c>.</summary>
    /// <value>The default value is <c>Secret</c>.</value>
    public string Kind { get; set; } = "Secret";

    /// <summary>The object's name.</summary>
    public string? Name { get; set; }

    /// <summary>The key that holds the values.</summary>
    /// <value>The default value is <c>values.yaml</c>.</value>
    public string Key { get; set; } = "values.yaml";

    /// <summary>When set, the text is one value for this path, in the <c>--set</c> grammar; otherwise it is a YAML file of values.</summary>
    public string? TargetPath { get; set; }

    /// <summary>Whether the text for <see cref="TargetPath"/> is taken as it is.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Literal { get; set; }

    /// <summary>Whether the object or the key may be absent.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Optional { get; set; }

    internal HelmValuesReference ToReference() => new(Kind, Name ?? "") { Key = Key, TargetPath = TargetPath, Literal = Literal, Optional = Optional };
}
