using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Health;

/// <summary>Subscribes to the objects of a unit and tells their health, at once and after each change.</summary>
internal sealed class HealthWatch(Cluster cluster, string unitName, IReadOnlyList<IHealthAssessor> assessors)
{
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceId, ObjectHealth> _health = [];
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _unsynced;
    private readonly DynamicClient _client = cluster.ClientOf(unitName);
    private PodCauses? _pods;

    public async IAsyncEnumerable<HealthReport> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (inventory, error) = await cluster.Inventories.LoadAsync(unitName, cancellationToken).ConfigureAwait(false);
        if (inventory is null)
        {
            throw new GitOpsException(Failures.ReasonOf(error!), $"The inventory of the unit {unitName} cannot be read: {Failures.Explain(error!, null)}.");
        }

        var kinds = inventory.Entries.Values.GroupBy(e => (e.Id.GroupKind, e.Version)).ToList();
        if (kinds.Count == 0)
        {
            yield return new HealthReport([]);
        }

        foreach (var entry in inventory.Entries.Keys)
        {
            _health[entry] = new ObjectHealth(entry, HealthStatus.NotFound, "it does not exist");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _pods = new PodCauses(cluster, _client, () => _changes.Writer.TryWrite(true), stop.Token);
        List<Task> watches = [];
        try
        {
            foreach (var kind in kinds)
            {
                var (resource, failure) = await cluster.Discovery.FindAsync(kind.Key.GroupKind, kind.Key.Version, cancellationToken).ConfigureAwait(false);
                if (failure is { IsUnreachable: true } or { StatusCode: 401 })
                {
                    throw new GitOpsException(Failures.ReasonOf(failure), $"The kinds of the cluster cannot be read: {Failures.Explain(failure, null)}.");
                }

                if (failure is not null)
                {
                    // One API that is broken says nothing of the objects of the others.
                    foreach (var entry in kind)
                    {
                        Set(entry.Id, new ObjectHealth(entry.Id, HealthStatus.Unknown, $"its API does not answer: {Failures.Explain(failure, null)}"));
                    }

                    continue;
                }

                if (resource is null)
                {
                    continue;
                }

                var namespaces = kind.Select(e => e.Id.Namespace).Distinct(StringComparer.Ordinal).ToList();

                // An account of a tenant may hardly ever look at the whole cluster.
                foreach (var @namespace in namespaces.Count > 4 && _client.ImpersonatedUser is null ? [""] : namespaces)
                {
                    Interlocked.Increment(ref _unsynced);
                    watches.Add(WatchAsync(resource, @namespace, stop.Token));
                }
            }

            HealthReport? last = null;
            while (await WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                if (Volatile.Read(ref _unsynced) > 0)
                {
                    continue;
                }

                var report = Report();
                if (last is null || !last.Objects.SequenceEqual(report.Objects))
                {
                    last = report;
                    yield return report;

                    // Changes come in bursts; one report tells of all.
                    await Task.Delay(s_gather, cluster.Time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll([.. watches, .. _pods.Running]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private HealthReport Report()
    {
        lock (_lock)
        {
            return new HealthReport([.. _health.Values.OrderBy(h => h.Resource, ApplyOrder.Comparer).Select(WithCause)]);
        }
    }

    private ObjectHealth WithCause(ObjectHealth health) =>
        health.Status is HealthStatus.InProgress or HealthStatus.Failed && _pods?.For(health.Resource) is { Length: > 0 } cause
            ? health with { Message = health.Message.Length == 0 ? cause : $"{health.Message}; {cause}" }
            : health;

    private async Task WatchAsync(ApiResource resource, string @namespace, CancellationToken cancellationToken)
    {
        var options = new ListOptions { Namespace = @namespace, LabelSelector = Owner.Of(unitName, cluster.Options.InventoryNamespace).Selector };
        HashSet<ResourceId> seen = [];
        var synced = false;
        await foreach (var change in ObjectWatch.RunAsync(_client, resource, options, cluster.Time, cancellationToken).ConfigureAwait(false))
        {
            switch (change.Kind)
            {
                case WatchEventKind.Relisting:
                    seen.Clear();
                    break;
                case WatchEventKind.Added or WatchEventKind.Modified:
                    var id = LiveReader.IdOf(change.Object!, resource);
                    seen.Add(id);
                    var judged = Judge(change.Object!, id);
                    _pods?.Update(id, change.Object, judged.Status);
                    Set(id, judged);
                    break;
                case WatchEventKind.Deleted:
                    var gone = LiveReader.IdOf(change.Object!, resource);
                    _pods?.Update(gone, null, HealthStatus.NotFound);
                    Set(gone, IsDoneJob(change.Object!) ? new ObjectHealth(gone, HealthStatus.Current, "it ended well and was removed") : new ObjectHealth(gone, HealthStatus.NotFound, "it was deleted"));
                    break;
                case WatchEventKind.Synced:
                    MarkMissing(resource, @namespace, seen);
                    Sync(ref synced);
                    break;
                case WatchEventKind.Error:
                    MarkUnknown(resource, @namespace, change.Error!, synced);
                    Sync(ref synced);
                    break;
                default:
                    break;
            }
        }
    }

    private void Sync(ref bool synced)
    {
        if (!synced)
        {
            synced = true;
            Interlocked.Decrement(ref _unsynced);
        }

        _changes.Writer.TryWrite(true);
    }

    private ObjectHealth Judge(MapNode live, ResourceId id)
    {
        foreach (var assessor in assessors)
        {
            if (assessor.Assess(new Manifest(live)) is { } own)
            {
                return own;
            }
        }

        var verdict = HealthRules.Assess(live);
        return new ObjectHealth(id, verdict.Status, verdict.Message);
    }

    // A finished Job with a time to live is removed by the cluster itself.
    private static bool IsDoneJob(MapNode live) =>
        live.GetString("kind") == "Job" && live.GetMap("spec")?["ttlSecondsAfterFinished"] is not null && HealthRules.Assess(live).Status is HealthStatus.Current or HealthStatus.Terminating
        && Conditions.Find(live, "Complete") is { IsTrue: true };

    private void Set(ResourceId id, ObjectHealth health)
    {
        lock (_lock)
        {
            if (!_health.ContainsKey(id))
            {
                return;
            }

            _health[id] = health;
        }

        _changes.Writer.TryWrite(true);
    }

    private void MarkMissing(ApiResource resource, string @namespace, HashSet<ResourceId> seen)
    {
        lock (_lock)
        {
            foreach (var id in Of(resource, @namespace).Where(id => !seen.Contains(id)).ToList())
            {
                _health[id] = new ObjectHealth(id, HealthStatus.NotFound, "it does not exist");
            }
        }
    }

    private void MarkUnknown(ApiResource resource, string @namespace, ApiError error, bool synced)
    {
        lock (_lock)
        {
            foreach (var id in Of(resource, @namespace).ToList())
            {
                // A watch that broke is no news about the object; one that never worked is.
                if (!synced || error.StatusCode is 401 or 403)
                {
                    _health[id] = new ObjectHealth(id, HealthStatus.Unknown, Failures.Explain(error, _client.ImpersonatedUser));
                }
            }
        }
    }

    private IEnumerable<ResourceId> Of(ApiResource resource, string @namespace) =>
        _health.Keys.Where(id => id.GroupKind == resource.GroupKind && (@namespace.Length == 0 || id.Namespace == @namespace));
}
