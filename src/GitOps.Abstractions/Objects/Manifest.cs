namespace GitOps;

/// <summary>
/// One Kubernetes object as an unstructured tree: nothing is dropped, reordered or defaulted.
/// </summary>
/// <remarks>Treat the tree of a manifest that was handed on as read-only; clone it to change it.</remarks>
public sealed class Manifest
{
    /// <summary>Makes a manifest of a tree.</summary>
    /// <param name="root">The object; it needs <c>apiVersion</c>, <c>kind</c> and <c>metadata.name</c>.</param>
    /// <param name="origin">Where it was read from, when known.</param>
    /// <exception cref="ArgumentException">apiVersion, kind or metadata.name is missing or not a string.</exception>
    public Manifest(MapNode root, SourceLocation? origin = null)
    {
        ArgumentNullException.ThrowIfNull(root);
        Root = root;
        Origin = origin;
        ApiVersion = Required(root, "apiVersion", origin);
        Kind = Required(root, "kind", origin);
        var metadata = root.GetMap("metadata");
        var name = metadata?.GetString("name");
        if (string.IsNullOrEmpty(name))
        {
            throw new ArgumentException($"{At(origin)}the {Kind} has no metadata.name: give it one.", nameof(root));
        }

        Id = new ResourceId(GroupOf(ApiVersion), Kind, metadata!.GetString("namespace") ?? "", name);
    }

    /// <summary>The object's tree.</summary>
    public MapNode Root { get; }

    /// <summary>Where the object was read from; <see langword="null"/> when it was made in code.</summary>
    public SourceLocation? Origin { get; }

    /// <summary>The <c>apiVersion</c> field.</summary>
    public string ApiVersion { get; }

    /// <summary>The <c>kind</c> field.</summary>
    public string Kind { get; }

    /// <summary>Group, kind, namespace and name.</summary>
    public ResourceId Id { get; }

    /// <summary>The version part of <see cref="ApiVersion"/>: <c>v1</c> of <c>apps/v1</c>.</summary>
    public string Version => ApiVersion[(ApiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The value of a label.</summary>
    /// <param name="key">The label's key.</param>
    /// <returns>The value, or <see langword="null"/>.</returns>
    public string? Label(string key) => Root.GetMap("metadata")?.GetMap("labels")?.GetString(key);

    /// <summary>The value of an annotation.</summary>
    /// <param name="key">The annotation's key.</param>
    /// <returns>The value, or <see langword="null"/>.</returns>
    public string? Annotation(string key) => Root.GetMap("metadata")?.GetMap("annotations")?.GetString(key);

    /// <summary>The group part of an apiVersion: <c>apps</c> of <c>apps/v1</c>, empty for <c>v1</c>.</summary>
    /// <param name="apiVersion">The apiVersion.</param>
    /// <returns>The group.</returns>
    public static string GroupOf(string apiVersion)
    {
        ArgumentNullException.ThrowIfNull(apiVersion);
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : apiVersion[..slash];
    }

    /// <inheritdoc/>
    public override string ToString() => Id.ToString();

    private static string Required(MapNode root, string field, SourceLocation? origin) =>
        root[field] is ScalarNode { Kind: ScalarKind.String, Text.Length: > 0 } scalar
            ? scalar.Text
            : throw new ArgumentException($"{At(origin)}not a Kubernetes object: {field} is missing or not a string.", nameof(root));

    private static string At(SourceLocation? origin) => origin is null ? "" : $"{origin}: ";
}
