namespace GitOps;

/// <summary>One aspect of a unit's state, as Kubernetes conditions express it.</summary>
/// <param name="Type">The aspect, see <see cref="ConditionTypes"/>.</param>
/// <param name="Status">Whether it holds.</param>
/// <param name="Reason">A stable reason, see <see cref="Reasons"/>.</param>
/// <param name="Message">Why, for people.</param>
/// <param name="LastTransitionTime">When <paramref name="Status"/> last changed.</param>
public sealed record Condition(string Type, ConditionStatus Status, string Reason, string Message, DateTimeOffset LastTransitionTime);
