using System.Globalization;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Transformers;

/// <summary>Sets the number of replicas of the resources of one name.</summary>
internal sealed class ReplicaTransformer : ITransformer
{
    private readonly Replica _replica;
    private readonly List<FieldSpec> _specs;

    public ReplicaTransformer(Replica replica, List<FieldSpec> specs)
    {
        _replica = replica;
        _specs = specs;
    }

    public void Transform(ResourceSet resources)
    {
        var found = false;
        foreach (var spec in _specs)
        {
            foreach (var resource in resources.WithAnyId(id => string.Equals(id.Name, _replica.Name, StringComparison.Ordinal) && id.Gvk.IsSelected(spec.Gvk)))
            {
                found = true;
                FieldWalk.Visit(resource, spec, FieldWalk.Made.Scalar, Set);
            }
        }

        if (!found)
        {
            throw new KustomizeException($"resource with name {_replica.Name} does not match a config with the following GVK [{string.Join(' ', _specs.Select(s => s.Gvk))}]");
        }
    }

    private void Set(Node node)
    {
        var scalar = node as ScalarNode ?? throw Tree.WrongKind("ScalarNode", node);

        // A whole number, which quotes that were there turn into text all the same.
        var style = Tree.StyleOf(scalar);
        Tree.SetText(scalar, _replica.Count.ToString(CultureInfo.InvariantCulture), style == ScalarStyle.Plain ? ScalarKind.Integer : ScalarKind.String);
    }
}
