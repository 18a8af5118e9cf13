using System.Collections.Concurrent;

namespace GitOps.Kubernetes.Applying;

/// <summary>
/// What each unit of this process wants at the moment. Whether an object may move from one unit to another follows from it:
/// it may when the old owner does not want it any more.
/// </summary>
internal sealed class Claims
{
    private readonly ConcurrentDictionary<string, HashSet<ResourceId>> _units = new(StringComparer.Ordinal);

    /// <summary>Records what a unit wants now.</summary>
    public void Set(string unitLabel, IEnumerable<ResourceId> wanted) => _units[unitLabel] = [.. wanted];

    public void Remove(string unitLabel) => _units.TryRemove(unitLabel, out _);

    /// <summary>Whether a unit wants an object; <see langword="null"/> when nothing is known of the unit.</summary>
    public bool? Wants(string unitLabel, ResourceId id) => _units.TryGetValue(unitLabel, out var wanted) ? wanted.Contains(id) : null;

    /// <summary>Another unit that wants an object.</summary>
    public string? OtherClaimant(string unitLabel, ResourceId id) =>
        _units.FirstOrDefault(u => u.Key != unitLabel && u.Value.Contains(id)).Key;
}
