using GitOps.Kustomize.Definition;

namespace GitOps.Kustomize.Resources;

/// <summary>The resources of a build, in order, with an index by id that is made when it is needed.</summary>
internal sealed class ResourceSet
{
    private readonly List<Resource> _items = [];
    private Dictionary<ResId.Key, int>? _currentIds;
    private Dictionary<ResId.Key, List<Resource>>? _anyIds;

    public IReadOnlyList<Resource> Items => _items;

    public int Count => _items.Count;

    /// <summary>Says that ids may have changed.</summary>
    public void Touch()
    {
        _currentIds = null;
        _anyIds = null;
    }

    public void Append(Resource resource)
    {
        _currentIds ??= CountIds();
        var key = resource.CurrentId.Identity;
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_currentIds, key, out _);
        if (count > 0)
        {
            throw new KustomizeException($"may not add resource with an already registered id: {resource.CurrentId}{At(resource)}", resource.Source);
        }

        count = 1;
        _items.Add(resource);
        _anyIds = null;
    }

    public void AppendAll(ResourceSet other)
    {
        foreach (var resource in other._items)
        {
            Append(resource);
        }
    }

    public void Replace(int index, Resource resource)
    {
        _items[index] = resource;
        Touch();
    }

    public int IndexOf(Resource resource) => _items.IndexOf(resource);

    public void DropEmpties()
    {
        if (_items.RemoveAll(r => r.IsEmpty) > 0)
        {
            Touch();
        }
    }

    public void Reset(IEnumerable<Resource> resources)
    {
        var kept = resources.ToList();
        _items.Clear();
        _items.AddRange(kept);
        Touch();
    }

    /// <summary>The resources that have, or ever had, an id.</summary>
    public List<Resource> WithAnyId(in ResId id)
    {
        _anyIds ??= IndexAnyIds();
        return _anyIds.GetValueOrDefault(id.Identity) ?? [];
    }

    public IEnumerable<Resource> WithAnyId(Func<ResId, bool> matches)
    {
        foreach (var resource in _items)
        {
            if (resource.IsEmpty)
            {
                continue;
            }

            var found = matches(resource.CurrentId);
            for (var i = 0; i < resource.PreviousCount && !found; i++)
            {
                found = matches(resource.PreviousIdAt(i));
            }

            if (found)
            {
                yield return resource;
            }
        }
    }

    public List<Resource> Select(Selector selector)
    {
        var match = new SelectorMatch(selector);
        var result = new List<Resource>();
        foreach (var resource in _items)
        {
            if (match.Matches(resource))
            {
                result.Add(resource);
            }
        }

        return result;
    }

    public Dictionary<ResId.Key, int> CountIds()
    {
        var ids = new Dictionary<ResId.Key, int>(_items.Count);
        foreach (var item in _items)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(ids, item.CurrentId.Identity, out _)++;
        }

        return ids;
    }

    public static string At(Resource resource) => resource.Source is { File.Length: > 0 } source ? $" (from {source})" : "";

    private Dictionary<ResId.Key, List<Resource>> IndexAnyIds()
    {
        var index = new Dictionary<ResId.Key, List<Resource>>(_items.Count);
        foreach (var resource in _items)
        {
            if (resource.IsEmpty)
            {
                continue;
            }

            for (var i = 0; i < resource.PreviousCount; i++)
            {
                Add(index, resource.PreviousIdAt(i).Identity, resource);
            }

            Add(index, resource.CurrentId.Identity, resource);
        }

        return index;
    }

    private static void Add(Dictionary<ResId.Key, List<Resource>> index, ResId.Key key, Resource resource)
    {
        ref var list = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(index, key, out _);
        list ??= [];
        if (list.Count == 0 || !ReferenceEquals(list[^1], resource))
        {
            list.Add(resource);
        }
    }
}
