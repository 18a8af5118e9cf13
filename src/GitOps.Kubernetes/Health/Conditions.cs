namespace GitOps.Kubernetes.Health;

/// <summary>One entry of <c>status.conditions</c>.</summary>
internal readonly record struct StatusCondition(string Type, string Status, string Reason, string Message)
{
    public bool IsTrue => string.Equals(Status, "True", StringComparison.OrdinalIgnoreCase);

    public bool IsFalse => string.Equals(Status, "False", StringComparison.OrdinalIgnoreCase);

    public bool IsUnknown => !IsTrue && !IsFalse;

    /// <summary>Message, or what stands in for it.</summary>
    public string Text => Message.Length > 0 ? Message : Reason.Length > 0 ? $"{Type} is {Status}: {Reason}" : $"{Type} is {Status}";
}

/// <summary>Reads <c>status.conditions</c>.</summary>
internal static class Conditions
{
    public static IEnumerable<StatusCondition> Of(MapNode live) =>
        (live.GetMap("status")?.GetList("conditions") ?? []).OfType<MapNode>().Select(static c =>
            new StatusCondition(c.GetString("type") ?? "", c.GetString("status") ?? "", c.GetString("reason") ?? "", c.GetString("message") ?? ""));

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
