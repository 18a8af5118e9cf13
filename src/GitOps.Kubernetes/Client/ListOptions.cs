namespace GitOps.Kubernetes.Client;

/// <summary>What to list or watch.</summary>
internal sealed record ListOptions
{
    public string Namespace { get; init; } = "";

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Ask for metadata only: enough for resource versions, labels and owners.</summary>
    public bool MetadataOnly { get; init; }

    public int PageSize { get; init; } = 500;
}
