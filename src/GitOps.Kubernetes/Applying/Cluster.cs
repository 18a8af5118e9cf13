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

    private readonly ConcurrentDictionary<string, string> _groups = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Cluster> _views = new(StringComparer.Ordinal);

    public Cluster(ClusterConnection connection, KubernetesOptions options, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        (Options, Time, Logger) = (options, time, logger);
        Fences = new WriteFences(time);
        Client = new DynamicClient(connection, options, time, fence: Fences.Of(""));
        Discovery = new Discovery(Client, time);
        Schemas = new KindSchemas(Client);
        Inventories = new InventoryStore(Client, options);
        Releases = new ReleaseStore(Client, options);
        Watches = new WatchPool(this);
    }

    private Cluster(Cluster original, string group)
    {
        (_connection, _accounts, _groups) = (original._connection, original._accounts, original._groups);
        (Options, Time, Logger, Fences) = (original.Options, original.Time, original.Logger, original.Fences);
        (Discovery, Schemas, Watches, Claims, Prepared) = (original.Discovery, original.Schemas, original.Watches, original.Claims, original.Prepared);
        Client = original.Client.Behind(Fences.Of(group));
        Inventories = new InventoryStore(Client, Options);
        Releases = new ReleaseStore(Client, Options);
    }

    public KubernetesOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public DynamicClient Client { get; }

    /// <summary>Let writes through while this host may write.</summary>
    public WriteFences Fences { get; }

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

    /// <summary>The group of a unit, as far as the unit was planned before.</summary>
    public string GroupOf(string unitName) => _groups.GetValueOrDefault(Owner.LabelValue(unitName), "");

    /// <summary>The same cluster for a group of units: what is written through it needs that group's lease.</summary>
    public Cluster For(string group) => group.Length == 0 ? this : _views.GetOrAdd(group, static (name, original) => new Cluster(original, name), this);

    /// <summary>Remembers as whom and in which group a unit acts, for calls that name the unit only.</summary>
    public void Remember(ApplyRequest request)
    {
        _accounts[Owner.LabelValue(request.UnitName)] = request.ServiceAccount;
        _groups[Owner.LabelValue(request.UnitName)] = request.LeaseGroup;
    }

    public void Dispose()
    {
        Watches.Dispose();
        Discovery.Dispose();
        _connection.Dispose();
    }
}
