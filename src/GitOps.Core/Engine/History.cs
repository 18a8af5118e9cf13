namespace GitOps.Engine;

/// <summary>The last reconciliations of a unit, newest first; repeats are counted in one record, as Flux does.</summary>
internal sealed class History(int limit)
{
    private readonly LinkedList<ReconcileRecord> _records = [];

    public IReadOnlyList<ReconcileRecord> Snapshot() => [.. _records];

    public void Replace(IEnumerable<ReconcileRecord> records)
    {
        _records.Clear();
        foreach (var record in records.Take(limit))
        {
            _records.AddLast(record);
        }
    }

    public void Add(Revision? revision, bool succeeded, string reason, string message, DateTimeOffset at, TimeSpan duration)
    {
        if (_records.First?.Value is { } last && last.Revision == revision && last.Succeeded == succeeded && string.Equals(last.Reason, reason, StringComparison.Ordinal))
        {
            _records.First.Value = last with { Message = message, LastAt = at, LastDuration = duration, Count = last.Count + 1 };
            return;
        }

        _records.AddFirst(new ReconcileRecord(revision, succeeded, reason, message, at, at, duration, 1));
        if (_records.Count > limit)
        {
            _records.RemoveLast();
        }
    }
}
