using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Merging;

/// <summary>The items of a list, found and replaced by the values of their key fields.</summary>
internal sealed class KeyedList
{
    // Below this a scan is faster than an index.
    private const int IndexThreshold = 24;

    private readonly List<Node> _items;
    private Dictionary<string, int>? _index;
    private string _indexKey = "";

    public KeyedList(ListNode? list = null) => _items = list is null ? [] : [.. list];

    public IReadOnlyList<Node> Items => _items;

    public void Append(Node item)
    {
        _items.Add(item);
        _index = null;
    }

    /// <summary>The first item with some key values; a missing key never matches.</summary>
    public Node? Find(string[] keys, string[] values)
    {
        if (keys.Length != values.Length && keys[0].Length > 0)
        {
            return null;
        }

        if (keys.Length == 1 && _items.Count > IndexThreshold)
        {
            return Index(keys[0]).TryGetValue(values[0], out var at) ? _items[at] : null;
        }

        foreach (var item in _items)
        {
            if (IsMatch(item, keys, values))
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>Replaces every item with some key values, or appends one; null removes them.</summary>
    public void Set(Node? element, string[] keys, string[] values)
    {
        if (element is not null && keys.Length == 1 && values.Length == 1 && values[0].Length > 0 && _items.Count > IndexThreshold && TrySetByIndex(element, keys[0], values[0]))
        {
            return;
        }

        var byKey = keys.Length > 0 && keys[0].Length > 0 && values.Length > 0 && values[0].Length > 0;
        var found = false;
        var kept = new List<Node>(_items.Count + 1);
        foreach (var item in _items)
        {
            if (Tree.IsEmptyMap(item))
            {
                continue;
            }

            if (item is not MapNode && byKey)
            {
                kept.Add(item);
                continue;
            }

            if (!IsSetterMatch(item, keys, values))
            {
                if (values.Length > 0)
                {
                    kept.Add(item);
                }

                continue;
            }

            found = true;
            if (element is not null)
            {
                kept.Add(element);
            }
        }

        if (element is not null && !element.IsNull && !found)
        {
            kept.Add(element);
        }

        _items.Clear();
        _items.AddRange(kept);
        _index = null;
    }

    /// <summary>Puts the items into a list node.</summary>
    public ListNode ToList(ListNode template)
    {
        var list = new ListNode { Line = template.Line, Column = template.Column };
        foreach (var item in _items)
        {
            list.Add(item);
        }

        return list;
    }

    private bool TrySetByIndex(Node element, string key, string value)
    {
        var index = Index(key);
        if (index.TryGetValue("\0duplicates", out _))
        {
            return false;
        }

        if (index.TryGetValue(value, out var at))
        {
            _items[at] = element;
        }
        else
        {
            index.Add(value, _items.Count);
            _items.Add(element);
        }

        return true;
    }

    private Dictionary<string, int> Index(string key)
    {
        if (_index is not null && string.Equals(_indexKey, key, StringComparison.Ordinal))
        {
            return _index;
        }

        var index = new Dictionary<string, int>(_items.Count, StringComparer.Ordinal);
        for (var i = 0; i < _items.Count; i++)
        {
            var item = _items[i];
            var value = key.Length == 0 ? item as ScalarNode : (item as MapNode)?[key];
            if (Tree.IsEmptyMap(item) || value is null)
            {
                index.TryAdd("\0duplicates", 0);
            }
            else if (!index.TryAdd(Tree.Text(value), i))
            {
                index.TryAdd("\0duplicates", 0);
            }
        }

        _index = index;
        _indexKey = key;
        return index;
    }

    private static bool IsMatch(Node item, string[] keys, string[] values)
    {
        if (keys[0].Length == 0)
        {
            return string.Equals(Tree.Text(item), values[0], StringComparison.Ordinal);
        }

        if (item is not MapNode map)
        {
            return false;
        }

        for (var k = 0; k < keys.Length; k++)
        {
            if (map[keys[k]] is not { } field || !string.Equals(Tree.Text(field), values[k], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSetterMatch(Node item, string[] keys, string[] values)
    {
        for (var k = 0; k < keys.Length; k++)
        {
            if (k >= values.Length)
            {
                // Without a value for the key the last answer stands, which is a match unless there was none at all.
                if (values.Length == 0)
                {
                    return false;
                }

                continue;
            }

            if (keys[k].Length == 0)
            {
                if (item is not ScalarNode)
                {
                    throw Tree.WrongKind("ScalarNode", item);
                }

                if (!string.Equals(Tree.Value(item), values[k], StringComparison.Ordinal))
                {
                    return false;
                }

                continue;
            }

            if (item is not MapNode map)
            {
                throw Tree.WrongKind("MappingNode", item);
            }

            // An empty value asks only for the field to be there.
            if (map[keys[k]] is not { } field || (values[k].Length > 0 && !string.Equals(Tree.Text(field), values[k], StringComparison.Ordinal)))
            {
                return false;
            }
        }

        return true;
    }
}
