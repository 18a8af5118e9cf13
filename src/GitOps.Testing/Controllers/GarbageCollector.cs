namespace GitOps.Testing;

/// <summary>Deletes what has lost its owners, and carries out foreground and orphan deletions.</summary>
internal sealed class GarbageCollector(ClusterState state, ResourceHandler handler) : IController
{
    private readonly Dictionary<string, HashSet<(ResourceDefinition Definition, string Namespace, string Name)>> _dependents = new(StringComparer.Ordinal);

    public void Handle(ResourceDefinition definition, Change? change, string ns, string name)
    {
        if (change is null)
        {
            return;
        }

        var key = (definition, ns, name);
        Index(change.Previous, key, add: false);
        if (change.Kind == ChangeKind.Deleted)
        {
            Index(change.Object, key, add: false);
            Collect(ObjectMeta.Uid(change.Object.Root));
            foreach (var owner in Owners(change.Object))
            {
                Settle(owner, ns);
            }

            return;
        }

        Index(change.Object, key, add: true);
        if (definition.Store.Find(ns, name) is not { } live)
        {
            return;
        }

        if (ObjectMeta.IsDeleting(live.Root))
        {
            Finalize(definition, live);
        }

        foreach (var owner in Owners(live))
        {
            Settle(owner, ns);
        }

        // Settling an owner may have taken this object's references off.
        if (definition.Store.Find(ns, name) is { } settled && !ObjectMeta.IsDeleting(settled.Root) && IsAbandoned(settled))
        {
            Delete(definition, settled, "Background");
        }
    }

    private static IEnumerable<MapNode> Owners(StoredObject item) => item.Metadata.GetList("ownerReferences")?.OfType<MapNode>() ?? [];

    private void Index(StoredObject? item, (ResourceDefinition, string, string) key, bool add)
    {
        foreach (var owner in item is null ? [] : Owners(item))
        {
            var uid = owner.GetString("uid") ?? "";
            if (!add)
            {
                _dependents.GetValueOrDefault(uid)?.Remove(key);
            }
            else if (_dependents.TryGetValue(uid, out var known))
            {
                known.Add(key);
            }
            else
            {
                _dependents.Add(uid, [key]);
            }
        }
    }

    private void Collect(string uid)
    {
        foreach (var (definition, ns, name) in _dependents.GetValueOrDefault(uid)?.ToArray() ?? [])
        {
            if (definition.Store.Find(ns, name) is { } dependent && IsAbandoned(dependent))
            {
                Delete(definition, dependent, "Background");
            }
        }

        _dependents.Remove(uid);
    }

    private bool IsAbandoned(StoredObject item)
    {
        var any = false;
        foreach (var owner in Owners(item))
        {
            any = true;
            if (Find(owner, item.Namespace) is { } live && ObjectMeta.Uid(live.Root) == owner.GetString("uid"))
            {
                return false;
            }
        }

        return any;
    }

    private StoredObject? Find(MapNode owner, string ns)
    {
        var definition = Definition(owner);
        return definition?.Store.Find(definition.Namespaced ? ns : "", owner.GetString("name") ?? "");
    }

    private ResourceDefinition? Definition(MapNode owner) =>
        state.Registry.FindKind(Manifest.GroupOf(owner.GetString("apiVersion") ?? ""), owner.GetString("kind") ?? "");

    // An owner that waits for its dependants may go when the last one did.
    private void Settle(MapNode owner, string ns)
    {
        if (Find(owner, ns) is { } live && ObjectMeta.Uid(live.Root) == owner.GetString("uid") && ObjectMeta.IsDeleting(live.Root))
        {
            Finalize(Definition(owner)!, live);
        }
    }

    private void Finalize(ResourceDefinition definition, StoredObject live)
    {
        var finalizers = live.Metadata.GetList("finalizers")?.OfType<ScalarNode>().Select(static f => f.Text).ToArray() ?? [];
        var uid = ObjectMeta.Uid(live.Root);
        if (!finalizers.Contains("orphan") && !finalizers.Contains("foregroundDeletion"))
        {
            return;
        }

        // The index may lag behind what was created just before the deletion, so this asks the stores themselves.
        var dependents = state.Registry.All
            .SelectMany(d => d.Store.List("", out _).Where(o => Owners(o).Any(r => r.GetString("uid") == uid)).Select(o => (Resource: d, o.Namespace, o.Name)))
            .ToArray();
        if (finalizers.Contains("orphan"))
        {
            foreach (var (resource, ns, name) in dependents)
            {
                if (resource.Store.Find(ns, name) is { } dependent)
                {
                    var root = ObjectMeta.Open(dependent.Root, out var metadata);
                    var rest = new ListNode(Owners(dependent).Where(o => o.GetString("uid") != uid));
                    if (rest.Count == 0)
                    {
                        metadata.Remove("ownerReferences");
                    }
                    else
                    {
                        metadata["ownerReferences"] = rest;
                    }

                    resource.Store.Replace(dependent, root);
                }
            }

            RemoveFinalizer(definition, live, "orphan");
        }
        else if (finalizers.Contains("foregroundDeletion"))
        {
            var waiting = false;
            foreach (var (resource, ns, name) in dependents)
            {
                if (resource.Store.Find(ns, name) is not { } dependent)
                {
                    continue;
                }

                if (!ObjectMeta.IsDeleting(dependent.Root))
                {
                    Delete(resource, dependent, "Foreground");
                }

                waiting |= resource.Store.Find(ns, name) is not null
                    && Owners(dependent).Any(o => o.GetString("uid") == uid && o["blockOwnerDeletion"] is ScalarNode block && block.AsBoolean());
            }

            if (!waiting)
            {
                RemoveFinalizer(definition, live, "foregroundDeletion");
            }
        }
    }

    private static void RemoveFinalizer(ResourceDefinition definition, StoredObject live, string finalizer)
    {
        var root = ObjectMeta.Open(live.Root, out var metadata);
        var rest = new ListNode(metadata.GetList("finalizers")!.Where(f => f is not ScalarNode s || s.Text != finalizer));
        if (rest.Count == 0)
        {
            definition.Store.Delete(live);
            return;
        }

        metadata["finalizers"] = rest;
        definition.Store.Replace(live, root);
    }

    private void Delete(ResourceDefinition definition, StoredObject item, string propagation)
    {
        try
        {
            handler.Delete(false, definition, item.Namespace, item.Name, new ResourceHandler.DeleteOptions(propagation, null, ObjectMeta.Uid(item.Root), null));
        }
        catch (ApiException e) when (e.Status.Code is 404 or 409)
        {
            // It is gone, or is another object by now.
        }
    }
}
