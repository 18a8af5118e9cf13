namespace GitOps;

/// <summary>A difference that somebody made to an object that a unit owns.</summary>
/// <param name="Resource">The object.</param>
/// <param name="Fields">The fields that differ; empty when the whole object is gone.</param>
/// <param name="IsDeleted">Whether the object is gone.</param>
public sealed record Drift(ResourceId Resource, IReadOnlyList<FieldChange> Fields, bool IsDeleted)
{
    /// <summary>The field manager that made the change, when known.</summary>
    public string? Manager { get; init; }

    /// <summary>When the change was made, when known.</summary>
    public DateTimeOffset? Time { get; init; }
}
