namespace GitOps;

/// <summary>The state of a unit at one moment.</summary>
/// <param name="Name">The unit's name.</param>
/// <param name="Kind">The kind of unit.</param>
/// <param name="Source">The source's name.</param>
/// <param name="Path">The path inside the source.</param>
public sealed record UnitStatus(string Name, string Kind, string Source, string Path)
{
    /// <summary>The units it depends on.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Whether the unit is suspended.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Ready, Reconciling, Stalled and Healthy; see <see cref="ConditionTypes"/>. A condition that was never judged is absent.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>The revision whose objects are in the cluster; <see langword="null"/> before the first success.</summary>
    public Revision? LastAppliedRevision { get; init; }

    /// <summary>The revision that was tried last.</summary>
    public Revision? LastAttemptedRevision { get; init; }

    /// <summary>How many objects the unit has at <see cref="LastAppliedRevision"/>.</summary>
    public int ObjectCount { get; init; }

    /// <summary>How often the unit was rendered since the host started.</summary>
    public int RenderCount { get; init; }

    /// <summary>Past reconciliations, newest first.</summary>
    public IReadOnlyList<ReconcileRecord> History { get; init; } = [];

    /// <summary>Whether the Ready condition is true.</summary>
    public bool IsReady => Condition(ConditionTypes.Ready)?.Status == ConditionStatus.True;

    /// <summary>A condition by its type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The condition, or <see langword="null"/>.</returns>
    public Condition? Condition(string type) => Conditions.FirstOrDefault(c => string.Equals(c.Type, type, StringComparison.Ordinal));
}
