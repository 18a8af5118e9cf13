namespace GitOps.State;

/// <summary>The keys of what the engine keeps.</summary>
internal static class StateKeys
{
    private const string Units = "unit/";
    private const string Sources = "source/";
    private const string Outbox = "outbox/";

    public static string Unit(string name) => Units + name;

    public static string Source(string name) => Sources + name;

    /// <summary>The keys of one lane sort by time.</summary>
    public static string Delivery(string lane, GitOpsEvent gitOpsEvent) => $"{Outbox}{lane}/{gitOpsEvent.Timestamp.UtcTicks:x16}-{gitOpsEvent.Id:n}";

    /// <summary>The lane of a delivery's key; null when the key is of something else.</summary>
    public static string? LaneOf(string key)
    {
        var end = key.LastIndexOf('/');
        return key.StartsWith(Outbox, StringComparison.Ordinal) && end > Outbox.Length ? key[Outbox.Length..end] : null;
    }
}
