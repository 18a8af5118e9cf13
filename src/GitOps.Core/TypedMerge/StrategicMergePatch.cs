using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>
/// Kubernetes' strategic merge patch: a merge patch whose lists are merged by key where the schema says so,
/// with the directives <c>$patch</c>, <c>$deleteFromPrimitiveList</c>, <c>$setElementOrder</c> and <c>$retainKeys</c>.
/// </summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string DeletePrimitives = "$deleteFromPrimitiveList/";
    private const string SetOrder = "$setElementOrder/";
    private const string RetainKeys = "$retainKeys";

    /// <summary>Applies a patch.</summary>
    /// <param name="type">The schema of the object.</param>
    /// <param name="original">The object; it is not changed.</param>
    /// <param name="patch">The patch; it is not changed.</param>
    /// <returns>The patched object.</returns>
    /// <exception cref="GitOpsException">A directive is malformed or a list item has no merge key.</exception>
    public static MapNode Apply(SchemaType type, MapNode original, MapNode patch) =>
        Merge(type, (MapNode)original.DeepClone(), patch) ?? new MapNode();

    private static MapNode? Merge(SchemaType? type, MapNode original, MapNode patch)
    {
        switch (patch.GetString(Directive))
        {
            case "replace":
                return Clean(patch);
            case "delete":
                return new MapNode();
            case null or "merge":
                break;
            case { } other:
                throw Error($"Unknown patch type found: {other}");
        }

        if (patch.GetList(RetainKeys) is { } retain)
        {
            var keep = retain.OfType<ScalarNode>().Select(static k => k.Text).ToHashSet(StringComparer.Ordinal);
            foreach (var key in patch.Keys)
            {
                if (key[0] != '$' && !patch[key]!.IsNull && !keep.Contains(key))
                {
                    throw Error($"the key '{key}' is in the patch but not in $retainKeys");
                }
            }

            foreach (var key in original.Keys.Where(k => !keep.Contains(k)).ToArray())
            {
                original.Remove(key);
            }
        }

        foreach (var entry in patch)
        {
            if (entry.Key.StartsWith(DeletePrimitives, StringComparison.Ordinal))
            {
                DeleteFrom(original, entry.Key[DeletePrimitives.Length..], entry.Value);
            }
        }

        foreach (var entry in patch)
        {
            if (entry.Key is Directive or RetainKeys || entry.Key.StartsWith(DeletePrimitives, StringComparison.Ordinal) || entry.Key.StartsWith(SetOrder, StringComparison.Ordinal))
            {
                continue;
            }

            var field = type?.Field(entry.Key);
            var below = field?.Type ?? type?.TypeOf(entry.Key);
            if (entry.Value.IsNull)
            {
                original.Remove(entry.Key);
                continue;
            }

            switch (entry.Value)
            {
                case MapNode map:
                    // retainKeys without its directive merges like any map.
                    var target = original[entry.Key] as MapNode;
                    if (Strategies(field).Contains("replace") && map.GetString(Directive) is null)
                    {
                        original[entry.Key] = Clean(map);
                    }
                    else
                    {
                        original[entry.Key] = Merge(below, target ?? new MapNode(), map) ?? new MapNode();
                    }

                    break;
                case ListNode list:
                    original[entry.Key] = MergeList(field, below, original[entry.Key] as ListNode, list, patch.GetList(SetOrder + entry.Key));
                    break;
                default:
                    original[entry.Key] = entry.Value.DeepClone();
                    break;
            }
        }

        foreach (var entry in patch)
        {
            // An order may come without changes to the list itself.
            if (entry.Key.StartsWith(SetOrder, StringComparison.Ordinal) && entry.Value is ListNode order)
            {
                var name = entry.Key[SetOrder.Length..];
                if (!patch.ContainsKey(name) && original[name] is ListNode list && type?.Field(name) is { PatchStrategy: not null } listField)
                {
                    var mergeKey = listField.PatchMergeKey ?? "";
                    original[name] = Ordered(list, order, list, mergeKey);
                }
            }
        }

        return original;
    }

    private static ListNode MergeList(SchemaField? field, SchemaType? type, ListNode? original, ListNode patch, ListNode? order)
    {
        if (!Strategies(field).Contains("merge"))
        {
            return (ListNode)CleanAny(patch);
        }

        if (field!.PatchMergeKey is not { Length: > 0 } key || patch.Count > 0 && patch[0] is ScalarNode)
        {
            return MergePrimitives(original, patch, order);
        }

        var items = type?.Items;
        var result = original is null ? new ListNode() : new ListNode(original);
        var changes = new List<MapNode>();
        var replace = false;
        foreach (var node in patch)
        {
            if (node is not MapNode item)
            {
                throw Error($"an item of the list '{field.Name}' is no map");
            }

            switch (item.GetString(Directive))
            {
                case "delete":
                    var gone = item[key] ?? throw Error($"map: {{{Directive}: delete}} does not contain declared merge key: {key}");
                    result.RemoveAll(existing => existing is MapNode m && Node.DeepEquals(m[key], gone));
                    break;
                case "replace":
                    replace = true;
                    break;
                case null or "merge":
                    changes.Add(item);
                    break;
                case { } other:
                    throw Error($"Unknown patch type found: {other}");
            }
        }

        if (replace)
        {
            return new ListNode(changes.Select(static c => (Node)Clean(c)));
        }

        foreach (var change in changes)
        {
            var value = change[key] ?? throw Error($"map does not contain declared merge key: {key}");
            var at = -1;
            for (var i = 0; i < result.Count && at < 0; i++)
            {
                at = result[i] is MapNode m && Node.DeepEquals(m[key], value) ? i : -1;
            }

            if (at >= 0)
            {
                result[at] = Merge(items, (MapNode)result[at], change) ?? new MapNode();
            }
            else
            {
                result.Add(Merge(items, new MapNode(), change) ?? new MapNode());
            }
        }

        return Ordered(result, order ?? new ListNode(changes), original, key);
    }

    // Items that the order names come in its order, the others in that of the list before; the two are interleaved
    // by the places that their items had before, as far as those are known.
    private static ListNode Ordered(ListNode merged, ListNode order, ListNode? before, string key)
    {
        var named = merged.Where(i => Place(order, i, key) >= 0).OrderBy(i => Place(order, i, key)).ToArray();
        var rest = merged.Where(i => Place(order, i, key) < 0).OrderBy(i => before is null ? 0 : Place(before, i, key)).ToArray();
        var result = new ListNode();
        int r = 0, n = 0;
        while (r < rest.Length || n < named.Length)
        {
            bool takeRest;
            if (r == rest.Length || n == named.Length)
            {
                takeRest = n == named.Length;
            }
            else
            {
                var left = before is null ? -1 : Place(before, rest[r], key);
                var right = before is null ? -1 : Place(before, named[n], key);
                takeRest = left >= 0 && right >= 0 && left < right;
            }

            result.Add(takeRest ? rest[r++] : named[n++]);
        }

        return result;
    }

    private static int Place(ListNode list, Node item, string key)
    {
        var wanted = item is MapNode map && key.Length > 0 ? map[key] : item;
        for (var i = 0; i < list.Count; i++)
        {
            if (Node.DeepEquals(list[i] is MapNode other && key.Length > 0 ? other[key] : list[i], wanted))
            {
                return i;
            }
        }

        return -1;
    }

    private static ListNode MergePrimitives(ListNode? original, ListNode patch, ListNode? order)
    {
        var result = original is null ? new ListNode() : new ListNode(original);
        foreach (var item in patch)
        {
            if (!result.Any(existing => Node.DeepEquals(existing, item)))
            {
                result.Add(item.DeepClone());
            }
        }

        return Ordered(result, order ?? patch, original, "");
    }

    private static void DeleteFrom(MapNode original, string name, Node values)
    {
        if (values is not ListNode gone)
        {
            throw Error($"{DeletePrimitives}{name} has to be a list");
        }

        if (original[name] is ListNode list)
        {
            list.RemoveAll(item => gone.Any(g => Node.DeepEquals(g, item)));
        }
    }

    private static string[] Strategies(SchemaField? field) => field?.PatchStrategy?.Split(',') ?? [];

    private static MapNode Clean(MapNode patch)
    {
        var result = new MapNode(patch.Count);
        foreach (var entry in patch)
        {
            if (entry.Key is not (Directive or RetainKeys) && !entry.Key.StartsWith(SetOrder, StringComparison.Ordinal)
                && !entry.Key.StartsWith(DeletePrimitives, StringComparison.Ordinal) && !entry.Value.IsNull)
            {
                result[entry.Key] = CleanAny(entry.Value);
            }
        }

        return result;
    }

    private static Node CleanAny(Node node) => node switch
    {
        MapNode map => Clean(map),
        ListNode list => new ListNode(list.Select(CleanAny)),
        _ => node.DeepClone(),
    };

    private static GitOpsException Error(string message) => new(Reasons.BuildFailed, message);
}
