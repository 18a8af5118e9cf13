using System.Text;
using GitOps.Json;
using GitOps.Yaml;

namespace GitOps.Kustomize.Trees;

/// <summary>Takes trees through JSON as Go does, where kustomize sends them that way.</summary>
internal static class JsonTree
{
    private const int MaxDepth = 1000;

    /// <summary>A copy with only what JSON has: decimal numbers, dates as text, text keys.</summary>
    /// <param name="node">The tree.</param>
    /// <param name="throughFloat">Whether every number goes through a 64-bit float, as Go's JSON decoder has it.</param>
    public static Node Normalize(Node node, bool throughFloat = false) => Normalize(node, throughFloat, 0, topLevel: true, inBraces: false);

    /// <summary>Writes a tree as Go's encoding/json does: sorted keys, HTML characters escaped.</summary>
    public static void Write(Node node, StringBuilder text)
    {
        switch (node)
        {
            case MapNode map:
                text.Append('{');
                var keys = map.Keys.Order(Utf8KeyComparer.Instance).ToArray();
                for (var i = 0; i < keys.Length; i++)
                {
                    if (i > 0)
                    {
                        text.Append(',');
                    }

                    GoJson.AppendQuoted(text, keys[i]);
                    text.Append(':');
                    Write(map[keys[i]]!, text);
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

                    Write(list[i], text);
                }

                text.Append(']');
                break;
            default:
                WriteScalar((ScalarNode)node, text);
                break;
        }
    }

    /// <summary>Writes a tree as Go's json.MarshalIndent does with two spaces.</summary>
    public static void WriteIndented(Node node, StringBuilder text, int depth = 0)
    {
        switch (node)
        {
            case MapNode { Count: > 0 } map:
                text.Append('{');
                var first = true;
                foreach (var key in map.Keys.Order(Utf8KeyComparer.Instance))
                {
                    text.Append(first ? "\n" : ",\n").Append(' ', (depth + 1) * 2);
                    GoJson.AppendQuoted(text, key);
                    text.Append(": ");
                    WriteIndented(map[key]!, text, depth + 1);
                    first = false;
                }

                text.Append('\n').Append(' ', depth * 2).Append('}');
                break;
            case ListNode { Count: > 0 } list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    text.Append(i == 0 ? "\n" : ",\n").Append(' ', (depth + 1) * 2);
                    WriteIndented(list[i], text, depth + 1);
                }

                text.Append('\n').Append(' ', depth * 2).Append(']');
                break;
            default:
                Write(node, text);
                break;
        }
    }

    private static void WriteScalar(ScalarNode scalar, StringBuilder text)
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
                text.Append(GoNumber.FormatInteger(scalar));
                break;
            case ScalarKind.Float:
                text.Append(GoNumber.FormatJson(scalar.AsDouble()));
                break;
            case ScalarKind.Timestamp:
                GoJson.AppendQuoted(text, YamlTimestamp.TryParse(scalar.Text, out var time) ? time : scalar.Text);
                break;
            default:
                GoJson.AppendQuoted(text, scalar.Text);
                break;
        }
    }

    private static Node Normalize(Node node, bool throughFloat, int depth, bool topLevel, bool inBraces)
    {
        if (depth > MaxDepth)
        {
            throw new KustomizeException($"maps and lists nest deeper than {MaxDepth}");
        }

        switch (node)
        {
            case MapNode map:
                OutputCheck.CheckRepeats(map);
                var copy = new MapNode(map.Count) { Line = map.Line, Column = map.Column };
                for (var i = 0; i < map.Count; i++)
                {
                    ref readonly var entry = ref map.EntryAt(i);
                    if (!topLevel)
                    {
                        OutputCheck.CheckKey(entry);
                    }

                    copy.Add(new MapEntry(entry.Key, Normalize(entry.Value, throughFloat, depth + 1, false, inBraces || map.IsFlow), ScalarKind.String, entry.KeyLine, entry.KeyColumn));
                }

                return copy;
            case ListNode list:
                var items = new ListNode { Line = list.Line, Column = list.Column };
                foreach (var item in list)
                {
                    items.Add(Normalize(item, throughFloat, depth + 1, false, inBraces || list.IsFlow));
                }

                return items;
            default:
                return NormalizeScalar((ScalarNode)node, throughFloat, inBraces);
        }
    }

    private static ScalarNode NormalizeScalar(ScalarNode scalar, bool throughFloat, bool inBraces)
    {
        if (scalar.Style == ScalarStyle.Folded || scalar.Kind is ScalarKind.Null or ScalarKind.Timestamp || scalar.Text.Contains('\u0085', StringComparison.Ordinal))
        {
            scalar = (ScalarNode)scalar.DeepClone();
        }

        OutputCheck.Check(scalar, inBraces);
        ScalarNode result;
        switch (scalar.Kind)
        {
            case ScalarKind.Integer or ScalarKind.Float when throughFloat:
                var value = scalar.AsDouble();
                var text = GoNumber.FormatG(value);
                result = new ScalarNode(YamlResolver.Resolve(text, YamlSchema.Kustomize), text);
                break;
            case ScalarKind.Integer:
                result = new ScalarNode(ScalarKind.Integer, GoNumber.FormatInteger(scalar));
                break;
            case ScalarKind.Float:
                var number = GoNumber.FormatJson(scalar.AsDouble());
                result = new ScalarNode(YamlResolver.Resolve(number, YamlSchema.Kustomize), number);
                break;
            case ScalarKind.Boolean:
                result = new ScalarNode(ScalarKind.Boolean, scalar.AsBoolean() ? "true" : "false");
                break;
            case ScalarKind.Null:
                result = new ScalarNode(ScalarKind.Null, "null");
                break;
            case ScalarKind.Timestamp:
                result = new ScalarNode(ScalarKind.String, YamlTimestamp.TryParse(scalar.Text, out var time) ? time : scalar.Text, ScalarStyle.DoubleQuoted);
                break;
            case ScalarKind.Binary:
                result = new ScalarNode(ScalarKind.String, YamlTextWriter.DecodeBinary(scalar), ScalarStyle.DoubleQuoted);
                break;
            default:
                var style = scalar.Text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
                    : YamlResolver.Resolve(scalar.Text, YamlSchema.Kubernetes) == ScalarKind.String ? ScalarStyle.Plain
                    : ScalarStyle.DoubleQuoted;
                result = new ScalarNode(ScalarKind.String, scalar.Text, style);
                break;
        }

        // It has been written anew, and whoever wrote it knew what it is.
        result.Become(result.Kind, result.Text, result.Style, ScalarTag.Given);
        result.Line = scalar.Line;
        result.Column = scalar.Column;
        return result;
    }
}
