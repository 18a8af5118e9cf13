using System.Globalization;
using System.Text.RegularExpressions;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Replacing;

/// <summary>Looks single fields up by dotted paths.</summary>
internal static partial class FieldPath
{
    /// <summary>Cuts a path of a variable, where an index may stand in brackets behind a name.</summary>
    public static List<string> Parse(string path)
    {
        var result = new List<string>();
        foreach (var piece in PathSplitter.SplitSmart(path))
        {
            if (piece.EndsWith(']') && IndexPattern().Match(piece) is { Success: true } match)
            {
                if (match.Groups[1].Length > 0)
                {
                    result.Add(match.Groups[1].Value);
                }

                result.Add(match.Groups[2].Value);
            }
            else
            {
                result.Add(piece);
            }
        }

        return result;
    }

    /// <summary>The node at a path; null when a field on the way is missing.</summary>
    public static Node? LookUp(Node root, IReadOnlyList<string> path)
    {
        var node = root;
        foreach (var raw in path)
        {
            var part = raw.Trim();
            if (part.Length == 0)
            {
                continue;
            }

            var next = Step(node, part);
            if (next is null)
            {
                return null;
            }

            node = next;
        }

        return node;
    }

    public static bool IsListIndex(string part) => part.StartsWith('[') && part.EndsWith(']');

    public static bool IsNumber(string part, out int index) =>
        int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index);

    public static (string Name, string Value) SplitIndex(string part)
    {
        var inner = part[(part.StartsWith('[') ? 1 : 0)..(part.EndsWith(']') ? part.Length - 1 : part.Length)];
        var equals = inner.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? throw new KustomizeException($"list path element '{part}' must contain fieldName=fieldValue for element to match")
            : (inner[..equals], inner[(equals + 1)..]);
    }

    private static Node? Step(Node node, string part)
    {
        if (IsNumber(part, out var index))
        {
            if (index < 0)
            {
                throw new KustomizeException($"array index {index} cannot be negative");
            }

            return ListOf(node) is { } items && index < items.Count ? items[index] : null;
        }

        if (part == "-")
        {
            return ListOf(node) is { Count: > 0 } items ? items[^1] : null;
        }

        if (part == "*")
        {
            throw new KustomizeException("wildcard is not supported in PathGetter");
        }

        if (IsListIndex(part))
        {
            var (name, value) = SplitIndex(part);
            foreach (var item in ListOf(node) ?? [])
            {
                if (name.Length == 0 ? string.Equals(Tree.Text(item), value, StringComparison.Ordinal)
                    : item is MapNode candidate && candidate[name] is { } field && string.Equals(Tree.Text(field), value, StringComparison.Ordinal))
                {
                    return item;
                }
            }

            return null;
        }

        if (node.IsNull)
        {
            return null;
        }

        return node is MapNode map ? map[part] : throw Tree.WrongKind("MappingNode", node);
    }

    private static ListNode? ListOf(Node node) => node.IsNull ? null : node as ListNode ?? throw Tree.WrongKind("SequenceNode", node);

    [GeneratedRegex(@"^(.*)\[([0-9]+)\]\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IndexPattern();
}
