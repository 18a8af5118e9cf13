using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Drifting;

/// <summary>Shares one watch per kind and identity among the units of a cluster, and ends it with the last unit that needs it.</summary>
internal sealed class WatchPool(Cluster cluster) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WatchKey, KindWatch> _watches = [];
    private readonly Dictionary<string, UnitWatch> _units = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskCompletionSource<UnitWatch>> _awaited = new(StringComparer.Ordinal);

    /// <summary>The running watch of a unit.</summary>
    public UnitWatch? Find(string unitLabel)
    {
        lock (_lock)
        {
            return _units.GetValueOrDefault(unitLabel);
        }
    }

    public void Register(UnitWatch unit)
    {
        lock (_lock)
        {
            _units[unit.Owner.Unit] = unit;
            if (_awaited.Remove(unit.Owner.Unit, out var awaited))
            {
                awaited.SetResult(unit);
            }
        }
    }

    /// <summary>The running watch of a unit, once there is one.</summary>
    public Task<UnitWatch> WhenRegistered(string unitLabel)
    {
        lock (_lock)
        {
            if (_units.TryGetValue(unitLabel, out var running))
            {
                return Task.FromResult(running);
            }

            if (!_awaited.TryGetValue(unitLabel, out var awaited))
            {
                _awaited[unitLabel] = awaited = new TaskCompletionSource<UnitWatch>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return awaited.Task;
        }
    }

    public KindWatch Join(UnitWatch unit, ApiResource resource, string @namespace)
    {
        lock (_lock)
        {
            if (!_watches.TryGetValue(new WatchKey(resource, @namespace, unit.Client.ImpersonatedUser), out var watch))
            {
                watch = new KindWatch(cluster, unit.Client, resource, @namespace);
                _watches.Add(watch.Key, watch);
            }

            unit.Expect(watch);
            watch.Add(unit);
            return watch;
        }
    }

    public void Leave(UnitWatch unit, IEnumerable<KindWatch> watches)
    {
        lock (_lock)
        {
            if (_units.TryGetValue(unit.Owner.Unit, out var known) && ReferenceEquals(known, unit))
            {
                _units.Remove(unit.Owner.Unit);
            }

            foreach (var watch in watches)
            {
                Drop(unit, watch);
            }
        }
    }

    public void Leave(UnitWatch unit, KindWatch watch)
    {
        lock (_lock)
        {
            Drop(unit, watch);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var watch in _watches.Values)
            {
                watch.Dispose();
            }

            _watches.Clear();
        }
    }

    private void Drop(UnitWatch unit, KindWatch watch)
    {
        if (watch.Remove(unit) && _watches.Remove(watch.Key))
        {
            watch.Dispose();
        }
    }
}
