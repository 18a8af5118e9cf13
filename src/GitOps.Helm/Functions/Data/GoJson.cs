using System.Globalization;
using System.Numerics;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Writes template values as Go's <c>encoding/json</c> does.</summary>
internal static class GoJson
{
    private const int MaxNesting = 1000;

    /// <summary>Writes one value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="escapeHtml">Whether <c>&lt; &gt; &amp;</c> are escaped.</param>
    /// <param name="indent">What one level is indented with; <see langword="null"/> for one line.</param>
    /// <returns>The JSON text.</returns>
    /// <exception cref="FunctionException">The value has no JSON form.</exception>
    public static string Write(object? value, bool escapeHtml = true, string? indent = null)
    {
        var builder = new StringBuilder();
        Write(builder, value, escapeHtml, indent, 0);
        return builder.ToString();
    }

    /// <summary>A number as JSON writes it.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The text.</returns>
    public static string FormatFloat(double value)
    {
        if (!double.IsFinite(value))
            throw new FunctionException("json: unsupported value: " + GoFloat.Format(value, 'g'));
        var magnitude = Math.Abs(value);
        if (magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21))
            return GoFloat.Format(value, 'f');
        var text = GoFloat.Format(value, 'e');

        // e-09 is e-9 here.
        return text.Length > 4 && text[^4] == 'e' && text[^3] == '-' && text[^2] == '0' ? text[..^2] + text[^1] : text;
    }

    private static void Write(StringBuilder builder, object? value, bool escapeHtml, string? indent, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("json: unsupported value: encountered a cycle or more than 1000 levels");
        switch (value)
        {
            case var nil when GoValue.IsNil(nil):
                builder.Append("null");
                break;
            case string text:
                WriteString(builder, text, escapeHtml);
                break;
            case bool truth:
                builder.Append(truth ? "true" : "false");
                break;
            case double number:
                builder.Append(FormatFloat(number));
                break;
            case float number:
                builder.Append(GoFloat.Format(number, 'g', -1, single: true));
                break;
            case byte[] bytes:
                if (ReferenceEquals(bytes, GoType.NilBytes))
                    builder.Append("null");
                else
                    builder.Append('"').Append(Convert.ToBase64String(bytes)).Append('"');
                break;
            case Dictionary<string, object?> map:
                WriteMap(builder, map, escapeHtml, indent, depth);
                break;
            case TypedMap map:
                WriteMap(builder, map.Items, escapeHtml, indent, depth);
                break;
            case List<object?> list:
                WriteList(builder, list, escapeHtml, indent, depth);
                break;
            case TypedList list:
                WriteList(builder, list.Items, escapeHtml, indent, depth);
                break;
            case IGoJson own:
                WriteString(builder, own.JsonText(), escapeHtml);
                break;
            case GoStruct structure:
                WriteStruct(builder, structure, escapeHtml, indent, depth);
                break;
            case Complex:
                throw new FunctionException("json: unsupported type: complex128");
            default:
                if (!GoValue.TryGetInteger(value, out var integer, out var signed))
                    throw new FunctionException("json: unsupported type: " + GoValue.TypeName(value));
                builder.Append(signed ? integer.ToString(CultureInfo.InvariantCulture) : unchecked((ulong)integer).ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteMap(StringBuilder builder, Dictionary<string, object?> map, bool escapeHtml, string? indent, int depth)
    {
        builder.Append('{');
        var first = true;
        foreach (var key in GoValue.SortedKeys(map))
        {
            Separate(builder, ref first, indent, depth);
            WriteString(builder, key, escapeHtml);
            builder.Append(indent is null ? ":" : ": ");
            Write(builder, map[key], escapeHtml, indent, depth + 1);
        }

        Close(builder, first, indent, depth).Append('}');
    }

    private static void WriteStruct(StringBuilder builder, GoStruct structure, bool escapeHtml, string? indent, int depth)
    {
        builder.Append('{');
        var first = true;
        foreach (var field in structure.Fields)
        {
            if (!field.IsExported || (field.OmitEmpty && !GoValue.IsTrue(field.Value)))
                continue;
            Separate(builder, ref first, indent, depth);
            WriteString(builder, field.JsonName ?? field.Name, escapeHtml);
            builder.Append(indent is null ? ":" : ": ");
            Write(builder, field.Value, escapeHtml, indent, depth + 1);
        }

        Close(builder, first, indent, depth).Append('}');
    }

    private static void WriteList(StringBuilder builder, IReadOnlyList<object?> list, bool escapeHtml, string? indent, int depth)
    {
        builder.Append('[');
        var first = true;
        for (var i = 0; i < list.Count; i++)
        {
            Separate(builder, ref first, indent, depth);
            Write(builder, list[i], escapeHtml, indent, depth + 1);
        }

        Close(builder, first, indent, depth).Append(']');
    }

    private static void Separate(StringBuilder builder, ref bool first, string? indent, int depth)
    {
        if (!first)
            builder.Append(',');
        first = false;
        if (indent is not null)
            NewLine(builder, indent, depth + 1);
    }

    private static StringBuilder Close(StringBuilder builder, bool empty, string? indent, int depth)
    {
        if (indent is not null && !empty)
            NewLine(builder, indent, depth);
        return builder;
    }

    private static void NewLine(StringBuilder builder, string indent, int depth)
    {
        builder.Append('\n');
        for (var i = 0; i < depth; i++)
            builder.Append(indent);
    }

    private static void WriteString(StringBuilder builder, string text, bool escapeHtml)
    {
        builder.Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '"': builder.Append("\\\""); break;
                case '\\': builder.Append("\\\\"); break;
                case '\n': builder.Append("\\n"); break;
                case '\r': builder.Append("\\r"); break;
                case '\t': builder.Append("\\t"); break;
                case '\b': builder.Append("\\b"); break;
                case '\f': builder.Append("\\f"); break;
                case '<' or '>' or '&' when escapeHtml:
                case '\u2028' or '\u2029' or < ' ':
                    builder.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    if (!char.IsSurrogate(c))
                        builder.Append(c);
                    else if (GoText.RuneWidth(text, i) == 2)
                        builder.Append(c).Append(text[++i]);
                    else
                        builder.Append("\\ufffd");
                    break;
            }
        }

        builder.Append('"');
    }
}
