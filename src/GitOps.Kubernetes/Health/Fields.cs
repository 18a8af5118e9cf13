namespace GitOps.Kubernetes.Health;

/// <summary>Reads fields by path.</summary>
internal static class Fields
{
    public static Node? At(Node? node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            node = (node as MapNode)?[key];
        }

        return node;
    }

    public static string? Text(Node? node, params ReadOnlySpan<string> path) => At(node, path) is ScalarNode { Kind: not ScalarKind.Null } scalar ? scalar.Text : null;

    /// <summary>A number; 0 where there is none.</summary>
    public static long Number(Node? node, params ReadOnlySpan<string> path) => At(node, path) is ScalarNode scalar && scalar.TryGetInt64(out var value) ? value : 0;

    public static bool IsTrue(Node? node, params ReadOnlySpan<string> path) => At(node, path) is ScalarNode scalar && scalar.AsBoolean();

    public static IEnumerable<MapNode> Maps(Node? node, params ReadOnlySpan<string> path) => At(node, path) is ListNode list ? list.OfType<MapNode>() : [];
}
