using GitOps.Json;

namespace GitOps.Testing;

/// <summary>One object at one revision. Immutable: its tree is never changed after it was stored.</summary>
internal sealed class StoredObject
{
    private byte[]? _json;

    public StoredObject(MapNode root, long revision)
    {
        Root = root;
        Revision = revision;
        var metadata = root.GetMap("metadata");
        Name = metadata?.GetString("name") ?? "";
        Namespace = metadata?.GetString("namespace") ?? "";
    }

    public MapNode Root { get; }

    public long Revision { get; }

    public string Name { get; }

    public string Namespace { get; }

    public MapNode Metadata => Root.GetMap("metadata")!;

    /// <summary>The object as JSON; made on first use and kept.</summary>
    public byte[] Json => _json ??= JsonTreeWriter.Write(Root);
}
