using System.Runtime.InteropServices;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Transformers;

/// <summary>Moves every resource that has a namespace by nature into one.</summary>
internal sealed class NamespaceTransformer : ITransformer
{
    private static readonly FieldSpec s_metadata = new(Gvk.None, "metadata/namespace", true);

    private readonly string _namespace;
    private readonly List<FieldSpec> _specs;
    private readonly bool _unsetOnly;
    private readonly string _subjects;

    public NamespaceTransformer(string ns, List<FieldSpec> specs, bool unsetOnly = false, string subjects = "")
    {
        if (subjects is not ("" or "defaultOnly" or "none" or "allServiceAccounts"))
        {
            throw new KustomizeException($"invalid value \"{subjects}\" for setRoleBindingSubjects: must be one of \"defaultOnly\", \"none\" or \"allServiceAccounts\"");
        }

        _namespace = ns;
        _specs = specs;
        _unsetOnly = unsetOnly;
        _subjects = subjects;
    }

    public void Transform(ResourceSet resources)
    {
        if (_namespace.Length == 0)
        {
            return;
        }

        var ids = resources.CountIds();
        foreach (var resource in resources.Items)
        {
            if (resource.IsEmpty || resource.IsHelmGenerated)
            {
                continue;
            }

            CollectionsMarshal.GetValueRefOrAddDefault(ids, resource.CurrentId.Identity, out _)--;
            resource.StorePreviousId();
            Apply(resource);
            if (++CollectionsMarshal.GetValueRefOrAddDefault(ids, resource.CurrentId.Identity, out _) != 1)
            {
                throw new KustomizeException($"namespace transformation produces ID conflict: {resource}{ResourceSet.At(resource)}", resource.Source);
            }
        }

        resources.Touch();
    }

    /// <summary>Sets the namespace of one resource and of what it names in a namespace.</summary>
    public void Apply(Resource resource)
    {
        if (!resource.CurrentId.IsClusterScoped)
        {
            FieldWalk.Visit(resource, s_metadata, FieldWalk.Made.Scalar, Set);
        }

        var isBinding = resource.Kind is "RoleBinding" or "ClusterRoleBinding";
        if (isBinding)
        {
            SetSubjects(resource);
        }

        foreach (var spec in _specs)
        {
            if (spec.Path == "metadata/namespace"
                || (spec.Path == "metadata/name" && resource.ApiVersion != "v1")
                || (isBinding && spec.Gvk.Kind is "RoleBinding" or "ClusterRoleBinding" && spec.Path == "subjects/namespace"))
            {
                continue;
            }

            FieldWalk.Visit(resource, spec, FieldWalk.Made.Scalar, Set);
        }
    }

    private void SetSubjects(Resource resource)
    {
        if (_subjects == "none" || Tree.IsMissingOrNull(resource.Root!["subjects"]))
        {
            return;
        }

        if (resource.Root["subjects"] is not ListNode subjects)
        {
            throw Tree.WrongKind("SequenceNode", resource.Root["subjects"]!);
        }

        var (field, wanted) = _subjects == "allServiceAccounts" ? ("kind", "ServiceAccount") : ("name", "default");
        foreach (var item in subjects)
        {
            if (item.IsNull)
            {
                continue;
            }

            var subject = item as MapNode ?? throw Tree.WrongKind("MappingNode", item);
            if (subject[field] is MapNode or ListNode)
            {
                throw Tree.WrongKind("ScalarNode", subject[field]!);
            }

            if (Tree.IsMissingOrNull(subject[field]) || !string.Equals(Tree.Value(subject[field]), wanted, StringComparison.Ordinal))
            {
                continue;
            }

            if (subject["namespace"] is null)
            {
                Tree.Append(subject, "namespace", new ScalarNode(ScalarKind.String, ""));
            }

            Set(subject["namespace"]!);
        }
    }

    private void Set(Node node)
    {
        if (node is not ScalarNode scalar)
        {
            throw new KustomizeException($"namespace field specs must target scalar nodes: {Tree.WrongKind("ScalarNode", node).Message}");
        }

        if (!_unsetOnly || Tree.Value(scalar).Length == 0)
        {
            Tree.SetText(scalar, _namespace, ScalarKind.String);
        }
    }
}
