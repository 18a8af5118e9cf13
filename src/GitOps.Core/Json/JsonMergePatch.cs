namespace GitOps.Json;

/// <summary>RFC 7386 JSON merge patch.</summary>
internal static class JsonMergePatch
{
    /// <summary>Applies a merge patch.</summary>
    /// <param name="target">The document; it is not changed.</param>
    /// <param name="patch">The patch; it is not changed.</param>
    /// <returns>The patched document.</returns>
    public static Node Apply(Node? target, Node patch)
    {
        if (patch is not MapNode changes)
        {
            return patch.DeepClone();
        }

        var result = target is MapNode map ? (MapNode)map.DeepClone() : new MapNode();
        Merge(result, changes);
        return result;
    }

    /// <summary>Makes the merge patch that turns one document into another.</summary>
    /// <param name="from">The old document.</param>
    /// <param name="to">The new document.</param>
    /// <returns>The patch; an empty map when nothing differs.</returns>
    public static MapNode Create(MapNode from, MapNode to)
    {
        var patch = new MapNode();
        foreach (var entry in from)
        {
            if (!to.ContainsKey(entry.Key))
            {
                patch[entry.Key] = ScalarNode.Null();
            }
        }

        foreach (var entry in to)
        {
            var old = from[entry.Key];
            if (old is MapNode a && entry.Value is MapNode b)
            {
                var inner = Create(a, b);
                if (inner.Count > 0)
                {
                    patch[entry.Key] = inner;
                }
            }
            else if (!Node.DeepEquals(old, entry.Value))
            {
                patch[entry.Key] = entry.Value.DeepClone();
            }
        }

        return patch;
    }

    private static void Merge(MapNode target, MapNode changes)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            ref readonly var change = ref changes.EntryAt(i);
            if (change.Value.IsNull)
            {
                target.Remove(change.Key);
            }
            else if (change.Value is MapNode inner)
            {
                if (target[change.Key] is not MapNode below)
                {
                    below = new MapNode(inner.Count);
                    target[change.Key] = below;
                }

                Merge(below, inner);
            }
            else
            {
                target[change.Key] = change.Value.DeepClone();
            }
        }
    }
}
