using System.Buffers;
using System.Security.Cryptography;
using GitOps.Json;

namespace GitOps.Kubernetes.Applying;

/// <summary>What is kept of a live object: enough to tell whether it moved, not the object itself.</summary>
internal sealed record LiveState(ResourceId Id, string ResourceVersion, string Uid, string OwnedHash, Owner? Owner, ObjectPolicy Policy, bool IsTerminating)
{
    /// <summary>The whole object where it is at hand and needed.</summary>
    public MapNode? Root { get; init; }

    public static LiveState Of(MapNode root, ResourceId id, string fieldManager, IReadOnlyList<string> ignored)
    {
        var metadata = root.GetMap("metadata");
        var hashed = root;
        if (ignored.Count > 0)
        {
            hashed = (MapNode)root.DeepClone();
            IgnoreRules.Strip(hashed, ignored);
        }

        return new LiveState(
            id,
            metadata?.GetString("resourceVersion") ?? "",
            metadata?.GetString("uid") ?? "",
            OwnedState.Hash(hashed, fieldManager),
            Applying.Owner.Read(root),
            ObjectPolicy.Read(root),
            metadata?.GetString("deletionTimestamp") is not null)
        {
            Root = root,
        };
    }

    /// <summary>A hash of all that people set: status and bookkeeping left out.</summary>
    public static string StateHash(MapNode root)
    {
        var copy = new MapNode(root.Count);
        foreach (var entry in root)
        {
            if (entry.Key is "status" or "metadata")
            {
                continue;
            }

            copy.Set(entry.Key, entry.Value);
        }

        var metadata = root.GetMap("metadata");
        foreach (var key in (ReadOnlySpan<string>)["labels", "annotations", "finalizers", "ownerReferences", "deletionTimestamp"])
        {
            if (metadata?[key] is { } value)
            {
                copy.Set("metadata." + key, value);
            }
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        JsonTreeWriter.Write(buffer, copy);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        return Convert.ToHexStringLower(hash[..12]);
    }

    /// <summary>The finalizers that keep a deleted object, for people.</summary>
    public static IReadOnlyList<string> Finalizers(MapNode root) =>
    [
        .. (root.GetMap("metadata")?.GetList("finalizers") ?? []).OfType<ScalarNode>().Select(static s => s.Text),
        .. (root.GetString("kind") == "Namespace" ? root.GetMap("spec")?.GetList("finalizers") ?? [] : []).OfType<ScalarNode>().Select(static s => s.Text),
    ];
}
