using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's dictionary functions.</summary>
internal static class DictFunctions
{
    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "dict", [], GoType.Any, static (_, a) => Make(a) },
        { "get", [GoType.Map, GoType.String], static (_, a) => a[0] is Dictionary<string, object?> map && map.TryGetValue((string)a[1]!, out var value) ? value : string.Empty },
        { "set", [GoType.Map, GoType.String, GoType.Any], static (_, a) => Set(a[0], (string)a[1]!, a[2]) },
        { "unset", [GoType.Map, GoType.String], static (_, a) => Unset(a[0], (string)a[1]!) },
        { "hasKey", [GoType.Map, GoType.String], static (_, a) => GoValue.Box(a[0] is Dictionary<string, object?> map && map.ContainsKey((string)a[1]!)) },
        { "pluck", [GoType.String], GoType.Map, static (_, a) => Pluck((string)a[0]!, a[1..]) },
        { "keys", [], GoType.Map, static (_, a) => Keys(a) },
        { "pick", [GoType.Map], GoType.String, static (_, a) => Pick(a[0], a[1..]) },
        { "omit", [GoType.Map], GoType.String, static (_, a) => Omit(a[0], a[1..]) },
        { "merge", [GoType.Map], GoType.Map, static (_, a) => Merge(a, overwrite: false) },
        { "mustMerge", [GoType.Map], GoType.Map, static (_, a) => Merge(a, overwrite: false) },
        { "mergeOverwrite", [GoType.Map], GoType.Map, static (_, a) => Merge(a, overwrite: true) },
        { "mustMergeOverwrite", [GoType.Map], GoType.Map, static (_, a) => Merge(a, overwrite: true) },
        { "values", [GoType.Map], static (_, a) => Values(a[0]) },
        { "dig", [], GoType.Any, static (_, a) => Dig(a) },
        { "deepCopy", [GoType.Any], static (_, a) => Copy(a[0], 0) },
        { "mustDeepCopy", [GoType.Any], static (_, a) => Copy(a[0], 0) },
    };

    private static Dictionary<string, object?> Make(ReadOnlySpan<object?> pairs)
    {
        var map = new Dictionary<string, object?>(pairs.Length / 2, StringComparer.Ordinal);
        for (var i = 0; i < pairs.Length; i += 2)
            map[GoCast.ToText(pairs[i])] = i + 1 < pairs.Length ? pairs[i + 1] : string.Empty;
        return map;
    }

    private static Dictionary<string, object?> Set(object? map, string key, object? value)
    {
        if (map is not Dictionary<string, object?> target || target is NilMap)
            throw new FunctionException("assignment to entry in nil map");
        target[key] = value;
        return target;
    }

    private static Dictionary<string, object?>? Unset(object? map, string key)
    {
        var target = map as Dictionary<string, object?>;
        target?.Remove(key);
        return target;
    }

    private static List<object?> Pluck(string key, ReadOnlySpan<object?> maps)
    {
        var found = new List<object?>();
        foreach (var map in maps)
        {
            if (map is Dictionary<string, object?> entries && entries.TryGetValue(key, out var value))
                found.Add(value);
        }

        return found;
    }

    private static TypedList Keys(ReadOnlySpan<object?> maps)
    {
        var keys = new List<string>();
        foreach (var map in maps)
        {
            // Go's order is random here; sorted is one of its orders and always the same.
            if (map is Dictionary<string, object?> entries)
                keys.AddRange(GoValue.SortedKeys(entries));
        }

        return new TypedList("[]string", GoType.String, keys) { Spare = GoCapacity.Grown(keys.Count) - keys.Count };
    }

    private static Dictionary<string, object?> Pick(object? map, ReadOnlySpan<object?> keys)
    {
        var result = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (map is Dictionary<string, object?> entries && entries.TryGetValue((string)key!, out var value))
                result[(string)key!] = value;
        }

        return result;
    }

    private static Dictionary<string, object?> Omit(object? map, ReadOnlySpan<object?> keys)
    {
        var result = map is Dictionary<string, object?> entries ? new Dictionary<string, object?>(entries, StringComparer.Ordinal) : new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var key in keys)
            result.Remove((string)key!);
        return result;
    }

    private static Dictionary<string, object?> Merge(ReadOnlySpan<object?> maps, bool overwrite)
    {
        var target = maps[0] is Dictionary<string, object?> first and not NilMap ? first : new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var source in maps[1..])
        {
            if (source is Dictionary<string, object?> map)
                DeepMerge.Merge(target, map, overwrite);
        }

        return target;
    }

    private static List<object?> Values(object? map)
    {
        var values = new List<object?>();
        if (map is Dictionary<string, object?> entries)
        {
            foreach (var key in GoValue.SortedKeys(entries))
                values.Add(entries[key]);
        }

        return values;
    }

    private static object? Dig(ReadOnlySpan<object?> arguments)
    {
        if (arguments.Length < 3)
            throw new FunctionException("dig needs at least three arguments");
        var current = arguments[^1];
        for (var i = 0; i < arguments.Length - 2; i++)
        {
            if (arguments[i] is not string)
                throw Wrong(arguments[i], "string");
        }

        for (var i = 0; i < arguments.Length - 2; i++)
        {
            // The assertion in Go is to the unnamed map type, which a named map does not meet.
            if (current is not Dictionary<string, object?> map)
                throw Wrong(current, "map[string]interface {}");
            if (!map.TryGetValue((string)arguments[i]!, out current))
                return arguments[^2];
        }

        return current;

        static FunctionException Wrong(object? value, string wanted) =>
            new("interface conversion: interface {} is " + (value is null ? "nil" : GoValue.TypeName(value)) + ", not " + wanted);
    }

    private static object? Copy(object? value, int depth)
    {
        if (depth > 1000)
            throw new FunctionException("cannot copy a value nested more than 1000 levels deep");
        switch (value)
        {
            case HelmValues named:
                var values = new HelmValues();
                foreach (var (key, item) in named.Items)
                    values[key] = Copy(item, depth + 1);
                return values;
            case NilMap or NilList:
                return value;
            case Dictionary<string, object?> map:
                var copy = new Dictionary<string, object?>(map.Count, StringComparer.Ordinal);
                foreach (var (key, item) in map)
                    copy[key] = Copy(item, depth + 1);
                return copy;
            case List<object?> list:
                var items = list.ConvertAll(i => Copy(i, depth + 1));
                return list is GoSlice slice ? new GoSlice(items) { Spare = GoCapacity.Beyond(slice).Count } : items;
            case TypedList { Items: List<string> strings } typed:
                return new TypedList(typed.TypeName, typed.Element, new List<string>(strings)) { IsNil = typed.IsNil, Spare = typed.Spare };
            case byte[] bytes:
                return bytes.Clone();
            case null:
                return depth == 0 ? throw new FunctionException("reflect: call of reflect.Value.Type on zero Value") : null;
            default:
                return value;
        }
    }
}
