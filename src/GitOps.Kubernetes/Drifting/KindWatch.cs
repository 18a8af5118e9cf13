using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Drifting;

/// <summary>
/// One watch on one kind, scoped to objects that carry our owner labels and shared by all units that act as the same identity.
/// It keeps a hash per object, not the object.
/// </summary>
internal sealed class KindWatch : IDisposable
{
    private readonly Cluster _cluster;
    private readonly DynamicClient _client;
    private readonly ApiResource _resource;
    private readonly string _namespace;
    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceId, LiveState> _states = [];
    private readonly Dictionary<string, UnitWatch> _units = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private bool _synced;
    private ApiError? _failure;
    private bool _started;

    public KindWatch(Cluster cluster, DynamicClient client, ApiResource resource, string @namespace) =>
        (_cluster, _client, _resource, _namespace) = (cluster, client, resource, @namespace);

    public WatchKey Key => new(_resource, _namespace, _client.ImpersonatedUser);

    /// <summary>The running loop; ends when the watch is disposed of or refused.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Adds a unit; it is told what is known at once.</summary>
    public void Add(UnitWatch unit)
    {
        lock (_lock)
        {
            _units[unit.Owner.Unit] = unit;
            foreach (var state in _states.Values.Where(s => s.Owner == unit.Owner))
            {
                unit.Known(this, state);
            }

            if (_synced)
            {
                unit.Synced(this);
            }
            else if (_failure is { } failure)
            {
                unit.Failed(this, failure);
            }

            if (!_started)
            {
                _started = true;
                Running = Task.Run(() => RunAsync(_stop.Token));
            }
        }
    }

    /// <returns>Whether no unit is left.</returns>
    public bool Remove(UnitWatch unit)
    {
        lock (_lock)
        {
            if (_units.TryGetValue(unit.Owner.Unit, out var known) && ReferenceEquals(known, unit))
            {
                _units.Remove(unit.Owner.Unit);
            }

            return _units.Count == 0;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var options = new ListOptions { Namespace = _namespace, LabelSelector = $"{Keys.Unit},{Keys.Namespace}={_cluster.Options.InventoryNamespace}" };
        HashSet<ResourceId>? relist = null;
        try
        {
            await foreach (var change in ObjectWatch.RunAsync(_client, _resource, options, _cluster.Time, cancellationToken).ConfigureAwait(false))
            {
                lock (_lock)
                {
                    switch (change.Kind)
                    {
                        case WatchEventKind.Relisting:
                            relist = [];
                            break;
                        case WatchEventKind.Added or WatchEventKind.Modified:
                            var seen = Seen(change.Object!);
                            relist?.Add(seen);
                            break;
                        case WatchEventKind.Deleted:
                            Gone(LiveReader.IdOf(change.Object!, _resource));
                            break;
                        case WatchEventKind.Synced:
                            foreach (var id in _states.Keys.Where(id => relist?.Contains(id) == false).ToList())
                            {
                                Gone(id);
                            }

                            (relist, _synced, _failure) = (null, true, null);
                            foreach (var unit in _units.Values)
                            {
                                unit.Synced(this);
                            }

                            break;
                        case WatchEventKind.Error:
                            _failure = change.Error;
                            foreach (var unit in _units.Values)
                            {
                                unit.Failed(this, change.Error!);
                            }

                            break;
                        default:
                            break;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody needs the watch any more.
        }
    }

    private ResourceId Seen(MapNode live)
    {
        var id = LiveReader.IdOf(live, _resource);
        var owner = Owner.Read(live);
        var unit = owner is { } named ? _units.GetValueOrDefault(named.Unit) : null;
        var state = LiveState.Of(live, id, _cluster.Options.FieldManager, unit?.IgnoredFor(id) ?? []);
        if (_states.TryGetValue(id, out var before) && before.Owner != owner && before.Owner is { } former)
        {
            _units.GetValueOrDefault(former.Unit)?.Lost(id);
        }

        _states[id] = state with { Root = null };
        unit?.Changed(state);
        return id;
    }

    private void Gone(ResourceId id)
    {
        // With a selector this also means that somebody took our labels off.
        if (_states.Remove(id, out var state) && state.Owner is { } owner)
        {
            _units.GetValueOrDefault(owner.Unit)?.Lost(id);
        }
    }
}
