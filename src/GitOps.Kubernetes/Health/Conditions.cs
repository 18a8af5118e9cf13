namespace GitOps.Kubernetes.Health;

/// <summary>One entry of <c>status.conditions</c>.</summary>
internal readonly record struct StatusCondition(string Type, string Status, string Reason, string Message)
{
    public string? ObservedGeneration { get; init; }

    public string? Severity { get; init; }

    public string Transition { get; init; } = "";

    public bool IsTrue => string.Equals(Status, "True", StringComparison.OrdinalIgnoreCase);

    public bool IsFalse => string.Equals(Status, "False", StringComparison.OrdinalIgnoreCase);

    public bool IsUnknown => !IsTrue && !IsFalse;

    /// <summary>Message, or what stands in for it.</summary>
    public string Text => Message.Length > 0 ? Message : Reason.Length > 0 ? $"{Type} is {Status}: {Reason}" : $"{Type} is {Status}";
}

/// <summary>Reads <c>status.conditions</c>.</summary>
internal static class Conditions
{
    public static IEnumerable<StatusCondition> Of(MapNode live) => In(live.GetMap("status")?.GetList("conditions"));

    public static IEnumerable<StatusCondition> In(ListNode? list) => (list ?? []).OfType<MapNode>().Select(static c =>
        new StatusCondition(c.GetString("type") ?? "", c.GetString("status") ?? "", c.GetString("reason") ?? "", c.GetString("message") ?? "")
        {
            ObservedGeneration = c.GetString("observedGeneration"),
            Severity = c.GetString("severity"),
            Transition = c.GetString("lastTransitionTime") ?? "",
        });

    public static StatusCondition? Find(MapNode live, string type)
    {
        foreach (var condition in Of(live))
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }
}
