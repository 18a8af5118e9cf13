using System.Collections.Immutable;

namespace GitOps.Testing;

/// <summary>Serves a resource for every CustomResourceDefinition in the cluster.</summary>
internal sealed class CustomResources
{
    public const string Group = "apiextensions.k8s.io";
    private const string Cleanup = "customresourcecleanup.apiextensions.k8s.io";
    private readonly ClusterState _state;

    public CustomResources(ClusterState state)
    {
        _state = state;
        state.Registry.Find(Group, "customresourcedefinitions")!.Store.Changed += OnChanged;
    }

    /// <summary>Writes the status that the CRD controllers of a real server write a moment after a change.</summary>
    public void Establish(ResourceDefinition definition, StoredObject stored)
    {
        for (var current = stored; current is not null && !ObjectMeta.IsDeleting(current.Root); current = definition.Store.Find("", stored.Name))
        {
            var spec = current.Root.GetMap("spec")!;
            var status = current.Root.GetMap("status") is { } known ? TypedMerge.FieldManager.Shallow(known) : new MapNode();
            var names = (MapNode)spec.GetMap("names")!.DeepClone();
            var established = status.GetList("conditions") is { Count: > 0 };
            if (established && Node.DeepEquals(status["acceptedNames"], names))
            {
                return;
            }

            status["acceptedNames"] = names;
            if (!established)
            {
                var now = ObjectMeta.Timestamp(_state.Time.GetUtcNow());
                status["conditions"] = new ListNode(
                [
                    Condition("NamesAccepted", "True", "NoConflicts", "no conflicts found", now),
                    Condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted", now),
                ]);
            }

            var updated = definition.Strategy.FieldManager("v1", "status").Update(current.Root, ObjectMeta.With(current.Root, "status", status), "kube-apiserver");
            if (definition.Store.Replace(current, updated) is not null)
            {
                return;
            }
        }
    }

    /// <summary>Begins the deletion of a CRD: its objects go first. <see langword="null"/> when the CRD moved meanwhile.</summary>
    public StoredObject? BeginDelete(ResourceDefinition definition, StoredObject live)
    {
        var updated = ObjectMeta.Open(live.Root, out var metadata);
        metadata.Set("deletionTimestamp", ObjectMeta.Timestamp(_state.Time.GetUtcNow()));
        var finalizers = metadata.GetList("finalizers") is { } known ? new ListNode(known) : new ListNode();
        finalizers.Add(ScalarNode.String(Cleanup));
        metadata["finalizers"] = finalizers;
        var status = updated.GetMap("status") is { } old ? TypedMerge.FieldManager.Shallow(old) : new MapNode();
        var conditions = status.GetList("conditions") is { } list ? new ListNode(list) : new ListNode();
        conditions.Add(Condition("Terminating", "True", "InstanceDeletionPending", "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", ObjectMeta.Timestamp(_state.Time.GetUtcNow())));
        status["conditions"] = conditions;
        updated["status"] = status;
        var stored = definition.Store.Replace(live, updated);
        if (stored is not null)
        {
            Finish(definition, stored);
        }

        return stored;
    }

    /// <summary>Removes a CRD that is being deleted once none of its objects is left.</summary>
    public void Finish(ResourceDefinition definition, StoredObject crd)
    {
        var spec = crd.Root.GetMap("spec")!;
        if (_state.Registry.Find(spec.GetString("group")!, spec.GetMap("names")!.GetString("plural")!) is { } resource)
        {
            foreach (var item in resource.Store.List("", out _))
            {
                if (!ObjectMeta.HasFinalizers(item.Root))
                {
                    resource.Store.Delete(item);
                }
                else if (!ObjectMeta.IsDeleting(item.Root))
                {
                    var root = ObjectMeta.Open(item.Root, out var metadata);
                    metadata.Set("deletionTimestamp", ObjectMeta.Timestamp(_state.Time.GetUtcNow()));
                    metadata["deletionGracePeriodSeconds"] = ScalarNode.Integer(0);
                    resource.Store.Replace(item, root);
                }
            }

            if (resource.Store.Count > 0)
            {
                return;
            }
        }

        if (crd.Metadata.GetList("finalizers") is { Count: 1 })
        {
            definition.Store.Delete(crd);
            return;
        }

        var rest = ObjectMeta.Open(crd.Root, out var left);
        left["finalizers"] = new ListNode(left.GetList("finalizers")!.Where(static f => f is not ScalarNode { Text: Cleanup }));
        definition.Store.Replace(crd, rest);
    }

    private static MapNode Condition(string type, string state, string reason, string message, string now)
    {
        var condition = new MapNode();
        condition.Set("type", type);
        condition.Set("status", state);
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
        if (versions.Length == 0)
        {
            return;
        }

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
        if (known is null)
        {
            _state.Registry.Find(group, plural)!.Store.Changed += instance =>
            {
                if (instance.Kind == ChangeKind.Deleted)
                {
                    _ = FinishLaterAsync($"{plural}.{group}");
                }
            };
        }
    }

    // The change is told under the store's lock; the CRD can only be looked at after it is released.
    private async Task FinishLaterAsync(string name)
    {
        await Task.Yield();
        var definition = _state.Registry.Find(Group, "customresourcedefinitions")!;
        if (definition.Store.Find("", name) is { } crd && ObjectMeta.IsDeleting(crd.Root))
        {
            Finish(definition, crd);
        }
    }

    private static string[] Strings(ListNode? list) => list?.OfType<ScalarNode>().Select(static s => s.Text).ToArray() ?? [];
}
