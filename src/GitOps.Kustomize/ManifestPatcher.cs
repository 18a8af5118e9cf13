using GitOps.Yaml;

namespace GitOps.Kustomize;

/// <summary>Builds a kustomization whose only resources are the objects of another renderer.</summary>
internal sealed class ManifestPatcher : IManifestPatcher
{
    private const string Objects = "objects.yaml";

    public ValueTask<IReadOnlyList<Manifest>> PatchAsync(IReadOnlyList<Manifest> manifests, MapNode kustomization, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifests);
        ArgumentNullException.ThrowIfNull(kustomization);
        if (manifests.Count == 0)
        {
            return ValueTask.FromResult(manifests);
        }

        var root = (MapNode)kustomization.DeepClone();
        root.Set("resources", new ListNode([ScalarNode.String(Objects)]));
        var tree = new MemoryFileTree(
        [
            KeyValuePair.Create("kustomization.yaml", YamlWriter.Write(root)),
            KeyValuePair.Create(Objects, string.Join("---\n", manifests.Select(m => YamlWriter.Write(m.Root)))),
        ]);
        var resources = KustomizeBuild.Build(tree, TreePath.Root, KustomizeOptions.Default, legacyOrder: false, null, cancellationToken);
        return ValueTask.FromResult<IReadOnlyList<Manifest>>([.. resources.Items.Select(r => new Manifest((MapNode)Trees.JsonTree.Normalize(r.Root!), r.Source))]);
    }
}
