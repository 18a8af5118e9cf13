using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Defaults of CustomResourceDefinitions.</summary>
internal static class CrdDefaults
{
    public static void Apply(MapNode root)
    {
        var spec = root.GetOrAddMap("spec");
        Default(spec, "scope", "Namespaced");
        var names = spec.GetOrAddMap("names");
        var kind = names.GetString("kind") ?? "";
        if (kind.Length > 0)
        {
            Default(names, "singular", kind.ToLowerInvariant());
            Default(names, "listKind", kind + "List");
        }

        var conversion = spec.GetOrAddMap("conversion");
        Default(conversion, "strategy", "None");
        if (conversion.GetMap("webhook")?.GetMap("clientConfig")?.GetMap("service") is { } service)
        {
            Default(service, "port", ScalarNode.Integer(443));
        }
    }

    /// <summary>Notes a storage version that objects may now be stored at.</summary>
    public static void PrepareUpdate(MapNode root, MapNode old)
    {
        _ = old;
        var status = root.GetMap("status") is { } known ? TypedMerge.FieldManager.Shallow(known) : new MapNode();
        var stored = status.GetList("storedVersions") is { } list ? new ListNode(list) : new ListNode();
        foreach (var version in root.GetMap("spec")?.GetList("versions")?.OfType<MapNode>() ?? [])
        {
            if (version["storage"] is ScalarNode storage && storage.AsBoolean() && version.GetString("name") is { } name && !stored.Any(s => s is ScalarNode t && t.Text == name))
            {
                stored.Add(ScalarNode.String(name));
            }
        }

        status["storedVersions"] = stored;
        root["status"] = status;
    }

    public static void PrepareCreate(MapNode root)
    {
        var status = root.GetOrAddMap("status");
        var stored = new ListNode();
        foreach (var version in root.GetMap("spec")?.GetList("versions")?.OfType<MapNode>() ?? [])
        {
            if (version["storage"] is ScalarNode storage && storage.AsBoolean() && version.GetString("name") is { } name)
            {
                stored.Add(ScalarNode.String(name));
            }
        }

        status["storedVersions"] = stored;
    }
}
