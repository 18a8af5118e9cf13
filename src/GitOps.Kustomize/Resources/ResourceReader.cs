using GitOps.Kustomize.Schema;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Resources;

/// <summary>Reads resources from YAML or JSON the way kustomize does: documents are cut apart first, then each is parsed by itself.</summary>
internal sealed class ResourceReader
{
    // kustomize reads documents without a look at repeated keys and trips over those that are left when it prints.
    private static readonly YamlReaderOptions s_options = new() { Schema = YamlSchema.Kustomize, AllowJsonEscapes = false, KeepRepeats = true };

    private readonly KubernetesSchema _schema;
    private readonly StringPool _pool = new();

    public ResourceReader(KubernetesSchema schema) => _schema = schema;

    public List<Resource> Read(ReadOnlyMemory<byte> bytes, string file) => Read(YamlReader.Decode(bytes.Span, file), file);

    public List<Resource> Read(string text, string file)
    {
        var nodes = Parse(text, file);
        DropEmptyAndCheck(nodes, file);
        var result = new List<Resource>(nodes.Count);
        foreach (var node in InlineLists(nodes, file))
        {
            result.Add(new Resource((MapNode)node, _schema, new SourceLocation(file, node.Line, node.Column)));
        }

        return result;
    }

    /// <summary>Makes resources of objects that are read already, as of a chart: lists are taken apart and what is no object is refused.</summary>
    public List<Resource> MakeAll(IEnumerable<MapNode> roots, string file)
    {
        var nodes = roots.ToList<Node>();
        DropEmptyAndCheck(nodes, file);
        return [.. InlineLists(nodes, file).Select(n => Make((MapNode)n, file))];
    }

    public Resource Make(MapNode root, string file) => new(root, _schema, file.Length == 0 ? null : new SourceLocation(file, root.Line, root.Column));

    private List<Node> Parse(string text, string file)
    {
        if (text.Contains("\r\n", StringComparison.Ordinal))
        {
            text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        }

        var result = new List<Node>();
        var at = 0;
        var line = 0;
        var chunks = 0;
        var span = text.AsSpan();
        while (at <= text.Length && text.Length > 0)
        {
            var end = FindSeparator(text, at, file, out var next);
            var chunk = span[at..end];
            if (YamlReader.ReadFirst(chunk, file, s_options, _pool, line) is { IsNull: false } node)
            {
                result.Add(node);
                _schema.Comments.Read(chunk, line, node);
            }

            chunks++;
            if (next < 0)
            {
                break;
            }

            line += span[at..next].Count('\n');
            at = next;
        }

        if (chunks == 1 && result.Count == 1 && result[0] is MapNode list && Tree.Value(list["kind"]) is "List" or "ResourceList"
            && (((MapNode)result[0]).ContainsKey("items") || ((MapNode)result[0]).ContainsKey("functionConfig")))
        {
            return [.. ((MapNode)result[0])["items"] as ListNode ?? []];
        }

        return result;
    }

    /// <summary>Finds the next line of <c>---</c> after a line; the chunk before it keeps its line break.</summary>
    private static int FindSeparator(string text, int from, string file, out int next)
    {
        next = -1;
        var at = text.IndexOf("\n---", from, StringComparison.Ordinal);
        while (at >= 0)
        {
            var lineEnd = text.IndexOf('\n', at + 1);
            if (lineEnd < 0)
            {
                return text.Length;
            }

            var rest = text.AsSpan(at + 4, lineEnd - at - 4).Trim();
            if (rest.Length > 0 && rest[0] != '#')
            {
                var line = text.AsSpan(0, at + 1).Count('\n') + 1;
                throw new YamlException(Reasons.BuildFailed, $"invalid document separator: ---{text.AsSpan(at + 4, lineEnd - at - 4).TrimEnd()}", new SourceLocation(file, line, 1));
            }

            next = lineEnd + 1;
            return at + 1;
        }

        return text.Length;
    }

    private static void DropEmptyAndCheck(List<Node> nodes, string file)
    {
        nodes.RemoveAll(Tree.IsNilOrEmpty);
        foreach (var node in nodes)
        {
            Check(node, file);
        }
    }

    private static void Check(Node node, string file)
    {
        var location = new SourceLocation(file, node.Line, node.Column);
        if (node is not MapNode map)
        {
            throw new KustomizeException($"{location}: missing Resource metadata: the document is no Kubernetes object", location);
        }

        var kind = Tree.IsNilOrEmpty(map["kind"]) ? "" : Tree.Value(map["kind"]);
        var apiVersion = Tree.IsNilOrEmpty(map["apiVersion"]) ? "" : Tree.Value(map["apiVersion"]);
        if (kind.Length == 0)
        {
            throw new KustomizeException($"{location}: missing kind in object: the document is no Kubernetes object", location);
        }

        if (!kind.EndsWith("List", StringComparison.Ordinal) && Tree.MetaText(map, "name").Length == 0)
        {
            throw new KustomizeException($"{location}: missing metadata.name in {kind} ({apiVersion}): give it a name", location);
        }
    }

    private IEnumerable<Node> InlineLists(List<Node> nodes, string file)
    {
        if (!nodes.Exists(n => Tree.Text(((MapNode)n)["kind"]).EndsWith("List", StringComparison.Ordinal)))
        {
            return nodes;
        }

        var result = new List<Node>();
        var queue = new Queue<Node>(nodes);
        while (queue.TryDequeue(out var node))
        {
            var map = (MapNode)node;
            if (!Tree.Text(map["kind"]).EndsWith("List", StringComparison.Ordinal) || !map.ContainsKey("items"))
            {
                result.Add(map);
                continue;
            }

            if (map["items"] is not ListNode items)
            {
                if (map["items"]!.IsNull)
                {
                    continue;
                }

                var location = new SourceLocation(file, map.Line, map.Column);
                throw new KustomizeException($"{location}: expected array in {Tree.Text(map["kind"])}/items", location);
            }

            foreach (var item in items)
            {
                var inner = new List<Node> { JsonTree.Normalize(item) };
                if (inner[0] is MapNode list && Tree.Value(list["kind"]) is "List" or "ResourceList" && ((MapNode)inner[0]).ContainsKey("items"))
                {
                    inner = [.. ((MapNode)inner[0])["items"] as ListNode ?? []];
                }

                DropEmptyAndCheck(inner, file);
                inner.ForEach(queue.Enqueue);
            }
        }

        return result;
    }
}
