using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Turns template values into what the YAML writer knows: dictionaries, lists, strings and numbers.</summary>
internal static class YamlShape
{
    private const int MaxNesting = 1000;
    private const char NextLine = '\x85';

    /// <summary>The value as sigs.k8s.io/yaml sees it, that is through JSON.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same value when it is plain already.</returns>
    public static object? ThroughJson(object? value) => IsPlain(value, 0) ? value : TypedMap.MapOf(value) is { } map && IsPlain(map, 0) ? map : Convert(value, pretty: false, 0);

    /// <summary>The value as go-yaml v3 sees it.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same value when it is plain already.</returns>
    public static object? Pretty(object? value) => IsPlain(value, 0) ? value : Convert(value, pretty: true, 0);

    // What is plain can be written as it is, whichever way it goes.
    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsSurrogate(c) || c is (>= '\x7f' and < '\xa0') or >= '\uFFFE')
                return false;
        }

        return true;
    }

    private static bool IsPlain(object? value, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("json: unsupported value: encountered a cycle or more than 1000 levels");
        switch (value)
        {
            case string text:
                return text.AsSpan().IndexOfAnyInRange('\x7f', '\uFFFF') is var first && (first < 0 || IsPlain(text.AsSpan(first)));
            case null or bool or double or nint or long:
                return true;
            case NilList or NilMap:
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
                return pretty ? GoText.ToValid(text) : ThroughQuotes(GoText.ToValid(text));
            case NilList or TypedList { IsNil: true }:
                return pretty ? new List<object?>() : null;
            case NilMap or TypedMap { Items: NilMap }:
                return pretty ? new Dictionary<string, object?>(StringComparer.Ordinal) : null;
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
            copy[pretty ? GoText.ToValid(key) : ThroughQuotes(GoText.ToValid(key), isKey: true)] = Convert(item, pretty, depth + 1);
        return copy;
    }

    // The JSON is read as YAML: characters that YAML has none of end it, and a next-line character, which JSON leaves as it is,
    // is a line break in a quoted text, so it is folded away with the blanks around it.
    private static string ThroughQuotes(string text, bool isKey = false)
    {
        if (text.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0 && text.AsSpan().IndexOfAny('\uFFFE', '\uFFFF') < 0)
            return text;
        var folded = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c is (>= '\x7f' and < '\xa0' and not NextLine) or >= '\uFFFE')
                throw new FunctionException("yaml: control characters are not allowed");
            if (c is not (' ' or NextLine))
            {
                folded.Append(c);
                i++;
                continue;
            }

            var end = i;
            var breaks = 0;
            while (end < text.Length && text[end] is ' ' or NextLine)
                breaks += text[end++] == NextLine ? 1 : 0;
            if (breaks > 0 && isKey)
                throw new FunctionException("yaml: did not find expected ',' or '}'");
            _ = breaks switch
            {
                0 => folded.Append(' ', end - i),
                1 => folded.Append(' '),
                _ => folded.Append('\n', breaks - 1),
            };
            i = end;
        }

        return folded.ToString();
    }
}
