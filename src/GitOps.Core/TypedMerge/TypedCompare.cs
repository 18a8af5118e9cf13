using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>Compares two values of one type field by field, items of sets and keyed lists by identity.</summary>
internal static class TypedCompare
{
    /// <summary>Compares two values.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="left">The old value.</param>
    /// <param name="right">The new value.</param>
    /// <returns>What differs.</returns>
    /// <exception cref="TypedException">A list item cannot be identified.</exception>
    public static Comparison Compare(SchemaType type, Node left, Node right)
    {
        if (ReferenceEquals(left, right))
        {
            return new Comparison(FieldSet.Empty, FieldSet.Empty, FieldSet.Empty);
        }

        var level = default(Level);
        Value(type, left, right, ref level, out _);
        return new Comparison(level.Removed.Build(), level.Modified.Build(), level.Added.Build());
    }

    /// <summary>Compares two values below a level: marks of the values themselves are given back, those of what lies below go to the level.</summary>
    internal static void Value(SchemaType type, Node? left, Node? right, ref Level below, out Mark mark)
    {
        mark = Mark.None;
        var leftShape = Shapes.Of(type, left);
        var rightShape = Shapes.Of(type, right);
        bool leaf;
        if (right is null)
        {
            leaf = Shaped(leftShape, type, left, right, ref below, ref mark);
        }
        else if (left is null || leftShape == rightShape)
        {
            leaf = Shaped(rightShape, type, left, right, ref below, ref mark);
        }
        else
        {
            // The value changed its form: what the old form held goes, what the new one holds comes.
            Shaped(leftShape, type, left, right, ref below, ref mark);
            leaf = Shaped(rightShape, type, left, right, ref below, ref mark);
        }

        if (!leaf)
        {
            mark |= left is null ? Mark.Added : right is null ? Mark.Removed : Mark.None;
        }
    }

    // Returns whether the value was compared as one leaf.
    private static bool Shaped(Shape shape, SchemaType type, Node? left, Node? right, ref Level below, ref Mark mark)
    {
        switch (shape)
        {
            case Shape.Scalar:
                if (TypedValue.ScalarError(type, left) is { } a && TypedValue.ScalarError(type, right) is { } b)
                {
                    throw new TypedException([a, b]);
                }

                Leaf(left, right, ref mark);
                return true;
            case Shape.List:
                {
                    var leftList = left as ListNode;
                    var rightList = right as ListNode;
                    if (Shapes.IsAtomicList(type) || (leftList is null or { Count: 0 } && rightList is null or { Count: 0 }))
                    {
                        Leaf(left, right, ref mark);
                        return true;
                    }

                    Items(type, leftList, rightList, ref below);
                    return false;
                }

            default:
                {
                    var leftMap = left as MapNode;
                    var rightMap = right as MapNode;
                    if (Shapes.IsAtomicMap(type) || (leftMap is null or { Count: 0 } && rightMap is null or { Count: 0 }))
                    {
                        Leaf(left, right, ref mark);
                        return true;
                    }

                    Keys(type, leftMap, rightMap, ref below);
                    return false;
                }
        }
    }

    private static void Leaf(Node? left, Node? right, ref Mark mark)
    {
        if (left is null)
        {
            mark |= Mark.Added;
        }
        else if (right is null)
        {
            mark |= Mark.Removed;
        }
        else if (!Node.DeepEquals(left, right))
        {
            mark |= Mark.Modified;
        }
    }

    private static void Keys(SchemaType type, MapNode? left, MapNode? right, ref Level level)
    {
        for (var i = 0; i < (left?.Count ?? 0); i++)
        {
            ref readonly var entry = ref left!.EntryAt(i);
            Node? other = null;
            if (right is not null)
            {
                other = i < right.Count && ReferenceEquals(right.EntryAt(i).Key, entry.Key) ? right.EntryAt(i).Value : right[entry.Key];
            }

            Child(type.TypeOf(entry.Key) ?? SchemaType.Untyped, PathElement.Field, entry.Key, entry.Value, other, ref level);
        }

        for (var i = 0; i < (right?.Count ?? 0); i++)
        {
            ref readonly var entry = ref right!.EntryAt(i);
            if (left is null || !left.ContainsKey(entry.Key))
            {
                Child(type.TypeOf(entry.Key) ?? SchemaType.Untyped, PathElement.Field, entry.Key, null, entry.Value, ref level);
            }
        }
    }

    private static void Child(SchemaType type, Func<string, string> element, string key, Node? left, Node? right, ref Level level)
    {
        if (ReferenceEquals(left, right))
        {
            return;
        }

        var below = default(Level);
        Value(type, left, right, ref below, out var mark);
        if (mark == Mark.None && below.IsEmpty)
        {
            return;
        }

        level.Add(element(key), mark, ref below);
    }

    private static void Items(SchemaType type, ListNode? left, ListNode? right, ref Level level)
    {
        var leftItems = Index(type, left);
        var rightItems = Index(type, right);
        foreach (var (element, mine) in leftItems)
        {
            Item(type, element, mine, rightItems.GetValueOrDefault(element), ref level);
        }

        foreach (var (element, theirs) in rightItems)
        {
            if (!leftItems.ContainsKey(element))
            {
                Item(type, element, null, theirs, ref level);
            }
        }
    }

    private static void Item(SchemaType type, string element, object? left, object? right, ref Level level)
    {
        var leftMany = left as List<Node>;
        var rightMany = right as List<Node>;
        var items = Shapes.ItemsOf(type);
        if (leftMany is null && rightMany is null)
        {
            Child(items, static e => e, element, (Node?)left, (Node?)right, ref level);
            return;
        }

        // Items that stand twice are compared as one unit, and only as such.
        if (leftMany is not null && rightMany is not null)
        {
            var same = leftMany.Count == rightMany.Count;
            for (var i = 0; same && i < leftMany.Count; i++)
            {
                same = Node.DeepEquals(leftMany[i], rightMany[i]);
            }

            if (!same)
            {
                var none = default(Level);
                level.Add(element, Mark.Modified, ref none);
            }
        }
        else if (leftMany is not null)
        {
            if (right is not null)
            {
                Child(items, static e => e, element, null, (Node)right, ref level);
            }

            var none = default(Level);
            level.Add(element, Mark.Removed, ref none);
        }
        else
        {
            if (left is not null)
            {
                Child(items, static e => e, element, (Node)left, null, ref level);
            }

            var none = default(Level);
            level.Add(element, Mark.Added, ref none);
        }
    }

    // A value is a Node, or a List<Node> when the element stands more than once.
    private static Dictionary<string, object> Index(SchemaType type, ListNode? list)
    {
        var index = new Dictionary<string, object>(list?.Count ?? 0, StringComparer.Ordinal);
        for (var i = 0; i < (list?.Count ?? 0); i++)
        {
            var item = list![i];
            var element = ListItem.Element(type, item, out var error)
                ?? throw new TypedException([string.Create(System.Globalization.CultureInfo.InvariantCulture, $"element {i}: {error}")]);
            if (!index.TryGetValue(element, out var known))
            {
                index.Add(element, item);
            }
            else if (known is List<Node> many)
            {
                many.Add(item);
            }
            else
            {
                index[element] = new List<Node> { (Node)known, item };
            }
        }

        return index;
    }
}
