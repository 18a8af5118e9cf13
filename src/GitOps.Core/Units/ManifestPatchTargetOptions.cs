namespace GitOps;

/// <summary>Picks the objects of a patch. What is empty matches all.</summary>
public sealed class ManifestPatchTargetOptions
{
    /// <summary>A regular expression for the API group.</summary>
    public string? Group { get; set; }

    /// <summary>A regular expression for the API version.</summary>
    public string? Version { get; set; }

    /// <summary>A regular expression for the kind.</summary>
    public string? Kind { get; set; }

    /// <summary>A regular expression for the name.</summary>
    public string? Name { get; set; }

    /// <summary>A regular expression for the namespace.</summary>
    public string? Namespace { get; set; }

    /// <summary>A label selector for labels.</summary>
    public string? LabelSelector { get; set; }

    /// <summary>A label selector for annotations.</summary>
    public string? AnnotationSelector { get; set; }
}
