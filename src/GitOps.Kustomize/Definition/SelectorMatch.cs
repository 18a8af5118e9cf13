using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Definition;

/// <summary>A selector, ready to be tried on resources.</summary>
internal sealed class SelectorMatch
{
    private readonly GoRegex? _group;
    private readonly GoRegex? _version;
    private readonly GoRegex? _kind;
    private readonly GoRegex? _name;
    private readonly GoRegex? _namespace;
    private readonly LabelSelector _labels;
    private readonly LabelSelector _annotations;

    public SelectorMatch(Selector selector)
    {
        _group = Part(selector.Gvk.Group);
        _version = Part(selector.Gvk.Version);
        _kind = Part(selector.Gvk.Kind);
        _name = Part(selector.Name);
        _namespace = Part(selector.Namespace);
        _labels = LabelSelector.Parse(selector.LabelSelector);
        _annotations = LabelSelector.Parse(selector.AnnotationSelector);
    }

    public bool Matches(Resource resource)
    {
        var gvk = resource.Gvk;
        if (!MatchesGvk(gvk))
        {
            return false;
        }

        if (_namespace is not null || _name is not null)
        {
            var original = resource.OriginalId;
            var current = resource.CurrentId;
            if (!MatchesNamespace(original.EffectiveNamespace) && !MatchesNamespace(current.EffectiveNamespace))
            {
                return false;
            }

            if (!MatchesName(original.Name) && !MatchesName(current.Name))
            {
                return false;
            }
        }

        return MatchesMetadata(resource);
    }

    public bool MatchesGvk(in Gvk gvk) =>
        (_kind is null || _kind.IsMatch(gvk.Kind)) && (_group is null || _group.IsMatch(gvk.Group)) && (_version is null || _version.IsMatch(gvk.Version));

    public bool MatchesName(string name) => _name is null || _name.IsMatch(name);

    public bool MatchesNamespace(string ns) => _namespace is null || _namespace.IsMatch(ns);

    public bool MatchesMetadata(Resource resource) =>
        (_labels.IsEmpty || _labels.Matches(resource.Root, "labels")) && (_annotations.IsEmpty || _annotations.Matches(resource.Root, "annotations"));

    private static GoRegex? Part(string pattern) => pattern.Length == 0 ? null : GoRegex.Whole(pattern);
}
