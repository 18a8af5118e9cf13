using System.Text;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Replacing;

/// <summary>Sets fields inside YAML or JSON text that a field of a resource holds.</summary>
internal static class StructuredData
{
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

            if (found is ScalarNode scalar && Parse(scalar.Text) is { } document)
            {
                return TrySet(scalar, document, value, path[i..], create, patterns);
            }
        }

        return false;
    }

    private static Node? Parse(string text)
    {
        try
        {
            return YamlReader.ReadFirst(text, "", new YamlReaderOptions { Schema = YamlSchema.Kustomize }) ?? ScalarNode.Null();
        }
        catch (GitOpsException)
        {
            return null;
        }
    }

    private static bool TrySet(ScalarNode field, Node document, Node value, List<string> path, PathMatcher.Made? create, Dictionary<string, GoRegex> patterns)
    {
        try
        {
            var slots = PathMatcher.Match(document, path, create, patterns);
            if (slots.Count == 0)
            {
                return false;
            }

            foreach (var slot in slots)
            {
                if (slot.Node is ScalarNode scalar)
                {
                    var text = Tree.Text(value);
                    scalar.Become(slot.Created ? Tree.KindOf(text, ScalarStyle.Plain) : scalar.Kind, text, scalar.Style);
                }
                else
                {
                    slot.Replace(value.DeepClone());
                }
            }

            field.Become(field.Kind, Serialize(document, field.Text), field.Style);
            return true;
        }
        catch (GitOpsException)
        {
            return false;
        }
    }

    private static string Serialize(Node document, string original)
    {
        var start = original.AsSpan().TrimStart();
        if (start.Length == 0 || start[0] is not ('{' or '['))
        {
            return KyamlText.Of(document, keepBraces: true).Trim();
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
