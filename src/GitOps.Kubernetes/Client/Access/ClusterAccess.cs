namespace GitOps.Kubernetes.Client.Access;

/// <summary>Where an API server is, whom to trust there and as whom to speak: one context of a kubeconfig, or a pod's service account.</summary>
internal sealed record ClusterAccess(Uri Server)
{
    /// <summary>The authorities to trust, as PEM; <see langword="null"/> for those of the system.</summary>
    public string? AuthorityPem { get; init; }

    /// <summary>The name that the server's certificate must be for, when it is not the one in the address.</summary>
    public string? TlsServerName { get; init; }

    public bool SkipTlsVerify { get; init; }

    public Uri? Proxy { get; init; }

    public string? Token { get; init; }

    /// <summary>A file that holds the token and is read again and again, because somebody renews it.</summary>
    public string? TokenFile { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>The client certificate and its key; both or none.</summary>
    public PemSource? Certificate { get; init; }

    public PemSource? Key { get; init; }

    public ExecPlugin? Exec { get; init; }

    /// <summary>The user to act as, with groups and extra fields.</summary>
    public string? ImpersonatedUser { get; init; }

    public IReadOnlyList<string> ImpersonatedGroups { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> ImpersonatedExtra { get; init; } = [];

    /// <summary>The kubeconfig as YAML where its user has a provider that only KubernetesClient knows.</summary>
    public string? ProviderKubeconfig { get; init; }

    /// <summary>The namespace of the context.</summary>
    public string? Namespace { get; init; }

    public override string ToString() => Server.ToString();
}
