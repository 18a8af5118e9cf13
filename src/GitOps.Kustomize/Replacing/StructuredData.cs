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

            var form = new YamlForm();
            if (found is ScalarNode scalar && Parse(scalar.Text, form) is { } document)
            {
                return TrySet(scalar, document, form, value, path[i..], create, patterns);
            }
        }

        return false;
    }

    private static Node? Parse(string text, YamlForm form)
    {
        try
        {
            return YamlReader.ReadFirst(text, "", s_yaml, form: form) ?? ScalarNode.Null();
        }
        catch (GitOpsException)
        {
            return null;
        }
    }

    private static bool TrySet(ScalarNode field, Node document, YamlForm form, Node value, List<string> path, PathMatcher.Made? create, Dictionary<string, GoRegex> patterns)
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
                if (slot.Node is ScalarNode scalar && form.AliasOf(scalar) is null)
                {
                    Tree.Overwrite(scalar, Tree.Text(value));
                }
                else
                {
                    var copy = value.DeepClone();
                    (copy.Line, copy.Column) = (slot.Node.Line, slot.Node.Column);
                    foreign.Add(copy);
                    DropComments(form, slot.Node);
                    slot.Replace(copy);
                }
            }

            field.Become(field.Kind, Serialize(document, field.Text, form, foreign), field.Style);
            return true;
        }
        catch (GitOpsException)
        {
            return false;
        }
    }

    /// <summary>Comments inside a map or list go with it.</summary>
    private static void DropComments(YamlForm form, Node node)
    {
        var last = LastLine(node);
        form.Comments.RemoveAll(c => c.IsAlone
            ? c.Line > node.Line && (c.Line <= last || (c.Line == last + 1 && c.Column > 0 && c.Column >= node.Column - 1))
            : c.Line <= last && (c.Line > node.Line || (c.Line == node.Line && c.Column >= node.Column)));
    }

    private static int LastLine(Node node) => node switch
    {
        MapNode map => map.Count == 0 ? node.Line : Math.Max(node.Line, Enumerable.Range(0, map.Count).Max(i => LastLine(map.EntryAt(i).Value))),
        ListNode list => list.Count == 0 ? node.Line : Math.Max(node.Line, list.Max(LastLine)),
        _ => node.Line,
    };

    private static string Serialize(Node document, string original, YamlForm form, HashSet<Node> foreign)
    {
        var start = original.AsSpan().TrimStart();
        if (start.Length == 0 || start[0] is not ('{' or '['))
        {
            var written = KyamlText.Again(document, form).Trim();
            return form.Comments.Count == 0 ? written : new CommentedText(document, original, foreign).Restore(written, form.Comments).Trim();
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
