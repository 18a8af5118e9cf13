using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;
using Tomlyn;
using Tomlyn.Model;

namespace GitOps.Helm.Functions;

/// <summary>Writes template values as TOML exactly as BurntSushi's library does, and reads TOML into template values.</summary>
internal static class TomlText
{
    private const int MaxNesting = 200;
    private const int MaxLength = 16 * 1024 * 1024;

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
            throw new FunctionException("runtime error: invalid memory address or nil pointer dereference");
        var output = new StringBuilder();
        Encode(output, [], value);
        return output.ToString();
    }

    /// <summary>Reads a document.</summary>
    /// <param name="text">The TOML text.</param>
    /// <returns>Its table.</returns>
    /// <exception cref="FunctionException">The text is not TOML.</exception>
    public static Dictionary<string, object?> Read(string text)
    {
        if (text.Length > MaxLength)
            throw new FunctionException("toml: the document is too large");
        try
        {
            return ToMap(TomlSerializer.Deserialize(text, TomlModel.Table) ?? [], 0);
        }
        catch (TomlException e)
        {
            throw new FunctionException(TomlMistake.Describe(text) ?? "toml: " + e.Message, e);
        }
    }

    private static Dictionary<string, object?> ToMap(TomlTable table, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("toml: tables are nested too deeply");
        var map = new Dictionary<string, object?>(table.Count, StringComparer.Ordinal);
        foreach (var (key, value) in table)
            map[key] = ToValue(value, depth + 1);
        return map;
    }

    private static object? ToValue(object? value, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("toml: arrays are nested too deeply");
        return value switch
        {
            TomlTable table => ToMap(table, depth),
            TomlTableArray tables => new TypedList("[]map[string]interface {}", GoType.Map, tables.Select(t => (object?)ToMap(t, depth + 1)).ToList()),
            TomlArray array => array.Select(i => ToValue(i, depth + 1)).ToList(),
            TomlDateTime date => ToTime(date),
            DateTimeOffset date => ToTime(new TomlDateTime(date, 0, TomlDateTimeKind.OffsetDateTimeByNumber)),
            _ => value,
        };
    }

    private static GoTime ToTime(TomlDateTime date)
    {
        var moment = date.DateTime;
        var ticks = moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
        {
            rest += TimeSpan.TicksPerSecond;
            seconds--;
        }

        var zone = moment.Offset == TimeSpan.Zero ? GoZone.Utc : GoZone.Fixed(string.Empty, (int)moment.Offset.TotalSeconds);
        return new GoTime(seconds, (int)rest * 100, zone);
    }

    private static Shape ShapeOf(object? value)
    {
        switch (value)
        {
            case null or NilList or TypedList { IsNil: true }:
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
                output.Append(time.JsonText());
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
            return "nan";
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

    private static string Quoted(string key)
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
