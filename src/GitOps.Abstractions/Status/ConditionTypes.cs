namespace GitOps;

/// <summary>The conditions of a unit; the same words as Flux uses.</summary>
public static class ConditionTypes
{
    /// <summary>The unit's last attempted revision is applied and, where asked for, healthy.</summary>
    public const string Ready = "Ready";

    /// <summary>Work on the unit is under way.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>The unit will not get ready without a change to its input or configuration.</summary>
    public const string Stalled = "Stalled";

    /// <summary>The unit's objects are healthy.</summary>
    public const string Healthy = "Healthy";

    /// <summary>Changes that others make to the unit's objects are seen at once. It is set only while that is not so for some of them: those are looked at when the unit is reconciled.</summary>
    public const string DriftWatched = "DriftWatched";
}
