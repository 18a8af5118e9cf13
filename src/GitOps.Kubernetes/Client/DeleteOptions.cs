namespace GitOps.Kubernetes.Client;

/// <summary>Choices for a deletion.</summary>
internal sealed record DeleteOptions
{
    public string PropagationPolicy { get; init; } = "Background";

    /// <summary>Delete only this very object, not one of the same name made since.</summary>
    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public bool DryRun { get; init; }
}
