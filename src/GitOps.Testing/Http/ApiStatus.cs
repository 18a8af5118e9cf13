namespace GitOps.Testing;

/// <summary>An answer of kind <c>Status</c>.</summary>
internal sealed class ApiStatus
{
    public int Code { get; init; }

    public string? Reason { get; init; }

    public string Message { get; init; } = "";

    public bool Success { get; init; }

    public string? Name { get; init; }

    public string? Group { get; init; }

    public string? Kind { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<StatusCause>? Causes { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public MapNode ToNode()
    {
        var node = new MapNode(8);
        node.Set("kind", "Status");
        node.Set("apiVersion", "v1");
        node.Set("metadata", new MapNode());
        node.Set("status", Success ? "Success" : "Failure");
        if (Message.Length > 0)
        {
            node.Set("message", Message);
        }

        if (Reason is not null)
        {
            node.Set("reason", Reason);
        }

        var details = new MapNode();
        Put(details, "name", Name);
        Put(details, "group", Group);
        Put(details, "kind", Kind);
        Put(details, "uid", Uid);
        if (Causes is { Count: > 0 })
        {
            details["causes"] = new ListNode(Causes.Select(static c => c.ToNode()));
        }

        if (RetryAfterSeconds is { } seconds)
        {
            details["retryAfterSeconds"] = ScalarNode.Integer(seconds);
        }

        if (details.Count > 0)
        {
            node["details"] = details;
        }

        if (!Success || Code > 0)
        {
            node["code"] = ScalarNode.Integer(Code);
        }

        return node;
    }

    private static void Put(MapNode map, string key, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            map.Set(key, value);
        }
    }
}
