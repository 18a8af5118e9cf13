namespace GitOps.Helm.Charts;

/// <summary>Keeps the most recently used charts by the digest of their files. Thread-safe.</summary>
internal sealed class ChartCache(int capacity = 64)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<HelmChart>> _byDigest = new(StringComparer.Ordinal);
    private readonly LinkedList<HelmChart> _recent = new();

    /// <summary>The chart of some files, loaded unless it is known.</summary>
    public HelmChart GetOrLoad(IReadOnlyList<ChartFile> files, ChartLimits limits, CancellationToken cancellationToken)
    {
        var digest = HelmChart.DigestOf(files);
        lock (_lock)
        {
            if (_byDigest.TryGetValue(digest, out var known))
            {
                _recent.Remove(known);
                _recent.AddFirst(known);
                return known.Value;
            }
        }

        var chart = HelmChart.Load(files, digest, limits, cancellationToken);
        lock (_lock)
        {
            // Two renders may have loaded it at once; the first one stays, for its templates may be compiled already.
            if (_byDigest.TryGetValue(digest, out var other))
            {
                return other.Value;
            }

            _byDigest[digest] = _recent.AddFirst(chart);
            if (_recent.Count > capacity)
            {
                _byDigest.Remove(_recent.Last!.Value.Digest);
                _recent.RemoveLast();
            }
        }

        return chart;
    }
}
