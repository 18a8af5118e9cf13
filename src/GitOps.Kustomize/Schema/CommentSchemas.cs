using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using GitOps.Yaml;

namespace GitOps.Kustomize.Schema;

/// <summary>Schemas that stand in comments behind or above a field: <c>items: # {"type": "array", "x-kubernetes-patch-strategy": "merge"}</c>.</summary>
internal sealed partial class CommentSchemas
{
    private static readonly CustomSchema s_builtIn = CustomSchema.None();

    private const int MaxLineLength = 4096;

    private readonly ConditionalWeakTable<Node, SchemaField> _schemas = [];
    private bool _any;

    /// <summary>The schema that a comment gives a value; null when there is none.</summary>
    public SchemaField? Find(Node? node) => _any && node is not null && _schemas.TryGetValue(node, out var schema) ? schema : null;

    /// <summary>Looks for schemas in the comments of a text and ties them to the values of its document.</summary>
    public void Read(ReadOnlySpan<char> text, int linesBefore, Node document)
    {
        if (!text.Contains("\"x-kubernetes-", StringComparison.Ordinal) && !text.Contains("{\"$ref\"", StringComparison.Ordinal))
        {
            return;
        }

        var byLine = new Dictionary<int, SchemaField>();
        SchemaField? above = null;
        var line = linesBefore;
        foreach (var content in text.EnumerateLines())
        {
            line++;
            if (content.Length > MaxLineLength || !content.Contains('{'))
            {
                if (above is not null && !content.IsWhiteSpace())
                {
                    byLine[line] = above;
                    above = null;
                }

                continue;
            }

            var match = CommentPattern().Match(content.ToString());
            if (match.Success)
            {
                var schema = Parse(match.Groups[2].Value);
                if (schema is not null && match.Groups[1].ValueSpan.IsWhiteSpace())
                {
                    above = schema;
                    continue;
                }

                above = schema ?? above;
            }

            if (above is not null)
            {
                byLine[line] = above;
                above = null;
            }
        }

        if (byLine.Count > 0)
        {
            Tie(document, byLine);
        }
    }

    /// <summary>Ties the schemas of a tree to its copy.</summary>
    public void Carry(Node from, Node to)
    {
        if (!_any)
        {
            return;
        }

        if (_schemas.TryGetValue(from, out var schema))
        {
            _schemas.AddOrUpdate(to, schema);
        }

        if (from is MapNode map && to is MapNode mapCopy)
        {
            for (var i = 0; i < mapCopy.Count; i++)
            {
                ref readonly var entry = ref mapCopy.EntryAt(i);
                if (map[entry.Key] is { } value)
                {
                    Carry(value, entry.Value);
                }
            }
        }
        else if (from is ListNode list && to is ListNode listCopy)
        {
            for (var i = 0; i < listCopy.Count && i < list.Count; i++)
            {
                Carry(list[i], listCopy[i]);
            }
        }
    }

    private static SchemaField? Parse(string json)
    {
        try
        {
            return YamlReader.ReadFirst(json, "", YamlReaderOptions.Default) is MapNode map ? s_builtIn.FieldOf(map) : null;
        }
        catch (GitOpsException)
        {
            // Any other comment is just a comment.
            return null;
        }
    }

    private void Tie(Node node, Dictionary<int, SchemaField> byLine)
    {
        switch (node)
        {
            case MapNode map:
                for (var i = 0; i < map.Count; i++)
                {
                    ref readonly var entry = ref map.EntryAt(i);
                    if (byLine.TryGetValue(entry.KeyLine, out var schema))
                    {
                        _schemas.AddOrUpdate(entry.Value, schema);
                        _any = true;
                    }

                    Tie(entry.Value, byLine);
                }

                break;
            case ListNode list:
                foreach (var item in list)
                {
                    Tie(item, byLine);
                }

                break;
            default:
                break;
        }
    }

    [GeneratedRegex(@"^(.*?)(?<=^|\s)#\s*(\{.*\})\s*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommentPattern();
}
