using System.Buffers;
using System.Globalization;
using System.Text;
using GitOps.Json;
using GitOps.Yaml;

namespace GitOps.Kustomize.Trees;

/// <summary>
/// Carries out what happens to values when kustomize prints: it writes a resource as YAML, reads that back and goes through JSON.
/// Some values do not survive that and are errors here too; folded text changes.
/// </summary>
internal static class OutputCheck
{
    // JSON leaves these as they are, and the YAML reader behind it refuses them.
    private static readonly SearchValues<char> s_unprintable = SearchValues.Create(
        [.. Enumerable.Range(0x7f, 0x21).Where(c => c != 0x85).Select(c => (char)c), '\ufffe', '\uffff']);

    // YAML takes what comes before a colon on one line for a key if it is no longer than this, quotes counted.
    private const int MaxQuotedKey = 1024;
    private const int LongestEscape = 6;

    private const char NextLine = '\u0085';

    public static void CheckRoot(MapNode root)
    {
        CheckRepeats(root);

        // The root is read into a map with text keys, so only keys below it have to be text by themselves.
        for (var i = 0; i < root.Count; i++)
        {
            ref readonly var entry = ref root.EntryAt(i);
            if (entry.KeyKind == ScalarKind.Null)
            {
                throw KeyError(entry);
            }

            CheckLength(entry);
            Check(entry.Value, root.IsFlow);
        }
    }

    private static void Check(Node node, bool inBraces)
    {
        switch (node)
        {
            case MapNode map:
                inBraces |= map.IsFlow;
                CheckRepeats(map);
                for (var i = 0; i < map.Count; i++)
                {
                    ref readonly var entry = ref map.EntryAt(i);
                    CheckKey(entry);
                    Check(entry.Value, inBraces);
                }

                break;
            case ListNode list:
                inBraces |= list.IsFlow;
                for (var i = 0; i < list.Count; i++)
                {
                    Check(list[i], inBraces);
                }

                break;
            default:
                Check((ScalarNode)node, inBraces);
                break;
        }
    }

    /// <summary>Checks one value.</summary>
    /// <param name="scalar">The value; it becomes what is read back.</param>
    /// <param name="inBraces">Whether it stands in braces or brackets, where less can be written without quotes.</param>
    public static void Check(ScalarNode scalar, bool inBraces)
    {
        var text = scalar.Text;
        switch (scalar.Kind)
        {
            case ScalarKind.String:
                CheckString(scalar, inBraces);
                break;
            case ScalarKind.Float when !double.IsFinite(scalar.AsDouble()):
                throw Error(scalar, $"unsupported value: {text}: JSON has no such number");
            case ScalarKind.Float:
                if (YamlResolver.ResolveTagged("!!float", text, YamlSchema.Kustomize) is null)
                {
                    throw Error(scalar, $"cannot decode `{text}` as a !!float");
                }

                break;
            case ScalarKind.Integer when YamlResolver.ResolveTagged("!!int", text, YamlSchema.Kustomize) is null:
                throw Error(scalar, $"cannot decode `{text}` as a !!int");
            case ScalarKind.Boolean when YamlResolver.ResolveTagged("!!bool", text, YamlSchema.Kustomize) is null:
                throw Error(scalar, $"cannot decode `{text}` as a !!bool");
            case ScalarKind.Null when text.Length == 0 && inBraces:
                // Nothing can only be written as an empty text in quotes there.
                scalar.Become(ScalarKind.String, "", ScalarStyle.DoubleQuoted);
                break;
            case ScalarKind.Null when text.Length > 0 && YamlResolver.ResolveTagged("!!null", text, YamlSchema.Kustomize) is null:
                throw Error(scalar, $"cannot decode `{text}` as a !!null");
            case ScalarKind.Timestamp when inBraces && text.Contains(':', StringComparison.Ordinal):
                // A colon needs quotes there, and then the time is text.
                scalar.Become(ScalarKind.String, text, ScalarStyle.DoubleQuoted);
                break;
            case ScalarKind.Timestamp when YamlResolver.ResolveTagged("!!timestamp", text, YamlSchema.Kustomize) is null:
                throw Error(scalar, $"cannot decode `{text}` as a !!timestamp");
            default:
                break;
        }
    }

    /// <summary>Refuses a map that was read with a key twice.</summary>
    public static void CheckRepeats(MapNode map)
    {
        if (map.Repeats is { Count: > 0 } repeats)
        {
            var earlier = map.IndexOf(repeats[0].Key) is >= 0 and var at ? map.EntryAt(at).KeyLine : 0;
            throw new KustomizeException(string.Create(CultureInfo.InvariantCulture, $"mapping key \"{repeats[0].Key}\" already defined at line {earlier}"), new SourceLocation("", repeats[0].KeyLine, repeats[0].KeyColumn));
        }
    }

    /// <summary>Refuses a key below the root that JSON, or the YAML reader behind it, does not take.</summary>
    public static void CheckKey(in MapEntry entry)
    {
        if (entry.KeyKind != ScalarKind.String)
        {
            throw KeyError(entry);
        }

        CheckLength(entry);
    }

    private static void CheckLength(in MapEntry entry)
    {
        if (entry.Key.Length > MaxQuotedKey / LongestEscape - 2 && QuotedLength(entry.Key) > MaxQuotedKey)
        {
            throw new KustomizeException($"a map key has more than {MaxQuotedKey - 2} characters: {string.Concat(entry.Key.AsSpan(0, 40), "...")}", new SourceLocation("", entry.KeyLine, entry.KeyColumn));
        }
    }

    private static int QuotedLength(string key)
    {
        var json = new StringBuilder(key.Length + 2);
        GoJson.AppendQuoted(json, key);
        var surrogates = 0;
        foreach (var c in key)
        {
            surrogates += char.IsLowSurrogate(c) ? 1 : 0;
        }

        return json.Length - surrogates;
    }

    private static KustomizeException KeyError(in MapEntry entry) =>
        new($"unsupported map key '{entry.Key}': it reads as a {entry.KeyKind switch { ScalarKind.Integer or ScalarKind.Float => "number", ScalarKind.Boolean => "truth value", ScalarKind.Null => "null", _ => "date" }}, quote it", new SourceLocation("", entry.KeyLine, entry.KeyColumn));

    private static void CheckString(ScalarNode scalar, bool inBraces)
    {
        var text = scalar.Text;
        if (text.Length == 0)
        {
            return;
        }

        if (text[0] == '\t' && !inBraces && text.Contains('\n', StringComparison.Ordinal) && scalar.Style is not (ScalarStyle.DoubleQuoted or ScalarStyle.SingleQuoted) && !text.Contains(" \n", StringComparison.Ordinal))
        {
            throw Error(scalar, "found a tab character where an indentation space is expected: text of several lines must not begin with a tab");
        }

        if (text.AsSpan().ContainsAny(s_unprintable))
        {
            throw Error(scalar, "control characters are not allowed");
        }

        if (scalar.Style == ScalarStyle.Folded && !inBraces)
        {
            scalar.Become(ScalarKind.String, FoldedScalar.Survive(text), ScalarStyle.Literal);
        }

        if (scalar.Text.Contains(NextLine, StringComparison.Ordinal))
        {
            scalar.Become(ScalarKind.String, FoldNextLines(scalar.Text), scalar.Text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted);
        }
    }

    /// <summary>JSON leaves U+0085 as it is, and the YAML reader behind it takes it for a line break that it folds.</summary>
    private static string FoldNextLines(string text)
    {
        var folded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != NextLine)
            {
                folded.Append(text[i++]);
                continue;
            }

            while (folded.Length > 0 && folded[^1] == ' ')
            {
                folded.Length--;
            }

            var breaks = 0;
            for (; i < text.Length && text[i] is NextLine or ' '; i++)
            {
                breaks += text[i] == NextLine ? 1 : 0;
            }

            folded.Append(breaks == 1 ? ' ' : '\n', Math.Max(1, breaks - 1));
        }

        return folded.ToString();
    }

    private static KustomizeException Error(ScalarNode scalar, string message) => new(message, new SourceLocation("", scalar.Line, scalar.Column));
}
