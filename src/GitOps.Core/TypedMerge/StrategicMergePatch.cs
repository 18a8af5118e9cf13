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
                throw Error($"unknown patch type: {other} in map");
        }

        if (patch.GetList(RetainKeys) is { } retain)
        {
            var keep = retain.OfType<ScalarNode>().Select(static k => k.Text).ToHashSet(StringComparer.Ordinal);
            foreach (var key in patch.Keys)
            {
                if (key[0] != '$' && !patch[key]!.IsNull && !keep.Contains(key))
                {
                    throw new StrategicMergePatchException(StrategicMergePatchFault.Contradiction, $"the key '{key}' is in the patch but not in $retainKeys");
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

            if (original[entry.Key] is not { } there || there.GetType() != entry.Value.GetType())
            {
                // There is nothing to merge with: the patch's value is taken as it is, and whatever carries a directive falls out of it.
                if (WithoutDirectives(entry.Value) is { } taken)
                {
                    original[entry.Key] = taken;
                }

                continue;
            }

            switch (entry.Value)
            {
                case MapNode map:
                    // retainKeys without its directive merges like any map.
                    if (Strategies(field).Contains("replace") && map.GetString(Directive) is null)
                    {
                        original[entry.Key] = Clean(map);
                    }
                    else
                    {
                        original[entry.Key] = Merge(below, (MapNode)there, map) ?? new MapNode();
                    }

                    break;
                case ListNode list:
                    original[entry.Key] = MergeList(field, below, (ListNode)there, list, patch.GetList(SetOrder + entry.Key));
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

    private static ListNode MergeList(SchemaField? field, SchemaType? type, ListNode original, ListNode patch, ListNode? order)
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
        CheckOrder(patch, order, key);
        var result = new ListNode(original);
        var changes = new List<MapNode>();
        var replace = false;
        foreach (var node in patch)
        {
            if (node is not MapNode item)
            {
                throw Error($"list element types are not identical in the list '{field.Name}'");
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
                case null:
                    changes.Add(item);
                    break;
                case "merge":
                    throw Error("merging lists cannot yet be specified in the patch");
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
                result.Add(Clean(change));
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

    // What the patch has of the list stands in the order that the patch gives.
    private static void CheckOrder(ListNode patch, ListNode? order, string key)
    {
        if (order is null)
        {
            return;
        }

        var at = 0;
        foreach (var item in patch.Where(static i => i is not MapNode map || map.GetString(Directive) is null))
        {
            var wanted = item is MapNode map && key.Length > 0 ? map[key] : item;
            while (at < order.Count && !Node.DeepEquals(order[at] is MapNode other && key.Length > 0 ? other[key] : order[at], wanted))
            {
                at++;
            }

            if (at++ >= order.Count)
            {
                throw Error("The order in the patch list doesn't match the $setElementOrder list");
            }
        }
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

    private static ListNode MergePrimitives(ListNode original, ListNode patch, ListNode? order)
    {
        CheckOrder(patch, order, "");
        var result = new ListNode(original);
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
            throw new StrategicMergePatchException(StrategicMergePatchFault.Malformed, $"{DeletePrimitives}{name} has to be a list");
        }

        if (original[name] is ListNode list)
        {
            list.RemoveAll(item => gone.Any(g => Node.DeepEquals(g, item)));
        }
    }

    private static string[] Strategies(SchemaField? field) => field?.PatchStrategy?.Split(',') ?? [];

    private static Node? WithoutDirectives(Node node)
    {
        switch (node)
        {
            case MapNode map:
                if (map.ContainsKey(Directive))
                {
                    return null;
                }

                var kept = new MapNode(map.Count);
                foreach (var entry in map)
                {
                    if (entry.Key != RetainKeys && !entry.Key.StartsWith(SetOrder, StringComparison.Ordinal) && !entry.Key.StartsWith(DeletePrimitives, StringComparison.Ordinal)
                        && !entry.Value.IsNull && WithoutDirectives(entry.Value) is { } value)
                    {
                        kept[entry.Key] = value;
                    }
                }

                return kept;
            case ListNode list:
                return new ListNode(list.Select(WithoutDirectives).OfType<Node>());
            default:
                return node.DeepClone();
        }
    }

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

    private static StrategicMergePatchException Error(string message) => new(StrategicMergePatchFault.Impossible, message);
}
