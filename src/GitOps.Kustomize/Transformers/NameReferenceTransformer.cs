using GitOps.Kustomize.Configuration;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Transformers;

/// <summary>Follows renamed resources: every field that named one by an earlier name gets the present one.</summary>
internal sealed class NameReferenceTransformer : ITransformer
{
    private readonly List<NameReference> _references;
    private readonly Dictionary<Gvk, List<(FieldSpec Spec, Gvk Target)>> _byReferrer = [];
    private Dictionary<string, List<Resource>> _byPreviousName = new(StringComparer.Ordinal);
    private Dictionary<string, List<Resource>> _byOriginalNamespace = new(StringComparer.Ordinal);

    public NameReferenceTransformer(List<NameReference> references) => _references = references;

    public void Transform(ResourceSet resources)
    {
        Index(resources);
        foreach (var resource in resources.Items)
        {
            var specs = SpecsOf(resource.OriginalId.Gvk);
            if (specs.Count == 0)
            {
                continue;
            }

            RefuseNullVersion(resource);
            var referrer = new Referrer(this, resource);
            foreach (var (spec, target) in specs)
            {
                referrer.Update(spec, target);
            }
        }

        resources.Touch();
    }

    /// <summary>A null apiVersion is text to kustomize in one place and nothing in another, which it notices here.</summary>
    private static void RefuseNullVersion(Resource resource)
    {
        if (resource.Root?["apiVersion"] is ScalarNode { Kind: ScalarKind.Null, Text.Length: > 0 })
        {
            throw new KustomizeException($"apiVersion of {resource}{ResourceSet.At(resource)} is null", resource.Source);
        }
    }

    private void Index(ResourceSet resources)
    {
        _byPreviousName = new Dictionary<string, List<Resource>>(resources.Count, StringComparer.Ordinal);
        _byOriginalNamespace = new Dictionary<string, List<Resource>>(StringComparer.Ordinal);
        foreach (var resource in resources.Items)
        {
            for (var i = 0; i < resource.PreviousCount; i++)
            {
                Add(_byPreviousName, resource.PreviousNameAt(i), resource);
            }

            Add(_byOriginalNamespace, resource.OriginalId.EffectiveNamespace, resource);
        }
    }

    private static void Add(Dictionary<string, List<Resource>> index, string key, Resource resource)
    {
        if (!index.TryGetValue(key, out var list))
        {
            index.Add(key, list = []);
        }

        if (list.Count == 0 || !ReferenceEquals(list[^1], resource))
        {
            list.Add(resource);
        }
    }

    private List<(FieldSpec Spec, Gvk Target)> SpecsOf(Gvk gvk)
    {
        if (!_byReferrer.TryGetValue(gvk, out var specs))
        {
            specs = [];
            foreach (var reference in _references)
            {
                foreach (var spec in reference.Referrers)
                {
                    if (gvk.IsSelected(spec.Gvk))
                    {
                        specs.Add((spec, reference.Target));
                    }
                }
            }

            _byReferrer.Add(gvk, specs);
        }

        return specs;
    }

    private sealed class Referrer
    {
        private readonly NameReferenceTransformer _owner;
        private readonly Resource _resource;
        private readonly ResId _id;
        private readonly HashSet<string>? _subjectNamespaces;
        private Gvk _target;
        private FieldSpec _spec = new(Gvk.None, "", false);
        private Action<Node>? _set;

        public Referrer(NameReferenceTransformer owner, Resource resource)
        {
            _owner = owner;
            _resource = resource;
            _id = resource.CurrentId;
            if (!_id.IsClusterScoped && resource.Kind == "RoleBinding")
            {
                _subjectNamespaces = SubjectNamespaces(resource);
            }
        }

        public void Update(FieldSpec spec, Gvk target)
        {
            _target = target;
            _spec = spec;
            _set ??= Set;
            try
            {
                FieldWalk.Visit(_resource.Root!, _resource, spec, FieldWalk.Made.Nothing, _set);
            }
            catch (KustomizeException e)
            {
                throw new KustomizeException($"updating name reference in '{spec.Path}' field of '{_id}': {e.Message}", e.Location, e);
            }
        }

        private static HashSet<string> SubjectNamespaces(Resource binding)
        {
            var result = new HashSet<string>(StringComparer.Ordinal);
            foreach (var item in binding.Root!["subjects"] as ListNode ?? [])
            {
                if (item is ScalarNode { Kind: not ScalarKind.Null })
                {
                    throw new KustomizeException($"a subject of {binding}{ResourceSet.At(binding)} is not a map", binding.Source);
                }

                if (item is MapNode subject && subject["namespace"] is { } ns && Tree.Value(subject["kind"]) == "ServiceAccount")
                {
                    if (ns is not ScalarNode { Kind: ScalarKind.String })
                    {
                        throw new KustomizeException($"Invalid Input: namespace is blank for resource \"{binding}\"{ResourceSet.At(binding)}", binding.Source);
                    }

                    result.Add(Tree.Text(ns));
                }
            }

            return result;
        }

        private void Set(Node node)
        {
            switch (node)
            {
                case ScalarNode { Kind: ScalarKind.Null }:
                    break;
                case ScalarNode scalar:
                    SetScalar(scalar);
                    break;
                case MapNode map:
                    SetMap(map);
                    break;
                default:
                    foreach (var item in (ListNode)node)
                    {
                        switch (item)
                        {
                            case ScalarNode { Kind: ScalarKind.Null }:
                                break;
                            case ScalarNode scalar:
                                SetScalar(scalar);
                                break;
                            case MapNode map:
                                SetMap(map);
                                break;
                            default:
                                throw new KustomizeException("a list of names is expected to hold strings or maps of strings");
                        }
                    }

                    break;
            }
        }

        private void SetScalar(ScalarNode scalar)
        {
            var referral = SelectReferral(scalar.Text, null, namespaces: false);
            if (referral is not null && !string.Equals(referral.Name, scalar.Text, StringComparison.Ordinal))
            {
                Tree.SetText(scalar, referral.Name);
            }
        }

        private void SetMap(MapNode map)
        {
            var name = map["name"] ?? throw new KustomizeException("path config error; no 'name' field in node");
            var referral = SelectReferral(Tree.Text(name), map["namespace"], namespaces: true);
            if (referral is null)
            {
                return;
            }

            var ns = referral.Namespace;
            if (ns.Length == 0 && string.Equals(referral.Name, Tree.Text(name), StringComparison.Ordinal))
            {
                return;
            }

            Tree.SetField(map, "name", referral.Name);
            if (ns.Length > 0)
            {
                Tree.SetField(map, "namespace", ns);
            }
        }

        private Resource? SelectReferral(string oldName, Node? ns, bool namespaces)
        {
            if (!_owner._byPreviousName.TryGetValue(oldName, out var named))
            {
                return null;
            }

            var wanted = ns is null ? null : Tree.Text(ns);
            var original = wanted is not null && wanted != ResId.NoNamespace
                && _owner._byOriginalNamespace.TryGetValue(wanted, out var there) && there.Exists(CanRefer);
            var roleRef = RoleRefGvk();
            var candidates = named.FindAll(c =>
                CanRefer(c)
                && (wanted is null || (wanted != ResId.NoNamespace && string.Equals(original ? c.OriginalId.EffectiveNamespace : c.CurrentId.EffectiveNamespace, wanted, StringComparison.Ordinal)))
                && WasSelected(c, _target)
                && (roleRef is null || WasSelected(c, roleRef.Value))
                && IsNear(c));
            if (candidates.Count == 1)
            {
                return candidates[0];
            }

            candidates = candidates.FindAll(c => SameAffixes(c, allowEmpty: true));
            if (candidates.Count > 1)
            {
                candidates = candidates.FindAll(c => SameAffixes(c, allowEmpty: false));
            }

            if (candidates.Count <= 1)
            {
                return candidates.Count == 0 ? null : candidates[0];
            }

            if (candidates.TrueForAll(c => string.Equals(c.Name, candidates[0].Name, StringComparison.Ordinal)
                && (!namespaces || string.Equals(c.Namespace, candidates[0].Namespace, StringComparison.Ordinal))))
            {
                return candidates[0];
            }

            throw new KustomizeException($"found multiple possible referrals: {string.Join(", ", candidates.Select(c => c.CurrentId))}", _resource.Source);
        }

        /// <summary>Whether kustomize would let this referrer see a resource at all.</summary>
        private bool CanRefer(Resource candidate)
        {
            if (_id.IsClusterScoped)
            {
                return true;
            }

            var id = candidate.CurrentId;
            return id.IsClusterScoped
                || string.Equals(id.EffectiveNamespace, _id.EffectiveNamespace, StringComparison.Ordinal)
                || _subjectNamespaces?.Contains(candidate.Namespace) == true;
        }

        private bool IsNear(Resource candidate)
        {
            if (_id.IsClusterScoped)
            {
                return true;
            }

            var id = candidate.CurrentId;
            return id.IsClusterScoped || candidate.Kind == "ServiceAccount" || string.Equals(id.EffectiveNamespace, _id.EffectiveNamespace, StringComparison.Ordinal);
        }

        private static bool WasSelected(Resource candidate, in Gvk target)
        {
            for (var i = 0; i < candidate.PreviousCount; i++)
            {
                if (candidate.PreviousIdAt(i).Gvk.IsSelected(target))
                {
                    return true;
                }
            }

            return false;
        }

        private Gvk? RoleRefGvk()
        {
            if (!_spec.Path.EndsWith("roleRef/name", StringComparison.Ordinal) || _resource.Root!["roleRef"] is not MapNode roleRef
                || roleRef["apiGroup"] is not { } group || roleRef["kind"] is not { } kind)
            {
                return null;
            }

            return new Gvk(Tree.Text(group), "", Tree.Text(kind));
        }

        private bool SameAffixes(Resource candidate, bool allowEmpty) =>
            SameEnd(candidate.Prefixes, _resource.Prefixes, allowEmpty) && SameEnd(candidate.Suffixes, _resource.Suffixes, allowEmpty);

        private static bool SameEnd(List<string> a, List<string> b, bool allowEmpty)
        {
            if (a.Count == 0 || b.Count == 0)
            {
                return allowEmpty || a.Count == b.Count;
            }

            for (var i = 1; i <= Math.Min(a.Count, b.Count); i++)
            {
                if (!string.Equals(a[^i], b[^i], StringComparison.Ordinal))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
