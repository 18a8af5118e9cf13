namespace GitOps.Engine;

/// <summary>The conditions of one unit; keeps each one's transition time as Kubernetes does.</summary>
internal sealed class ConditionList(TimeProvider time)
{
    private readonly List<Condition> _conditions = [];
    private readonly Lock _lock = new();

    public IReadOnlyList<Condition> Snapshot()
    {
        lock (_lock)
        {
            return [.. _conditions];
        }
    }

    public void Replace(IEnumerable<Condition> conditions)
    {
        lock (_lock)
        {
            _conditions.Clear();
            _conditions.AddRange(conditions);
        }
    }

    public void Set(string type, ConditionStatus status, string reason, string message)
    {
        lock (_lock)
        {
            var index = IndexOf(type);
            var since = index >= 0 && _conditions[index].Status == status ? _conditions[index].LastTransitionTime : time.GetUtcNow();
            var condition = new Condition(type, status, reason, message, since);
            if (index >= 0)
            {
                _conditions[index] = condition;
            }
            else
            {
                _conditions.Add(condition);
            }
        }
    }

    public void Remove(string type)
    {
        lock (_lock)
        {
            _conditions.RemoveAll(c => string.Equals(c.Type, type, StringComparison.Ordinal));
        }
    }

    private int IndexOf(string type) => _conditions.FindIndex(c => string.Equals(c.Type, type, StringComparison.Ordinal));
}
