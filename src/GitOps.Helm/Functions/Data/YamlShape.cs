using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Turns template values into what the YAML writer knows: dictionaries, lists, strings and numbers.</summary>
internal static class YamlShape
{
    private const int MaxNesting = 1000;

    /// <summary>The value as sigs.k8s.io/yaml sees it, that is through JSON.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same value when it is plain already.</returns>
    public static object? ThroughJson(object? value) => IsPlain(value, 0) ? value : TypedMap.MapOf(value) is { } map && IsPlain(map, 0) ? map : Convert(value, pretty: false, 0);

    /// <summary>The value as go-yaml v3 sees it.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same value when it is plain already.</returns>
    public static object? Pretty(object? value) => IsPlain(value, 0) ? value : Convert(value, pretty: true, 0);

    private static bool IsPlain(object? value, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("json: unsupported value: encountered a cycle or more than 1000 levels");
        switch (value)
        {
            case string text:
                return text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;
            case null or bool or double or nint or long:
                return true;
            case NilList:
                return false;
            case List<object?> list:
                foreach (var item in list)
                {
                    if (!IsPlain(item, depth + 1))
                        return false;
                }

                return true;
            case Dictionary<string, object?> map:
                foreach (var (key, item) in map)
                {
                    if (!IsPlain(item, depth + 1) || !IsPlain(key, depth))
                        return false;
                }

                return true;
            default:
                return false;
        }
    }

    private static object? Convert(object? value, bool pretty, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("json: unsupported value: encountered a cycle or more than 1000 levels");
        switch (value)
        {
            case string text:
                return Clean(text);
            case NilList or TypedList { IsNil: true }:
                return pretty ? new List<object?>() : null;
            case List<object?> list:
                return list.ConvertAll(i => Convert(i, pretty, depth + 1));
            case TypedList list:
                return list.Items.Select(i => Convert(i, pretty, depth + 1)).ToList();
            case Dictionary<string, object?> map:
                return ConvertMap(map, pretty, depth);
            case TypedMap map:
                return ConvertMap(map.Items, pretty, depth);
            case byte[] bytes:
                return pretty ? bytes.Select(static b => (object?)(long)b).ToList()
                    : ReferenceEquals(bytes, GoType.NilBytes) ? null : System.Convert.ToBase64String(bytes);
            case IGoJson own:
                return own.JsonText();
            case GoDuration duration:
                return pretty ? duration.GoString() : duration.Nanoseconds;
            case GoStruct structure:
                var fields = new List<KeyValuePair<string, object?>>();
                foreach (var field in structure.Fields)
                {
                    if (field.IsExported && (pretty || !field.OmitEmpty || GoValue.IsTrue(field.Value)))
                        fields.Add(new(pretty ? field.Name.ToLowerInvariant() : field.JsonName ?? field.Name, Convert(field.Value, pretty, depth + 1)));
                }

                if (pretty)
                    return fields;
                return new Dictionary<string, object?>(fields, StringComparer.Ordinal);
            case System.Numerics.Complex or TemplateFunction:
                throw new FunctionException("json: unsupported type: " + GoValue.TypeName(value));
            default:
                return value;
        }
    }

    private static Dictionary<string, object?> ConvertMap(Dictionary<string, object?> map, bool pretty, int depth)
    {
        var copy = new Dictionary<string, object?>(map.Count, StringComparer.Ordinal);
        foreach (var (key, item) in map)
            copy[Clean(key)] = Convert(item, pretty, depth + 1);
        return copy;
    }

    // JSON has no stray bytes: each becomes U+FFFD.
    private static string Clean(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return text;
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                var c = source[i];
                if (GoText.RuneWidth(source, i) == 2)
                {
                    span[i] = c;
                    span[++i] = source[i];
                }
                else
                {
                    span[i] = char.IsSurrogate(c) ? '\uFFFD' : c;
                }
            }
        });
    }
}
