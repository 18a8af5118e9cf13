using System.Collections.Concurrent;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Drifting;
using GitOps.Kubernetes.Hooks;
using GitOps.Kubernetes.Inventories;
using GitOps.Kubernetes.Leases;
using Microsoft.Extensions.Logging;

namespace GitOps.Kubernetes.Applying;

/// <summary>What the parts of the applier share for one cluster.</summary>
internal sealed class Cluster : IDisposable
{
    private readonly ClusterConnection _connection;
    private readonly ConcurrentDictionary<string, string?> _accounts = new(StringComparer.Ordinal);

    public Cluster(ClusterConnection connection, KubernetesOptions options, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        (Options, Time, Logger) = (options, time, logger);
        Fence = new WriteFence(time);
        Client = new DynamicClient(connection, options, time, fence: Fence);
        Discovery = new Discovery(Client, time);
        Schemas = new KindSchemas(Client);
        Inventories = new InventoryStore(Client, options);
        Releases = new ReleaseStore(Client, options);
        Watches = new WatchPool(this);
    }

    public KubernetesOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public DynamicClient Client { get; }

    /// <summary>Lets writes through while this host may write.</summary>
    public WriteFence Fence { get; }

    public Discovery Discovery { get; }

    public KindSchemas Schemas { get; }

    public InventoryStore Inventories { get; }

    public ReleaseStore Releases { get; }

    public WatchPool Watches { get; }

    public Claims Claims { get; } = new();

    public PreparedObjects Prepared { get; } = new();

    /// <summary>Forgets which kinds there are and how they look, because a definition was written.</summary>
    public void ForgetKinds()
    {
        Discovery.Invalidate();
        Schemas.Invalidate();
    }

    /// <summary>The client that acts as a unit does, as far as the unit was planned before.</summary>
    public DynamicClient ClientOf(string unitName) => Client.As(_accounts.GetValueOrDefault(Owner.LabelValue(unitName)));

    /// <summary>Remembers as whom a unit acts, for calls that name the unit only.</summary>
    public void Remember(ApplyRequest request) => _accounts[Owner.LabelValue(request.UnitName)] = request.ServiceAccount;

    public void Dispose()
    {
        Watches.Dispose();
        Discovery.Dispose();
        _connection.Dispose();
    }
}
