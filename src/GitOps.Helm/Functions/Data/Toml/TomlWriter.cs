using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Writes template values as TOML exactly as BurntSushi's library does.</summary>
internal static class TomlWriter
{
    private const int MaxNesting = 200;

    private enum Shape
    {
        Nil,
        Value,
        Array,
        Table,
        TableArray,
    }

    /// <summary>Writes a document.</summary>
    /// <param name="value">The value; usually a map.</param>
    /// <returns>The TOML text.</returns>
    /// <exception cref="FunctionException">The value has no TOML form.</exception>
    public static string Write(object? value)
    {
        if (value is null)
            throw new FunctionException("reflect: call of reflect.Value.Type on zero Value");
        var output = new StringBuilder();
        Encode(output, [], value);
        return output.ToString();
    }

    private static Shape ShapeOf(object? value)
    {
        switch (value)
        {
            case var nil when GoValue.IsNil(nil):
                return Shape.Nil;
            case GoTime or GoDuration or IGoJson:
                return Shape.Value;
            case Dictionary<string, object?> or TypedMap or GoStruct:
                return Shape.Table;
            case List<object?> list:
                return ListShape(list);
            case TypedList list:
                return ListShape(list.Items);
            case byte[]:
                return Shape.Array;
            case System.Numerics.Complex or TemplateFunction:
                throw new FunctionException("unsupported type: " + GoValue.KindName(value));
            default:
                return Shape.Value;
        }
    }

    private static Shape ListShape(IReadOnlyList<object?> items)
    {
        if (items.Count == 0)
            return Shape.Array;
        var tables = true;
        foreach (var item in items)
        {
            var shape = ShapeOf(item);
            if (shape == Shape.Nil)
                throw new FunctionException("toml: cannot encode array with nil element");
            tables &= shape == Shape.Table;
        }

        return tables ? Shape.TableArray : Shape.Array;
    }

    private static void Encode(StringBuilder output, List<string> key, object? value)
    {
        if (key.Count > MaxNesting)
            throw new FunctionException("toml: values are nested too deeply");
        switch (ShapeOf(value))
        {
            case Shape.Nil:
                break;
            case Shape.Table:
                Table(output, key, value!);
                break;
            case Shape.TableArray:
                if (key.Count == 0)
                    throw new FunctionException("toml: top-level values must be Go maps or structs");
                foreach (var item in Items(value!))
                {
                    NewLine(output);
                    Indent(output, key).Append("[[").AppendJoin('.', key.Select(Quoted)).Append("]]");
                    NewLine(output);
                    Entries(output, key, item!, inline: false);
                }

                break;
            default:
                KeyValue(output, key, value!, inline: false);
                break;
        }
    }

    private static void Table(StringBuilder output, List<string> key, object value)
    {
        if (key.Count == 1)
            NewLine(output);
        if (key.Count > 0)
        {
            Indent(output, key).Append('[').AppendJoin('.', key.Select(Quoted)).Append(']');
            NewLine(output);
        }

        Entries(output, key, value, inline: false);
    }

    private static void Entries(StringBuilder output, List<string> key, object value, bool inline)
    {
        var direct = new List<(string Key, object? Value)>();
        var tables = new List<(string Key, object? Value)>();
        foreach (var (name, item) in Pairs(value))
            (ShapeOf(item) is Shape.Table or Shape.TableArray ? tables : direct).Add((name, item));
        if (inline)
            output.Append('{');
        Write(direct, tables.Count > 0);
        Write(tables, trailing: false);
        if (inline)
            output.Append('}');

        void Write(List<(string Key, object? Value)> entries, bool trailing)
        {
            for (var i = 0; i < entries.Count; i++)
            {
                var (name, item) = entries[i];
                if (ShapeOf(item) == Shape.Nil)
                    continue;
                if (!inline)
                {
                    Encode(output, [.. key, name], item);
                    continue;
                }

                KeyValue(output, [name], item!, inline: true);
                if (trailing || i < entries.Count - 1)
                    output.Append(", ");
            }
        }
    }

    private static IEnumerable<(string Key, object? Value)> Pairs(object value)
    {
        if (value is GoStruct structure)
            return structure.Fields.Where(static f => f.IsExported).Select(static f => (f.Name, f.Value));
        var map = value as Dictionary<string, object?> ?? ((TypedMap)value).Items;
        return GoValue.SortedKeys(map).Select(k => (k, map[k]));
    }

    private static IReadOnlyList<object?> Items(object value) => GoCast.Items(value, string.Empty);

    private static void KeyValue(StringBuilder output, List<string> key, object value, bool inline)
    {
        if (key.Count == 0)
        {
            Element(output, value, 0);
            return;
        }

        Indent(output, key).Append(Quoted(key[^1])).Append(" = ");
        Element(output, value, key.Count);
        if (!inline)
            NewLine(output);
    }

    private static void Element(StringBuilder output, object? value, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("toml: values are nested too deeply");
        switch (value)
        {
            case string text:
                output.Append('"').Append(Escape(text)).Append('"');
                break;
            case bool truth:
                output.Append(truth ? "true" : "false");
                break;
            case GoTime time:
                output.Append(TomlReader.LocalLayout(time) is { } layout ? GoLayout.Format(time, layout) : time.JsonText());
                break;
            case GoDuration duration:
                output.Append('"').Append(duration.GoString()).Append('"');
                break;
            case double number:
                output.Append(Float(GoFloat.Format(number, 'g'), number));
                break;
            case float number:
                output.Append(Float(GoFloat.Format(number, 'g', -1, single: true), number));
                break;
            case IGoJson own:
                output.Append('"').Append(Escape(own.JsonText())).Append('"');
                break;
            case List<object?> or TypedList or byte[]:
                var items = Items(value);
                output.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0)
                        output.Append(", ");
                    Element(output, items[i], depth + 1);
                }

                output.Append(']');
                break;
            case Dictionary<string, object?> or TypedMap or GoStruct:
                Entries(output, [], value, inline: true);
                break;
            default:
                if (!GoValue.TryGetInteger(value, out var integer, out var signed))
                    throw new FunctionException("unexpected type: " + GoValue.TypeName(value));
                output.Append(signed ? integer.ToString(CultureInfo.InvariantCulture) : unchecked((ulong)integer).ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Float(string text, double value)
    {
        if (double.IsNaN(value))
            return double.IsNegative(value) ? "-nan" : "nan";
        if (double.IsInfinity(value))
            return value < 0 ? "-inf" : "inf";
        return text.AsSpan().IndexOfAny('e', '.') < 0 ? text + ".0" : text;
    }

    private static void NewLine(StringBuilder output)
    {
        if (output.Length > 0)
            output.Append('\n');
    }

    private static StringBuilder Indent(StringBuilder output, List<string> key) => output.Append(' ', 2 * (key.Count - 1));

    internal static string Quoted(string key)
    {
        foreach (var c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '-' and not '_')
                return "\"" + Escape(key) + "\"";
        }

        return key.Length == 0 ? "\"\"" : key;
    }

    private static string Escape(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => builder.Append("\\\""),
                '\\' => builder.Append("\\\\"),
                '\b' => builder.Append("\\b"),
                '\t' => builder.Append("\\t"),
                '\n' => builder.Append("\\n"),
                '\f' => builder.Append("\\f"),
                '\r' => builder.Append("\\r"),
                < ' ' or '\x7f' => builder.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => builder.Append(c),
            };
        }

        return builder.ToString();
    }
}
