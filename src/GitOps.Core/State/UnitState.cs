namespace GitOps.State;

/// <summary>What the engine remembers of a unit over a restart.</summary>
internal sealed record UnitState
{
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    public Revision? LastAppliedRevision { get; init; }

    public Revision? LastAttemptedRevision { get; init; }

    public int ObjectCount { get; init; }

    public IReadOnlyList<ReconcileRecord> History { get; init; } = [];

    /// <summary>How the last attempt ended; null before the first: it tells a recovery from the usual, and a new failure from the same again.</summary>
    public bool? WasGood { get; init; }

    public string LastFailure { get; init; } = "";

    public bool IsSuspended { get; init; }

    /// <summary>What the configuration said of suspension then; when it says something else by now, the configuration counts.</summary>
    public bool SuspendOption { get; init; }
}
