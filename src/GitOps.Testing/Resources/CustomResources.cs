using System.Collections.Immutable;

namespace GitOps.Testing;

/// <summary>Serves a resource for every CustomResourceDefinition in the cluster.</summary>
internal sealed class CustomResources
{
    public const string Group = "apiextensions.k8s.io";
    private readonly ClusterState _state;

    public CustomResources(ClusterState state)
    {
        _state = state;
        state.Registry.Find(Group, "customresourcedefinitions")!.Store.Changed += OnChanged;
    }

    /// <summary>Fills in the status that the CRD controllers of a real server write a moment later.</summary>
    public static void Establish(MapNode root, MapNode? old, TimeProvider time)
    {
        var spec = root.GetMap("spec")!;
        var status = root.GetMap("status") is { } known ? TypedMerge.FieldManager.Shallow(known) : new MapNode();
        status["acceptedNames"] = spec.GetMap("names")?.DeepClone() ?? new MapNode();
        if (status.GetList("conditions") is null or { Count: 0 })
        {
            var now = ObjectMeta.Timestamp(time.GetUtcNow());
            status["conditions"] = new ListNode(
            [
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
            ]);
        }

        var stored = status.GetList("storedVersions") is { } list ? new ListNode(list) : new ListNode();
        foreach (var version in spec.GetList("versions")?.OfType<MapNode>() ?? [])
        {
            if (version["storage"] is ScalarNode storage && storage.AsBoolean() && version.GetString("name") is { } name && !stored.Any(s => s is ScalarNode { } t && t.Text == name))
            {
                stored.Add(ScalarNode.String(name));
            }
        }

        status["storedVersions"] = stored;
        root["status"] = status;
        _ = old;
    }

    private static MapNode Condition(string type, string reason, string message, string now)
    {
        var condition = new MapNode();
        condition.Set("type", type);
        condition.Set("status", "True");
        condition.Set("lastTransitionTime", now);
        condition.Set("reason", reason);
        condition.Set("message", message);
        return condition;
    }

    private void OnChanged(Change change)
    {
        var spec = change.Object.Root.GetMap("spec")!;
        var names = spec.GetMap("names")!;
        var group = spec.GetString("group")!;
        var plural = names.GetString("plural")!;
        if (change.Kind == ChangeKind.Deleted)
        {
            _state.Registry.Find(group, plural)?.Store.DropWatches();
            _state.Registry.Remove(group, plural);
            return;
        }

        var versions = (spec.GetList("versions")?.OfType<MapNode>() ?? [])
            .Select(static v => new ResourceVersion(
                v.GetString("name")!,
                CustomSchema.Read(v.GetMap("schema")?.GetMap("openAPIV3Schema")),
                (v.GetMap("subresources")?.Keys ?? []).ToImmutableHashSet(StringComparer.Ordinal))
            {
                Source = v,
                Served = v["served"] is ScalarNode served && served.AsBoolean(),
            })
            .OrderBy(static v => v.Name, VersionOrder.Instance)
            .ToArray();
        var kind = names.GetString("kind")!;
        var known = _state.Registry.Find(group, plural);
        _state.Registry.Add(new ResourceDefinition
        {
            Group = group,
            Plural = plural,
            Singular = names.GetString("singular") ?? "",
            Kind = kind,
            ListKind = names.GetString("listKind") ?? kind + "List",
            Namespaced = spec.GetString("scope") != "Cluster",
            ShortNames = Strings(names.GetList("shortNames")),
            Categories = Strings(names.GetList("categories")),
            Versions = versions,
            StorageVersion = versions.First(static v => v.Source!["storage"] is ScalarNode s && s.AsBoolean()).Name,
            Store = known?.Store ?? new ResourceStore(_state.Clock, _state.HistoryLimit),
            Strategy = new CustomStrategy(group, kind, versions, _state.Time),
        });
    }

    private static string[] Strings(ListNode? list) => list?.OfType<ScalarNode>().Select(static s => s.Text).ToArray() ?? [];
}
