using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Transformers;

/// <summary>Puts a prefix or a suffix on names, except those that other things depend on.</summary>
internal sealed class NameTransformer : ITransformer
{
    private readonly string _prefix;
    private readonly string _suffix;
    private readonly List<FieldSpec> _specs;

    public NameTransformer(string prefix, string suffix, List<FieldSpec> specs)
    {
        _prefix = prefix;
        _suffix = suffix;
        _specs = specs;
    }

    public void Transform(ResourceSet resources)
    {
        foreach (var resource in resources.Items)
        {
            var id = resource.OriginalId;
            if (id.Gvk.Kind is "CustomResourceDefinition" or "Namespace" || id.Gvk is { Kind: "APIService", Group: "apiregistration.k8s.io" })
            {
                continue;
            }

            foreach (var spec in _specs)
            {
                if (!id.Gvk.IsSelected(spec.Gvk))
                {
                    continue;
                }

                if (spec.Path == "metadata/name" && _prefix.Length + _suffix.Length > 0)
                {
                    if (_prefix.Length > 0)
                    {
                        resource.Prefixes.AddRange(_prefix.Split(','));
                    }
                    else
                    {
                        resource.Suffixes.AddRange(_suffix.Split(','));
                    }

                    resource.StorePreviousId();
                }

                FieldWalk.Visit(resource, spec, FieldWalk.Made.Scalar, Set);
            }
        }

        resources.Touch();
    }

    private void Set(Node node)
    {
        var scalar = node as ScalarNode ?? throw Tree.WrongKind("ScalarNode", node);
        Tree.SetText(scalar, _prefix + scalar.Text + _suffix);
    }
}
