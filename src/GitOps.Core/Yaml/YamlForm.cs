namespace GitOps.Yaml;

/// <summary>What a YAML text says beside its data, for whoever writes it again: comments, how keys were written, anchors, aliases and tags.</summary>
internal sealed class YamlForm
{
    private readonly Dictionary<MapNode, Dictionary<string, ScalarNode>> _keys = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, string> _anchors = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, string> _aliases = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, string> _tags = new(ReferenceEqualityComparer.Instance);

    /// <summary>The comments, in order.</summary>
    public List<YamlComment> Comments { get; } = [];

    public void SetKey(MapNode map, ScalarNode key)
    {
        if (!_keys.TryGetValue(map, out var keys))
        {
            _keys.Add(map, keys = new Dictionary<string, ScalarNode>(StringComparer.Ordinal));
        }

        keys.TryAdd(key.Text, key);
    }

    public void SetAnchor(Node node, string name) => _anchors[node] = name;

    public void SetAlias(Node node, string name) => _aliases[node] = name;

    public void SetTag(Node node, string tag) => _tags[node] = tag;

    /// <summary>A key as it was written; null for one that was not in the text.</summary>
    public ScalarNode? KeyOf(MapNode map, string key) => _keys.GetValueOrDefault(map)?.GetValueOrDefault(key);

    public string? AnchorOf(Node node) => _anchors.GetValueOrDefault(node);

    /// <summary>The anchor that stands in the text where the node was put in.</summary>
    public string? AliasOf(Node node) => _aliases.GetValueOrDefault(node);

    /// <summary>The tag that the text gives the node.</summary>
    public string? TagOf(Node node) => _tags.GetValueOrDefault(node);

    /// <summary>Takes the comment behind the last word of a line that goes on below.</summary>
    public string? TakeCommentBetween(int line, int next)
    {
        var at = Comments.FindIndex(c => c.Line == line && c.Line < next && !c.IsAlone);
        if (at < 0)
        {
            return null;
        }

        var text = Comments[at].Text;
        Comments.RemoveAt(at);
        return text;
    }
}
