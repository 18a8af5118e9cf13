using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>Finds the path element of an item of a set or keyed list.</summary>
internal static class ListItem
{
    /// <summary>The element of an item.</summary>
    /// <param name="list">The list's type.</param>
    /// <param name="item">The item.</param>
    /// <param name="error">Why there is none.</param>
    /// <returns>The element, or <see langword="null"/>.</returns>
    public static string? Element(SchemaType list, Node item, out string error)
    {
        error = "";
        if (list.ListType == ListType.Set)
        {
            switch (item)
            {
                case MapNode:
                    error = "associative list without keys has an element that's a map type";
                    return null;
                case ListNode:
                    error = "not supported: associative list with lists as elements";
                    return null;
                case ScalarNode { Kind: ScalarKind.Null }:
                    error = "associative list without keys has an element that's an explicit null";
                    return null;
                default:
                    return PathElement.Value((ScalarNode)item);
            }
        }

        if (item is not MapNode map)
        {
            error = item.IsNull
                ? "associative list with keys may not have a null element"
                : "associative list with keys may not have non-map elements";
            return null;
        }

        var fields = new (string, ScalarNode)[list.Keys.Length];
        var count = 0;
        foreach (var key in list.Keys)
        {
            var value = map[key] ?? list.Items?.Field(key)?.Default;
            if (value is ScalarNode scalar)
            {
                fields[count++] = (key, scalar);
            }
            else if (value is not null)
            {
                error = $"associative list with keys has an element whose key field {key} is no scalar";
                return null;
            }
        }

        if (count == 0)
        {
            error = $"associative list with keys has an element that omits all key fields [\"{string.Join("\" \"", list.Keys)}\"] (and doesn't have default values for any key fields)";
            return null;
        }

        return PathElement.Key(fields.AsSpan(0, count));
    }
}
