using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Transformers;

/// <summary>Sorts resources in kustomize's legacy order.</summary>
internal sealed class SortTransformer : ITransformer
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public SortTransformer(LegacySort? options = null)
    {
        var first = options?.OrderFirst ?? Gvk.OrderFirst;
        for (var i = 0; i < first.Count; i++)
        {
            _places[first[i]] = i - first.Count;
        }

        var last = options?.OrderLast ?? Gvk.OrderLast;
        for (var i = 0; i < last.Count; i++)
        {
            _places[last[i]] = i + 1;
        }
    }

    public void Transform(ResourceSet resources)
    {
        var keys = resources.Items.Select(r => new Key(r, r.CurrentId)).ToArray();
        Array.Sort(keys, Compare);
        resources.Reset([]);
        foreach (var key in keys)
        {
            resources.Append(key.Resource);
        }
    }

    private int Compare(Key x, Key y)
    {
        if (x.Id.Gvk == y.Id.Gvk)
        {
            return string.CompareOrdinal(x.Text, y.Text);
        }

        var place = _places.GetValueOrDefault(x.Id.Gvk.Kind).CompareTo(_places.GetValueOrDefault(y.Id.Gvk.Kind));
        if (place != 0)
        {
            return place;
        }

        // Core Namespaces go before Namespaces of other groups.
        var order = string.CompareOrdinal(x.Id.Gvk.SortText(), y.Id.Gvk.SortText());
        return x.Id.Gvk.Kind == "Namespace" && y.Id.Gvk.Kind == "Namespace" && (x.Id.Gvk.Group.Length == 0 || y.Id.Gvk.Group.Length == 0) ? -order : order;
    }

    private sealed record Key(Resource Resource, ResId Id)
    {
        public string Text { get; } = $"{(Id.Namespace.Length == 0 ? "~X" : Id.Namespace)}|{(Id.Name.Length == 0 ? "~N" : Id.Name)}";
    }
}
