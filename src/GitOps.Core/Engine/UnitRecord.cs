using GitOps.State;

namespace GitOps.Engine;

/// <summary>What is known of one unit: its status as others see it, and what has to be remembered over a restart.</summary>
internal sealed class UnitRecord
{
    private readonly TimeProvider _time;
    private readonly ConditionList _conditions;
    private readonly History _history;
    private readonly bool _suspendOption;
    private readonly Lock _lock = new();
    private volatile UnitStatus _status;
    private volatile bool _confirmed;

    public UnitRecord(UnitStatus status, bool suspend, int historyLimit, TimeProvider time)
    {
        _time = time;
        _conditions = new ConditionList(time);
        _history = new History(historyLimit);
        _suspendOption = suspend;
        _status = status with { IsSuspended = suspend };
    }

    public UnitStatus Status => _status;

    /// <summary>Whether the status was seen to be true since the unit's loop began, and is not only remembered from an earlier host.</summary>
    public bool IsConfirmed => _confirmed;

    /// <summary>How the last attempt ended; null before the first.</summary>
    public bool? WasGood { get; private set; }

    /// <summary>What the last attempt failed with, to tell a new failure from the same again.</summary>
    public string LastFailure { get; private set; } = "";

    public void Set(string type, ConditionStatus status, string reason, string message) => _conditions.Set(type, status, reason, message);

    public void Remove(string type) => _conditions.Remove(type);

    public void Succeeded() => (WasGood, LastFailure) = (true, "");

    public void Failed(string failure) => (WasGood, LastFailure) = (false, failure);

    public void AddHistory(Revision? revision, bool succeeded, string reason, string message, TimeSpan duration)
    {
        // A host that suspends or resumes publishes from a thread of its own.
        lock (_lock)
        {
            _history.Add(revision, succeeded, reason, message, _time.GetUtcNow(), duration);
        }
    }

    /// <summary>Makes the conditions and history that were set visible, with further changes.</summary>
    /// <returns>Whether units that depend on this one should look.</returns>
    public bool Publish(Func<UnitStatus, UnitStatus>? change = null, bool? confirmed = null)
    {
        lock (_lock)
        {
            var (before, wasConfirmed) = (_status, _confirmed);
            _status = (change?.Invoke(before) ?? before) with { Conditions = _conditions.Snapshot(), History = _history.Snapshot() };
            _confirmed = confirmed ?? wasConfirmed;
            return wasConfirmed != _confirmed || before.IsReady != _status.IsReady || before.LastAppliedRevision != _status.LastAppliedRevision;
        }
    }

    public UnitState ToState()
    {
        var status = _status;
        return new UnitState
        {
            Conditions = status.Conditions,
            LastAppliedRevision = status.LastAppliedRevision,
            LastAttemptedRevision = status.LastAttemptedRevision,
            ObjectCount = status.ObjectCount,
            History = status.History,
            WasGood = WasGood,
            LastFailure = LastFailure,
            IsSuspended = status.IsSuspended,
            SuspendOption = _suspendOption,
        };
    }

    public void Restore(UnitState state)
    {
        // Work that an earlier host had begun is not under way any more.
        _conditions.Replace(state.Conditions.Where(c => c.Type != ConditionTypes.Reconciling));
        lock (_lock)
        {
            _history.Replace(state.History);
        }

        (WasGood, LastFailure) = (state.WasGood, state.LastFailure);
        Publish(
            s => s with
            {
                LastAppliedRevision = state.LastAppliedRevision,
                LastAttemptedRevision = state.LastAttemptedRevision,
                ObjectCount = state.ObjectCount,
                IsSuspended = state.SuspendOption == _suspendOption ? state.IsSuspended : _suspendOption,
            },
            confirmed: false);
    }
}
