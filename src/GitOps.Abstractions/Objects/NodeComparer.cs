namespace GitOps;

internal static class NodeComparer
{
    public static bool Equal(Node? left, Node? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        return (left, right) switch
        {
            (ScalarNode a, ScalarNode b) => EqualScalars(a, b),
            (ListNode a, ListNode b) => EqualLists(a, b),
            (MapNode a, MapNode b) => EqualMaps(a, b),
            _ => false,
        };
    }

    private static bool EqualScalars(ScalarNode a, ScalarNode b)
    {
        if (a.Kind == b.Kind && string.Equals(a.Text, b.Text, StringComparison.Ordinal))
        {
            return true;
        }

        return (a.Kind, b.Kind) switch
        {
            (ScalarKind.Null, ScalarKind.Null) => true,
            (ScalarKind.Boolean, ScalarKind.Boolean) => a.AsBoolean() == b.AsBoolean(),
            (ScalarKind.Integer, ScalarKind.Integer) when a.TryGetInt64(out var x) && b.TryGetInt64(out var y) => x == y,
            (ScalarKind.Integer or ScalarKind.Float, ScalarKind.Integer or ScalarKind.Float) => a.AsDouble().Equals(b.AsDouble()),
            _ => false,
        };
    }

    private static bool EqualLists(ListNode a, ListNode b)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        for (var i = 0; i < a.Count; i++)
        {
            if (!Equal(a[i], b[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool EqualMaps(MapNode a, MapNode b)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        for (var i = 0; i < a.Count; i++)
        {
            ref readonly var entry = ref a.EntryAt(i);

            // Two trees of the same object mostly agree in order too, so the entry at the same place is tried first.
            ref readonly var other = ref b.EntryAt(i);
            var value = string.Equals(other.Key, entry.Key, StringComparison.Ordinal) ? other.Value : b[entry.Key];
            if (value is null || !Equal(entry.Value, value))
            {
                return false;
            }
        }

        return true;
    }
}
