using System.Security.Cryptography;
using System.Text;

namespace GitOps.Kubernetes.Applying;

/// <summary>What is done to a manifest before it is sent; the manifest itself stays as it is.</summary>
internal static class Normalization
{
    private static readonly string[] s_serverFields = ["managedFields", "resourceVersion", "uid", "selfLink", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"];

    /// <summary>A copy in the form that server-side apply wants, with the labels of its owner, if it has one.</summary>
    public static MapNode Prepare(Manifest manifest, string @namespace, Owner? owner)
    {
        var root = (MapNode)manifest.Root.DeepClone();
        var metadata = root.GetMap("metadata")!;
        foreach (var field in s_serverFields)
        {
            metadata.Remove(field);
        }

        metadata.Remove("creationTimestamp");
        metadata.GetMap("annotations")?.Remove(Keys.LastApplied);
        DropIfNull(metadata, "annotations");
        DropIfNull(metadata, "labels");
        if (@namespace.Length == 0)
        {
            metadata.Remove("namespace");
        }
        else
        {
            metadata.Set("namespace", @namespace);
        }

        root.Remove("status");
        switch (manifest.Id.GroupKind)
        {
            case { Group: "", Kind: "Secret" }:
                EncodeStringData(root);
                break;
            case { Group: "", Kind: "Service" }:
                DefaultProtocol(root.GetMap("spec"), "ports");
                break;
            case { Group: "", Kind: "Pod" }:
                DefaultPodProtocols(root.GetMap("spec"));
                break;
            case { Group: "", Kind: "ReplicationController" }:
            case { Group: "apps", Kind: "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" }:
            case { Group: "batch", Kind: "Job" }:
                DefaultPodProtocols(root.GetMap("spec")?.GetMap("template")?.GetMap("spec"));
                break;
            case { Group: "batch", Kind: "CronJob" }:
                DefaultPodProtocols(root.GetMap("spec")?.GetMap("jobTemplate")?.GetMap("spec")?.GetMap("template")?.GetMap("spec"));
                break;
            case { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" }:
                DropBrokenBundle(root);
                break;
            default:
                break;
        }

        owner?.Write(root);
        return root;
    }

    /// <summary>A short name for a desired state: the same bytes, the same hash.</summary>
    public static string Hash(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Convert.ToHexStringLower(hash[..12]);
    }

    // The server keeps stringData as a write-only field: the apply entry would own stringData.x while data.x belongs to nobody, so removals would be lost.
    private static void EncodeStringData(MapNode root)
    {
        if (root["stringData"] is not { } node)
        {
            return;
        }

        root.Remove("stringData");
        if (node is not MapNode { Count: > 0 } strings)
        {
            return;
        }

        var data = root.GetOrAddMap("data");
        foreach (var entry in strings)
        {
            var text = entry.Value is ScalarNode { Kind: not ScalarKind.Null } scalar ? scalar.Text : "";
            data.Set(entry.Key, Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
        }
    }

    // The protocol is a key of the port lists. Servers before 1.23 refuse an item whose key has only a default.
    private static void DefaultPodProtocols(MapNode? podSpec)
    {
        foreach (var field in (ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers"])
        {
            foreach (var container in podSpec?.GetList(field) ?? [])
            {
                DefaultProtocol(container as MapNode, "ports");
            }
        }
    }

    private static void DefaultProtocol(MapNode? parent, string field)
    {
        foreach (var node in parent?.GetList(field) ?? [])
        {
            if (node is MapNode port && (!port.TryGet("protocol", out var protocol) || protocol.IsNull))
            {
                port.Set("protocol", "TCP");
            }
        }
    }

    // A placeholder that an injector fills in later; servers from 1.31 refuse it.
    private static void DropBrokenBundle(MapNode root)
    {
        var client = root.GetMap("spec")?.GetMap("conversion")?.GetMap("webhook")?.GetMap("clientConfig");
        if (client?.GetString("caBundle") is not { } bundle)
        {
            return;
        }

        var bytes = new byte[bundle.Length];
        if (!Convert.TryFromBase64String(bundle, bytes, out var length) || !Encoding.ASCII.GetString(bytes, 0, length).Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            client.Remove("caBundle");
        }
    }

    private static void DropIfNull(MapNode map, string key)
    {
        if (map[key] is { IsNull: true })
        {
            map.Remove(key);
        }
    }

    private static bool TryGet(this MapNode map, string key, out Node value)
    {
        value = map[key]!;
        return value is not null;
    }
}
