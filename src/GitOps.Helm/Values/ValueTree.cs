using GitOps.Helm.Templates;

namespace GitOps.Helm.Values;

/// <summary>Helpers of the plain value model: maps, lists and scalars as Go would hold them in an <c>interface{}</c>.</summary>
internal static class ValueTree
{
    /// <summary>The key under which values for all charts stand.</summary>
    public const string Global = "global";

    public static Dictionary<string, object?> NewMap(int capacity = 0) => new(capacity, StringComparer.Ordinal);

    /// <summary>An independent copy: maps and lists are copied, scalars are shared.</summary>
    public static Dictionary<string, object?> Copy(Dictionary<string, object?>? map)
    {
        if (map is null)
        {
            return NewMap();
        }

        var copy = NewMap(map.Count);
        foreach (var (key, value) in map)
        {
            copy.Add(key, CopyValue(value));
        }

        return copy;
    }

    public static object? CopyValue(object? value) => value switch
    {
        Dictionary<string, object?> map => Copy(map),
        List<object?> list => CopyList(list),
        _ => value,
    };

    /// <summary>Merges two maps into a new one: the second one wins, maps are merged, everything else is replaced.</summary>
    public static Dictionary<string, object?> Merge(Dictionary<string, object?> below, Dictionary<string, object?> above)
    {
        if (below.Count == 0)
        {
            return new Dictionary<string, object?>(above, StringComparer.Ordinal);
        }

        var merged = new Dictionary<string, object?>(below, StringComparer.Ordinal);
        foreach (var (key, value) in above)
        {
            merged[key] = value is Dictionary<string, object?> map && merged.TryGetValue(key, out var old) && old is Dictionary<string, object?> oldMap
                ? Merge(oldMap, map)
                : value;
        }

        return merged;
    }

    /// <summary>The map at a dotted path; null when some part of the path is no map.</summary>
    public static Dictionary<string, object?>? Table(Dictionary<string, object?> values, ReadOnlySpan<char> path)
    {
        var current = values;
        foreach (var part in path.Split('.'))
        {
            if (!current.TryGetValue(path[part].ToString(), out var next) || next is not Dictionary<string, object?> map)
            {
                return null;
            }

            current = map;
        }

        return current;
    }

    /// <summary>The value at a dotted path, when there is one and it is no map.</summary>
    public static bool TryGetPath(Dictionary<string, object?> values, string path, out object? value)
    {
        value = null;
        if (path.Length == 0)
        {
            return false;
        }

        var dot = path.LastIndexOf('.');
        var table = dot < 0 ? values : Table(values, path.AsSpan(0, dot));
        return table is not null && table.TryGetValue(path[(dot + 1)..], out value) && value is not Dictionary<string, object?>;
    }

    /// <summary>The Go type as messages print it.</summary>
    public static string GoTypeName(object? value) => value switch
    {
        null => "<nil>",
        bool => "bool",
        string => "string",
        double => "float64",
        long => "int64",
        IGoNamed named => named.TypeName,
        Dictionary<string, object?> => "map[string]interface {}",
        List<object?> => "[]interface {}",
        _ => value.GetType().Name,
    };

    private static List<object?> CopyList(List<object?> list)
    {
        var copy = new List<object?>(list.Count);
        foreach (var item in list)
        {
            copy.Add(CopyValue(item));
        }

        return list is GoSlice slice ? new GoSlice(copy) { Spare = slice.Spare, Beyond = slice.Beyond } : copy;
    }
}
