using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Building;

/// <summary>Resources as they stood before a validator saw them.</summary>
/// <remarks>kustomize compares its trees with all it knows of them, so a validator may not even write what is there already.</remarks>
internal sealed class ResourceSnapshot
{
    private const string ValidatedBy = "validated-by";

    private readonly List<MapNode> _roots;

    public ResourceSnapshot(ResourceSet resources) => _roots = [.. resources.Items.Select(r => r.WithBuildAnnotations())];

    /// <summary>The first resource that is not what it was; the label that validators may leave does not count.</summary>
    public string? FindChanged(ResourceSet resources)
    {
        if (resources.Count != _roots.Count)
        {
            return "the number of resources";
        }

        for (var i = 0; i < _roots.Count; i++)
        {
            var resource = resources.Items[i];
            if (resource.IsEmpty || !IsSame(_roots[i], WithoutMark(resource)))
            {
                return resource.ToString();
            }
        }

        return null;
    }

    private static MapNode WithoutMark(Resource resource)
    {
        var copy = resource.DeepCopy();
        var labels = copy.Labels();
        if (labels.Remove(ValidatedBy))
        {
            copy.SetLabels(labels);
        }

        return copy.WithBuildAnnotations();
    }

    private static bool IsSame(Node before, Node after)
    {
        switch (before, after)
        {
            case (MapNode x, MapNode y):
                if (x.Count != y.Count || x.IsFlow != y.IsFlow)
                {
                    return false;
                }

                for (var i = 0; i < x.Count; i++)
                {
                    if (y[x.EntryAt(i).Key] is not { } other || !IsSame(x.EntryAt(i).Value, other))
                    {
                        return false;
                    }
                }

                return true;
            case (ListNode x, ListNode y):
                return x.Count == y.Count && x.IsFlow == y.IsFlow && x.Zip(y).All(p => IsSame(p.First, p.Second));
            case (ScalarNode x, ScalarNode y):
                return (x.Kind, x.Style, x.Tag) == (y.Kind, y.Style, y.Tag) && string.Equals(x.Text, y.Text, StringComparison.Ordinal);
            default:
                return false;
        }
    }
}
