namespace GitOps;

/// <summary>The health of one object and why.</summary>
/// <param name="Resource">The object.</param>
/// <param name="Status">Its health.</param>
/// <param name="Message">Why, for people; empty when there is nothing to say.</param>
public sealed record ObjectHealth(ResourceId Resource, HealthStatus Status, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Message.Length == 0 ? $"{Resource} {Status}" : $"{Resource} {Status}: {Message}";
}
