using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's list functions. None changes the list it is given.</summary>
internal static class ListFunctions
{
    private static readonly GoType[] One = [GoType.Any];
    private static readonly GoType[] Two = [GoType.Any, GoType.Any];

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = Make();

    private static FunctionList Make()
    {
        var functions = new FunctionList
        {
            { "list", [], GoType.Any, static (_, a) => new GoSlice(a.ToArray()) },
            { "tuple", [], GoType.Any, static (_, a) => new GoSlice(a.ToArray()) },
            { "concat", [], GoType.Any, static (_, a) => Concat(a) },
        };

        // "must" variants fail with an error where the others panic; a template sees the same.
        foreach (var (name, types, body) in Pairs())
        {
            functions.Add(name, types, body);
            functions.Add("must" + char.ToUpperInvariant(name[0]) + name[1..], types, body);
        }

        functions.Add("without", One, GoType.Any, static (_, a) => Without(a[0], a[1..]));
        functions.Add("mustWithout", One, GoType.Any, static (_, a) => Without(a[0], a[1..]));
        functions.Add("slice", One, GoType.Any, static (_, a) => Slice(a[0], a[1..]));
        functions.Add("mustSlice", One, GoType.Any, static (_, a) => Slice(a[0], a[1..]));
        return functions;
    }

    private static IEnumerable<(string Name, GoType[] Types, FunctionBody Body)> Pairs()
    {
        yield return ("append", Two, static (x, a) => Push(x, a[0], a[1]));
        yield return ("push", Two, static (x, a) => Push(x, a[0], a[1]));
        yield return ("prepend", Two, static (_, a) => Prepend(GoCast.Items(a[0], "Cannot prepend on type "), a[1]));
        yield return ("first", One, static (_, a) => GoCast.Items(a[0], "Cannot find first on type ") is { Count: > 0 } items ? items[0] : null);
        yield return ("rest", One, static (_, a) => GoCast.Items(a[0], "Cannot find rest on type ") is { Count: > 0 } items ? new GoSlice(items.Skip(1)) : new NilList());
        yield return ("last", One, static (_, a) => GoCast.Items(a[0], "Cannot find last on type ") is { Count: > 0 } items ? items[^1] : null);
        yield return ("initial", One, static (_, a) => GoCast.Items(a[0], "Cannot find initial on type ") is { Count: > 0 } items ? new GoSlice(items.Take(items.Count - 1)) : new NilList());
        yield return ("reverse", One, static (_, a) => new GoSlice(GoCast.Items(a[0], "Cannot find reverse on type ").Reverse()));
        yield return ("compact", One, static (_, a) => new List<object?>(GoCast.Items(a[0], "Cannot compact on type ").Where(static i => !GoCast.IsEmpty(i))));
        yield return ("uniq", One, static (x, a) => Unique(x, GoCast.Items(a[0], "Cannot find uniq on type ")));
        yield return ("has", Two, static (_, a) => GoValue.Box(a[1] is not null && Contains(GoCast.Items(a[1], "Cannot find has on type "), a[0])));
        yield return ("chunk", [GoType.Int, GoType.Any], static (_, a) => Chunk((nint)a[0]!, GoCast.Items(a[1], "Cannot chunk type ")));
    }

    private static GoSlice Push(Execution execution, object? list, object? value)
    {
        var items = GoCast.Items(list, "Cannot push on type ");
        execution.CheckSize(items.Count);
        var count = items.Count + 1;
        return new GoSlice([.. items, value]) { Spare = GoCapacity.Append(items.Count, count) - count };
    }

    private static GoSlice Prepend(IReadOnlyList<object?> items, object? value)
    {
        var count = items.Count + 1;
        return new GoSlice([value, .. items]) { Spare = (count == 1 ? 1 : GoCapacity.Append(1, count)) - count };
    }

    private static bool Contains(IReadOnlyList<object?> items, object? value)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (GoDeepEqual.Compare(value, items[i]))
                return true;
        }

        return false;
    }

    private static List<object?> Unique(Execution execution, IReadOnlyList<object?> items)
    {
        var result = new List<object?>();
        var strings = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            execution.CancellationToken.ThrowIfCancellationRequested();
            if (item is string text ? strings.Add(text) : !Contains(result, item))
                result.Add(item);
        }

        return result;
    }

    private static List<object?> Without(object? list, ReadOnlySpan<object?> omit)
    {
        var result = new List<object?>();
        foreach (var item in GoCast.Items(list, "Cannot find without on type "))
        {
            var found = false;
            foreach (var unwanted in omit)
                found |= GoDeepEqual.Compare(item, unwanted);
            if (!found)
                result.Add(item);
        }

        return result;
    }

    private static object? Slice(object? list, ReadOnlySpan<object?> bounds)
    {
        var items = GoCast.Items(list, "list should be type of slice or array but ");
        if (items.Count == 0)
            return null;
        var from = bounds.Length > 0 ? GoCast.ToInt64(bounds[0]) : 0;
        var to = bounds.Length > 1 ? GoCast.ToInt64(bounds[1]) : items.Count;
        IReadOnlyList<object?> room = [.. items, .. GoCapacity.Beyond(list!)];
        if (from < 0 || to < from || to > room.Count)
            throw new FunctionException("reflect.Value.Slice: slice index out of bounds");
        object?[] part = [.. room.Skip((int)from).Take((int)(to - from))];
        object?[] beyond = [.. room.Skip((int)to)];
        return list switch
        {
            TypedList typed => new TypedList(typed.TypeName, typed.Element, part) { Beyond = beyond },
            byte[] bytes => bytes[(int)from..(int)to],
            _ => new GoSlice(part) { Beyond = beyond },
        };
    }

    private static List<object?> Concat(ReadOnlySpan<object?> lists)
    {
        var result = new List<object?>();
        foreach (var list in lists)
            result.AddRange(list is null ? throw new FunctionException("runtime error: invalid memory address or nil pointer dereference") : Listed(list));
        return result.Count == 0 ? new NilList() : result;

        static IReadOnlyList<object?> Listed(object list) => list is List<object?> or TypedList or byte[]? GoCast.Items(list, string.Empty)
            : throw new FunctionException("Cannot concat type " + GoValue.KindName(list) + " as list");
    }

    // Sprig counts the chunks in floating point, so a negative size gives none, or fails as making a slice does.
    private static TypedList Chunk(nint size, IReadOnlyList<object?> items)
    {
        var count = Math.Floor((items.Count - 1) / (double)size) + 1;
        if (double.IsNaN(count) || count is < 0 or > int.MaxValue || (count > 0 && size < 0))
            throw new FunctionException("runtime error: makeslice: len out of range");
        var chunks = new List<object?>();
        for (long i = 0; i < (long)count; i++)
            chunks.Add(new GoSlice(items.Skip((int)(i * size)).Take((int)Math.Min(size, int.MaxValue))));
        return new TypedList("[][]interface {}", GoType.Slice, chunks);
    }
}
