namespace GitOps.Testing;

/// <summary>Empties and removes namespaces that are being deleted.</summary>
internal sealed class NamespaceController(ClusterState state, ResourceHandler handler) : IController
{
    public void Handle(ResourceDefinition definition, Change? change, string ns, string name)
    {
        var namespaces = state.Registry.Find("", "namespaces")!;
        var target = definition == namespaces ? name : change?.Kind == ChangeKind.Deleted && ns.Length > 0 ? ns : "";
        if (target.Length == 0 || namespaces.Store.Find("", target) is not { } live || !ObjectMeta.IsDeleting(live.Root))
        {
            return;
        }

        var left = 0;
        foreach (var resource in state.Registry.All.Where(static r => r.Namespaced && r.Verbs.Contains("delete")))
        {
            foreach (var item in resource.Store.List(target, out _))
            {
                if (!ObjectMeta.IsDeleting(item.Root))
                {
                    handler.Delete(false, resource, item.Namespace, item.Name, new ResourceHandler.DeleteOptions("Background", 0, null, null));
                }

                left += resource.Store.Find(item.Namespace, item.Name) is null ? 0 : 1;
            }
        }

        if (left == 0 && !ObjectMeta.HasFinalizers(live.Root) && namespaces.Store.Find("", target) is { } empty)
        {
            namespaces.Store.Delete(empty);
        }
    }
}
