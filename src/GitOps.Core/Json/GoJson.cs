using System.Globalization;
using System.Text;

namespace GitOps.Json;

/// <summary>Writes JSON byte for byte like Go's encoder: HTML characters and line separators escaped.</summary>
internal static class GoJson
{
    /// <summary>Writes a tree.</summary>
    /// <param name="node">The tree; keys are written in its order.</param>
    /// <returns>The text.</returns>
    public static string Write(Node node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    /// <summary>Writes a string in quotes.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="value">The string.</param>
    /// <param name="html">Whether <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> are escaped, as Go does unless told otherwise.</param>
    public static void AppendQuoted(StringBuilder text, string value, bool html = true)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            switch (c)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '<' or '>' or '&' when html:
                case '\u2028' or '\u2029' or < ' ':
                    text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(char.IsSurrogate(c) && !IsPaired(value, i) ? '\ufffd' : c);
                    break;
            }
        }

        text.Append('"');
    }

    private static bool IsPaired(string value, int at) =>
        char.IsHighSurrogate(value[at]) ? at + 1 < value.Length && char.IsLowSurrogate(value[at + 1]) : at > 0 && char.IsHighSurrogate(value[at - 1]);

    private static void Append(StringBuilder text, Node node)
    {
        switch (node)
        {
            case MapNode map:
                text.Append('{');
                for (var i = 0; i < map.Count; i++)
                {
                    if (i > 0)
                    {
                        text.Append(',');
                    }

                    AppendQuoted(text, map.EntryAt(i).Key);
                    text.Append(':');
                    Append(text, map.EntryAt(i).Value);
                }

                text.Append('}');
                break;
            case ListNode list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0)
                    {
                        text.Append(',');
                    }

                    Append(text, list[i]);
                }

                text.Append(']');
                break;
            case ScalarNode { Kind: ScalarKind.String } scalar:
                AppendQuoted(text, scalar.Text);
                break;
            default:
                text.Append(JsonTreeWriter.WriteText(node));
                break;
        }
    }
}
