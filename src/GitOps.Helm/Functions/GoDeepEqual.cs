using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Go's <c>reflect.DeepEqual</c>.</summary>
internal static class GoDeepEqual
{
    private const int MaxNesting = 1000;

    /// <summary>Compares two values of any type.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether type and content are the same all the way down.</returns>
    public static bool Compare(object? left, object? right) => Compare(left, right, 0);

    private static bool Compare(object? left, object? right, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("cannot compare values nested more than 1000 levels deep");
        if (ReferenceEquals(left, right))
            return left is not double d || !double.IsNaN(d);
        if (left is null || right is null)
            return false;
        if (left is string a && right is string b)
            return string.Equals(a, b, StringComparison.Ordinal);
        if (!string.Equals(GoValue.TypeName(left), GoValue.TypeName(right), StringComparison.Ordinal))
            return false;
        switch (left)
        {
            case Dictionary<string, object?> map:
                return left is NilMap == right is NilMap && CompareMaps(map, (Dictionary<string, object?>)right, depth);
            case TypedMap map:
                return Compare(map.Items, ((TypedMap)right).Items, depth);
            case List<object?> list:
                return left is NilList == right is NilList && CompareLists(list, (List<object?>)right, depth);
            case TypedList list:
                return list.IsNil == ((TypedList)right).IsNil && CompareLists(list.Items, ((TypedList)right).Items, depth);
            case byte[] bytes:
                return bytes.AsSpan().SequenceEqual((byte[])right);
            case GoStruct structure:
                var other = ((GoStruct)right).Fields;
                if (structure.Fields.Count != other.Count)
                    return false;
                for (var i = 0; i < other.Count; i++)
                {
                    if (!Compare(structure.Fields[i].Value, other[i].Value, depth + 1))
                        return false;
                }

                return true;
            case double number:
                return number == (double)right;
            default:
                return left.Equals(right);
        }
    }

    private static bool CompareMaps(Dictionary<string, object?> left, Dictionary<string, object?> right, int depth)
    {
        if (left.Count != right.Count)
            return false;
        foreach (var (key, value) in left)
        {
            if (!right.TryGetValue(key, out var other) || !Compare(value, other, depth + 1))
                return false;
        }

        return true;
    }

    private static bool CompareLists(IReadOnlyList<object?> left, IReadOnlyList<object?> right, int depth)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!Compare(left[i], right[i], depth + 1))
                return false;
        }

        return true;
    }
}
