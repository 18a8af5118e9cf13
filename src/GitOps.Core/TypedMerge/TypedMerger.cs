using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>Merges an applied configuration into a live value.</summary>
internal static class TypedMerger
{
    /// <summary>
    /// Merges: no field is removed, leaves of the applied value win, lists keep the live order where the applied value does not change it.
    /// </summary>
    /// <param name="type">The type of both.</param>
    /// <param name="live">The live value.</param>
    /// <param name="applied">The applied value.</param>
    /// <returns>The merged value; it shares parts with both.</returns>
    /// <exception cref="TypedException">A value does not fit its schema.</exception>
    public static Node Merge(SchemaType type, Node live, Node applied) => Value(type, live, applied) ?? ScalarNode.Null();

    // Null means that nothing came out, as when both sides hold a form that the type does not know.
    private static Node? Value(SchemaType type, Node? left, Node? right)
    {
        if (left is null || ReferenceEquals(left, right))
        {
            // One side alone is kept as it is, once its list items are known to be identifiable.
            return right;
        }

        if (right is null)
        {
            return left;
        }

        switch (Shapes.Of(type, right))
        {
            case Shape.Scalar:
                if (TypedValue.ScalarError(type, left) is { } a && TypedValue.ScalarError(type, right) is { } b)
                {
                    throw new TypedException([a, b]);
                }

                return right;
            case Shape.List:
                {
                    var leftList = left as ListNode;
                    var rightList = right as ListNode;
                    return Shapes.IsAtomicList(type) || (leftList is null or { Count: 0 } && rightList is null or { Count: 0 })
                        ? right
                        : Items(type, leftList, rightList);
                }

            default:
                {
                    var leftMap = left as MapNode;
                    var rightMap = right as MapNode;
                    return Shapes.IsAtomicMap(type) || (leftMap is null or { Count: 0 } && rightMap is null or { Count: 0 })
                        ? right
                        : Keys(type, leftMap, rightMap);
                }
        }
    }

    private static MapNode? Keys(SchemaType type, MapNode? left, MapNode? right)
    {
        var result = new MapNode((left?.Count ?? 0) + 4);
        for (var i = 0; i < (left?.Count ?? 0); i++)
        {
            ref readonly var entry = ref left!.EntryAt(i);
            var other = right?[entry.Key];
            var merged = other is null ? entry.Value : Value(type.TypeOf(entry.Key) ?? SchemaType.Untyped, entry.Value, other);
            if (merged is not null)
            {
                result[entry.Key] = merged;
            }
        }

        for (var i = 0; i < (right?.Count ?? 0); i++)
        {
            ref readonly var entry = ref right!.EntryAt(i);
            if (left is null || !left.ContainsKey(entry.Key))
            {
                result[entry.Key] = entry.Value;
            }
        }

        return result.Count == 0 ? null : result;
    }

    private static ListNode? Items(SchemaType type, ListNode? left, ListNode? right)
    {
        var leftElements = Index(type, left, allowDuplicates: true, out var leftItems);
        var rightElements = Index(type, right, allowDuplicates: false, out var rightItems);

        // Items of both sides in the applied order: a live item waits until the shared one before it is placed.
        var shared = rightElements.Where(leftItems.ContainsKey).ToArray();
        var sharedAt = 0;
        var placed = new HashSet<string>(rightElements.Length, StringComparer.Ordinal);
        var result = new ListNode();
        int l = 0, r = 0;
        while (l < leftElements.Length || r < rightElements.Length)
        {
            if (l < leftElements.Length && r < rightElements.Length)
            {
                var element = leftElements[l];
                if (string.Equals(element, rightElements[r], StringComparison.Ordinal))
                {
                    placed.Add(element);
                    Add(result, Value(Shapes.ItemsOf(type), leftItems[element], rightItems[element]));
                    l++;
                    r++;
                    sharedAt++;
                    continue;
                }

                if (rightItems.ContainsKey(element) && sharedAt < shared.Length && !string.Equals(shared[sharedAt], element, StringComparison.Ordinal))
                {
                    l++;
                    continue;
                }
            }

            if (l < leftElements.Length)
            {
                var element = leftElements[l];
                if (!rightItems.ContainsKey(element))
                {
                    Add(result, left![l]);
                    l++;
                    continue;
                }

                if (placed.Contains(element))
                {
                    l++;
                }
            }

            if (r < rightElements.Length)
            {
                var element = rightElements[r];
                placed.Add(element);
                Add(result, leftItems.TryGetValue(element, out var live) ? Value(Shapes.ItemsOf(type), live, rightItems[element]) : rightItems[element]);
                r++;
                if (sharedAt < shared.Length && string.Equals(shared[sharedAt], element, StringComparison.Ordinal))
                {
                    sharedAt++;
                }
            }
        }

        return result.Count == 0 ? null : result;
    }

    private static void Add(ListNode list, Node? item)
    {
        if (item is not null)
        {
            list.Add(item);
        }
    }

    private static string[] Index(SchemaType type, ListNode? list, bool allowDuplicates, out Dictionary<string, Node?> items)
    {
        var elements = new string[list?.Count ?? 0];
        items = new Dictionary<string, Node?>(elements.Length, StringComparer.Ordinal);
        for (var i = 0; i < elements.Length; i++)
        {
            var element = ListItem.Element(type, list![i], out var error)
                ?? throw new TypedException([string.Create(System.Globalization.CultureInfo.InvariantCulture, $"element {i}: {error}")]);
            elements[i] = element;
            if (items.TryAdd(element, list[i]))
            {
                continue;
            }

            if (!allowDuplicates)
            {
                throw new TypedException([$"duplicate entries for key {PathElement.Display(element)}"]);
            }

            // A live item that stands twice is not merged with: the applied one replaces it.
            items[element] = null;
        }

        return elements;
    }
}
