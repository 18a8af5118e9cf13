namespace GitOps.Kustomize;

/// <summary>Picks the objects of a patch. Group to namespace are regular expressions for the whole text; empty matches all.</summary>
public sealed record KustomizePatchTarget
{
    /// <summary>The API group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The API version.</summary>
    public string Version { get; init; } = "";

    /// <summary>The kind.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The namespace.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>A Kubernetes label selector for labels.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>A Kubernetes label selector for annotations.</summary>
    public string AnnotationSelector { get; init; } = "";
}
