namespace GitOps.Helm.Schema;

/// <summary>A schema document, or a part of one with an <c>$id</c> of its own.</summary>
internal sealed class SchemaResource(string id, object? root, SchemaDraft draft)
{
    public string Id { get; } = id;

    public object? Root { get; } = root;

    public SchemaDraft Draft { get; } = draft;

    public bool RecursiveAnchor { get; init; }

    /// <summary>Anchors and what they stand on, by name.</summary>
    public Dictionary<string, object?> Anchors { get; } = new(StringComparer.Ordinal);

    /// <summary>The dynamic ones among <see cref="Anchors"/>, compiled.</summary>
    public Dictionary<string, SchemaNode> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}
