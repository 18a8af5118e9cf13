using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Transformers;

/// <summary>Adds labels or annotations to every map that the field specs name.</summary>
internal sealed class EntryTransformer : ITransformer
{
    private readonly SortedDictionary<string, string> _entries;
    private readonly List<FieldSpec> _specs;

    public EntryTransformer(SortedDictionary<string, string> entries, List<FieldSpec> specs)
    {
        _entries = entries;
        _specs = specs;
    }

    public void Transform(ResourceSet resources)
    {
        foreach (var resource in resources.Items)
        {
            foreach (var (key, value) in _entries)
            {
                // One node stands in all maps of the resource that get the entry: what changes it in one place changes it in all,
                // as in kustomize.
                ScalarNode? shared = null;
                Action<Node>? set = null;
                var gvk = resource.Gvk;
                foreach (var spec in _specs)
                {
                    if (gvk.IsSelected(spec.Gvk))
                    {
                        set ??= node => SetEntry(node, key, shared ??= Tree.NewScalar(value, ScalarKind.String));
                        FieldWalk.Visit(resource, spec, FieldWalk.Made.Map, set);
                    }
                }
            }
        }
    }

    internal static void SetEntry(Node node, string key, ScalarNode value)
    {
        if (node.IsNull)
        {
            return;
        }

        var map = node as MapNode ?? throw Tree.WrongKind("MappingNode", node);
        Tree.SetField(map, key, value, tagged: true);
    }
}
