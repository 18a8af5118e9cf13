namespace GitOps;

/// <summary>What a plan would do to one object.</summary>
/// <param name="Resource">The object.</param>
/// <param name="Action">What would happen.</param>
/// <param name="Fields">The fields that differ; empty for created and deleted objects.</param>
public sealed record PlannedChange(ResourceId Resource, ChangeAction Action, IReadOnlyList<FieldChange> Fields)
{
    /// <summary>Fields that other managers own and the plan would take over.</summary>
    public IReadOnlyList<FieldConflict> Conflicts { get; init; } = [];

    /// <summary>Why, where the action alone does not say it; for a skipped object the policy.</summary>
    public string Note { get; init; } = "";
}
