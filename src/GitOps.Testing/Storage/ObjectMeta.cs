using System.Globalization;
using GitOps.TypedMerge;

namespace GitOps.Testing;

/// <summary>Reads and changes metadata of object trees without touching the originals.</summary>
internal static class ObjectMeta
{
    public static string Name(MapNode root) => root.GetMap("metadata")?.GetString("name") ?? "";

    public static string Namespace(MapNode root) => root.GetMap("metadata")?.GetString("namespace") ?? "";

    public static string Uid(MapNode root) => root.GetMap("metadata")?.GetString("uid") ?? "";

    public static string ResourceVersion(MapNode root) => root.GetMap("metadata")?.GetString("resourceVersion") ?? "";

    public static bool IsDeleting(MapNode root) => root.GetMap("metadata")?.GetString("deletionTimestamp") is not null;

    public static bool HasFinalizers(MapNode root) => root.GetMap("metadata")?.GetList("finalizers") is { Count: > 0 };

    /// <summary>A copy of the object whose metadata map is its own and may be changed.</summary>
    public static MapNode Open(MapNode root, out MapNode metadata)
    {
        var copy = FieldManager.Shallow(root);
        metadata = copy.GetMap("metadata") is { } known ? FieldManager.Shallow(known) : new MapNode();
        copy["metadata"] = metadata;
        return copy;
    }

    public static MapNode WithResourceVersion(MapNode root, long revision)
    {
        var copy = Open(root, out var metadata);
        metadata.Set("resourceVersion", revision.ToString(CultureInfo.InvariantCulture));
        return copy;
    }

    /// <summary>A copy of the object with another value at one of its top fields.</summary>
    public static MapNode With(MapNode root, string field, Node? value)
    {
        var copy = FieldManager.Shallow(root);
        if (value is null)
        {
            copy.Remove(field);
        }
        else
        {
            copy[field] = value;
        }

        return copy;
    }

    public static string Timestamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
