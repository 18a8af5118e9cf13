namespace GitOps.Kubernetes.Client;

/// <summary>How the API server reads a patch.</summary>
internal enum PatchKind
{
    /// <summary>Server-side apply.</summary>
    Apply,

    /// <summary>JSON merge patch (RFC 7386).</summary>
    Merge,

    /// <summary>JSON patch (RFC 6902).</summary>
    Json,

    /// <summary>Kubernetes' strategic merge patch.</summary>
    Strategic,
}
