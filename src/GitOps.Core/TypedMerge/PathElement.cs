using System.Globalization;
using System.Text;
using GitOps.Json;

namespace GitOps.TypedMerge;

/// <summary>
/// Makes and reads path elements in the text form of fieldsV1: <c>f:name</c>, <c>k:{"name":"app"}</c>, <c>v:"x"</c>, <c>i:0</c>.
/// A path element is that string: sets compare and print without any conversion.
/// </summary>
internal static class PathElement
{
    private const int CacheSize = 4096;
    private static readonly (string Name, string Element)[] FieldCache = new (string, string)[CacheSize];

    /// <summary>The element of a map's key.</summary>
    public static string Field(string name)
    {
        // Names repeat endlessly; a torn read only misses, because both halves are checked.
        ref var slot = ref FieldCache[(uint)string.GetHashCode(name, StringComparison.Ordinal) % CacheSize];
        var (known, element) = slot;
        if (known is not null && element is not null && ReferenceEquals(known, name) && element.AsSpan(2).SequenceEqual(name))
        {
            return element;
        }

        element = "f:" + name;
        slot = (name, element);
        return element;
    }

    /// <summary>The element of an item of a set.</summary>
    public static string Value(ScalarNode value)
    {
        var text = new StringBuilder("v:");
        AppendScalar(text, value);
        return text.ToString();
    }

    /// <summary>The element of an item of a keyed list.</summary>
    /// <param name="fields">The key fields that are set, in any order.</param>
    public static string Key(Span<(string Name, ScalarNode Value)> fields)
    {
        fields.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        var text = new StringBuilder("k:{", 48);
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            GoJson.AppendQuoted(text, fields[i].Name);
            text.Append(':');
            AppendScalar(text, fields[i].Value);
        }

        return text.Append('}').ToString();
    }

    /// <summary>The name of a field element; <see langword="null"/> for other elements.</summary>
    public static string? FieldName(string element) => element.StartsWith("f:", StringComparison.Ordinal) ? element[2..] : null;

    /// <summary>Brings an element that a client sent into the one form that equal elements share.</summary>
    /// <param name="element">The element as sent.</param>
    /// <returns>The element.</returns>
    /// <exception cref="FormatException">It is no path element.</exception>
    public static string Canonical(string element)
    {
        if (element.Length < 2 || element[1] != ':')
        {
            throw new FormatException($"'{element}' is no path element of fieldsV1.");
        }

        switch (element[0])
        {
            case 'f':
                return element;
            case 'i' when int.TryParse(element.AsSpan(2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index):
                return string.Create(CultureInfo.InvariantCulture, $"i:{index}");
            case 'v' when Parse(element) is ScalarNode value:
                return Value(value);
            case 'k' when Parse(element) is MapNode map:
                var fields = new (string, ScalarNode)[map.Count];
                for (var i = 0; i < fields.Length; i++)
                {
                    fields[i] = (map.EntryAt(i).Key, map.EntryAt(i).Value as ScalarNode ?? throw new FormatException($"'{element}' has a key that is no scalar."));
                }

                return Key(fields);
            default:
                throw new FormatException($"'{element}' is no path element of fieldsV1.");
        }
    }

    /// <summary>The element as people read it in conflicts: <c>.spec</c>, <c>[name="app"]</c>, <c>[="x"]</c>.</summary>
    public static string Display(string element)
    {
        switch (element[0])
        {
            case 'f':
                return string.Concat(".", element.AsSpan(2));
            case 'k' when Parse(element) is MapNode map:
                return "[" + string.Join(',', map.Select(e => $"{e.Key}={DisplayScalar(e.Value)}")) + "]";
            case 'v' when Parse(element) is { } value:
                return $"[={DisplayScalar(value)}]";
            default:
                return $"[{element.AsSpan(2)}]";
        }
    }

    private static Node Parse(string element)
    {
        try
        {
            return JsonTreeReader.Read(Encoding.UTF8.GetBytes(element[2..]));
        }
        catch (JsonFormatException e)
        {
            throw new FormatException($"'{element}' is no path element of fieldsV1.", e);
        }
    }

    private static string DisplayScalar(Node node)
    {
        var scalar = (ScalarNode)node;
        if (scalar.Kind != ScalarKind.String)
        {
            return scalar.Kind == ScalarKind.Null ? "null" : scalar.Text;
        }

        var text = new StringBuilder();
        GoJson.AppendQuoted(text, scalar.Text, html: false);
        return text.ToString();
    }

    private static void AppendScalar(StringBuilder text, ScalarNode scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                text.Append("null");
                break;
            case ScalarKind.Boolean:
                text.Append(scalar.AsBoolean() ? "true" : "false");
                break;
            case ScalarKind.Integer:
                text.Append(JsonNumber.FromInteger(scalar));
                break;
            case ScalarKind.Float:
                // 1.0 and 1 are the same item.
                var number = scalar.AsDouble();
                text.Append(number == Math.Truncate(number) && Math.Abs(number) < 1e15
                    ? ((long)number).ToString(CultureInfo.InvariantCulture)
                    : number.ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                GoJson.AppendQuoted(text, scalar.Text);
                break;
        }
    }
}
