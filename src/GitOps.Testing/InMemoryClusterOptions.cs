namespace GitOps.Testing;

/// <summary>How an <see cref="InMemoryCluster"/> behaves.</summary>
public sealed class InMemoryClusterOptions
{
    /// <summary>The port to listen on at 127.0.0.1. The default is 0: any free port.</summary>
    public int Port { get; init; }

    /// <summary>The bearer token of the administrator. The default is <see langword="null"/>: a random one.</summary>
    public string? Token { get; init; }

    /// <summary>Whether requests without a token are the administrator's. The default is <see langword="false"/>: they are refused with 401.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Whether to serve HTTPS with a certificate of its own, which the kubeconfig carries. The default is <see langword="false"/>: plain HTTP on the loopback interface. kubectl and other Go clients send tokens over HTTPS only: set this, or <see cref="AllowAnonymous"/>, for them.</summary>
    public bool Https { get; init; }

    /// <summary>Further bearer tokens and the users they stand for; each value is the user's name, then the groups, separated by commas.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether requests of users other than the administrator are checked against the Roles and bindings in the cluster. The default is <see langword="false"/>: everybody may do everything.</summary>
    public bool Rbac { get; init; }

    /// <summary>Which controllers run beside the API server. The default is <see cref="ClusterControllers.None"/>, as with envtest.</summary>
    public ClusterControllers Controllers { get; init; }

    /// <summary>How simulated workloads turn out; used with <see cref="ClusterControllers.Workloads"/>.</summary>
    public WorkloadSimulation Workloads { get; init; } = new();

    /// <summary>
    /// Whether CustomResourceDefinitions with CEL rules (<c>x-kubernetes-validations</c>) are stored although this server does not evaluate the rules.
    /// The default is <see langword="false"/>: they are refused with 422, because objects would get through here that a real server refuses.
    /// </summary>
    public bool IgnoreCelRules { get; init; }

    /// <summary>Namespaces that exist from the start, beside default, kube-system, kube-public and kube-node-lease.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>How many changes of each resource are kept for watches; a watch from before them gets 410 Gone. The default is 20 000.</summary>
    public int WatchHistory { get; init; } = 20_000;

    /// <summary>How often watches that ask for bookmarks get one. The default is one minute.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock of the cluster: timestamps, grace periods, timeouts, simulated controllers. The default is the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
