namespace GitOps.Kubernetes.Leases;

/// <summary>One fence for each group of units.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class WriteFences(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, WriteFence> _fences = new(StringComparer.Ordinal);
    private Func<string, string>? _leaseOf;

    /// <summary>The fence of a group.</summary>
    public WriteFence Of(string group)
    {
        lock (_lock)
        {
            if (!_fences.TryGetValue(group, out var fence))
            {
                _fences[group] = fence = new WriteFence(time);
                if (_leaseOf is not null)
                {
                    fence.Require(_leaseOf(group));
                }
            }

            return fence;
        }
    }

    /// <summary>From now on a group is written only by the holder of its lease.</summary>
    /// <param name="leaseOf">The lease of a group, for people.</param>
    public void Require(Func<string, string> leaseOf)
    {
        lock (_lock)
        {
            _leaseOf = leaseOf;
            foreach (var (group, fence) in _fences)
            {
                fence.Require(leaseOf(group));
            }
        }
    }
}
