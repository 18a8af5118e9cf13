using System.Text;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Replacing;

/// <summary>Sets fields inside YAML or JSON text that a field of a resource holds.</summary>
internal static class StructuredData
{
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kustomize };

    public static bool TrySet(MapNode root, Node value, List<string> path, PathMatcher.Made? create, Dictionary<string, GoRegex> patterns)
    {
        for (var i = 1; i < path.Count; i++)
        {
            Node? found;
            try
            {
                found = FieldPath.LookUp(root, path[..i]);
            }
            catch (GitOpsException)
            {
                continue;
            }

            var comments = new List<YamlComment>();
            if (found is ScalarNode scalar && Parse(scalar.Text, comments) is { } document)
            {
                return TrySet(scalar, document, comments, value, path[i..], create, patterns);
            }
        }

        return false;
    }

    private static Node? Parse(string text, List<YamlComment> comments)
    {
        try
        {
            return YamlReader.ReadFirst(text, "", s_yaml, comments: comments) ?? ScalarNode.Null();
        }
        catch (GitOpsException)
        {
            return null;
        }
    }

    private static bool TrySet(ScalarNode field, Node document, List<YamlComment> comments, Node value, List<string> path, PathMatcher.Made? create, Dictionary<string, GoRegex> patterns)
    {
        try
        {
            var slots = PathMatcher.Match(document, path, create, patterns);
            if (slots.Count == 0)
            {
                return false;
            }

            var foreign = new HashSet<Node>(ReferenceEqualityComparer.Instance);
            foreach (var slot in slots)
            {
                if (slot.Node is ScalarNode scalar)
                {
                    Tree.Overwrite(scalar, Tree.Text(value));
                }
                else
                {
                    var copy = value.DeepClone();
                    foreign.Add(copy);
                    slot.Replace(copy);
                }
            }

            field.Become(field.Kind, Serialize(document, field.Text, comments, foreign), field.Style);
            return true;
        }
        catch (GitOpsException)
        {
            return false;
        }
    }

    private static string Serialize(Node document, string original, List<YamlComment> comments, HashSet<Node> foreign)
    {
        var start = original.AsSpan().TrimStart();
        if (start.Length == 0 || start[0] is not ('{' or '['))
        {
            var written = KyamlText.Of(document, keepBraces: true).Trim();
            return comments.Count == 0 ? written : new CommentedText(document, original, foreign).Restore(written, comments).Trim();
        }

        var text = new StringBuilder();
        var json = JsonTree.Normalize(document);
        if (original.Contains('\n', StringComparison.Ordinal) && original.Contains("  ", StringComparison.Ordinal))
        {
            JsonTree.WriteIndented(json, text);
        }
        else
        {
            JsonTree.Write(json, text);
        }

        return text.ToString();
    }
}
