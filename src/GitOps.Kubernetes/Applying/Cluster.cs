using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Drifting;
using GitOps.Kubernetes.Inventories;
using Microsoft.Extensions.Logging;

namespace GitOps.Kubernetes.Applying;

/// <summary>What the parts of the applier share for one cluster.</summary>
internal sealed class Cluster : IDisposable
{
    private readonly ClusterConnection _connection;

    public Cluster(ClusterConnection connection, KubernetesOptions options, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        (Options, Time, Logger) = (options, time, logger);
        Client = new DynamicClient(connection, options, time);
        Discovery = new Discovery(Client, time);
        Inventories = new InventoryStore(Client, options);
        Watches = new WatchPool(this);
    }

    public KubernetesOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public DynamicClient Client { get; }

    public Discovery Discovery { get; }

    public InventoryStore Inventories { get; }

    public WatchPool Watches { get; }

    public Claims Claims { get; } = new();

    public PreparedObjects Prepared { get; } = new();

    public void Dispose()
    {
        Watches.Dispose();
        Discovery.Dispose();
        _connection.Dispose();
    }
}
