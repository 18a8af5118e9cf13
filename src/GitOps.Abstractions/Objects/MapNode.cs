using System.Collections;

namespace GitOps;

/// <summary>A map of an object tree; it keeps the order of its entries and holds each key once.</summary>
public sealed class MapNode : Node, IReadOnlyCollection<MapEntry>
{
    // Kubernetes maps are small: a scan over a dozen keys beats hashing, and most maps never pay for an index.
    private const int IndexThreshold = 16;

    private MapEntry[] _entries;
    private int _count;
    private Dictionary<string, int>? _index;

    /// <summary>Makes an empty map.</summary>
    public MapNode()
        : this(0)
    {
    }

    /// <summary>Makes an empty map with room for some entries.</summary>
    /// <param name="capacity">How many entries to make room for.</param>
    public MapNode(int capacity) => _entries = capacity == 0 ? [] : new MapEntry[capacity];

    /// <summary>Whether the map was written in braces: what stands in them is written by other rules.</summary>
    internal bool IsFlow { get; set; }

    /// <summary>Entries with keys that the map has already, where a reader keeps them to be refused later.</summary>
    internal List<MapEntry>? Repeats { get; set; }

    /// <summary>How many entries the map has.</summary>
    public int Count => _count;

    /// <summary>The value of a key: <see langword="null"/> when the key is absent. Setting keeps the place of a known key and appends a new one.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The value, or <see langword="null"/>.</returns>
    public Node? this[string key]
    {
        get
        {
            var i = IndexOf(key);
            return i < 0 ? null : _entries[i].Value;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Set(key, value);
        }
    }

    /// <summary>The keys, in order.</summary>
    public IEnumerable<string> Keys
    {
        get
        {
            for (var i = 0; i < _count; i++)
            {
                yield return _entries[i].Key;
            }
        }
    }

    /// <summary>The entry at a place.</summary>
    /// <param name="index">The place, from 0.</param>
    /// <returns>A reference to the entry, good until the map changes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public ref readonly MapEntry EntryAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count, nameof(index));
        return ref _entries[index];
    }

    /// <summary>The place of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The place from 0, or -1 when the key is absent.</returns>
    public int IndexOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_count > IndexThreshold)
        {
            return Index().TryGetValue(key, out var at) ? at : -1;
        }

        for (var i = 0; i < _count; i++)
        {
            if (string.Equals(_entries[i].Key, key, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether the map has a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> when it has, even with a null value.</returns>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <summary>Sets a key: a known key keeps its place, a new one is appended.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public void Set(string key, Node value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var i = IndexOf(key);
        if (i >= 0)
        {
            _entries[i] = _entries[i] with { Value = value };
        }
        else
        {
            Append(new MapEntry(key, value));
        }
    }

    /// <summary>Sets a key to a string.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The string.</param>
    public void Set(string key, string value) => Set(key, ScalarNode.String(value));

    /// <summary>Appends an entry with a key that the map does not have yet.</summary>
    /// <param name="entry">The entry.</param>
    /// <exception cref="ArgumentException">The map has the key already.</exception>
    public void Add(in MapEntry entry)
    {
        if (!TryAdd(entry))
        {
            throw new ArgumentException($"The map has a key '{entry.Key}' already.", nameof(entry));
        }
    }

    /// <summary>Appends an entry unless the map has its key already.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns><see langword="false"/> when the map has the key; it is then unchanged.</returns>
    public bool TryAdd(in MapEntry entry)
    {
        if (IndexOf(entry.Key) >= 0)
        {
            return false;
        }

        Append(entry);
        return true;
    }

    /// <summary>Inserts an entry at a place.</summary>
    /// <param name="index">The place, from 0 to <see cref="Count"/>.</param>
    /// <param name="entry">The entry; its key must be new to the map.</param>
    /// <exception cref="ArgumentException">The map has the key already.</exception>
    public void Insert(int index, in MapEntry entry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)index, (uint)_count, nameof(index));
        if (IndexOf(entry.Key) >= 0)
        {
            throw new ArgumentException($"The map has a key '{entry.Key}' already.", nameof(entry));
        }

        Grow();
        Array.Copy(_entries, index, _entries, index + 1, _count - index);
        _entries[index] = entry;
        _count++;
        _index = null;
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the map had it.</returns>
    public bool Remove(string key)
    {
        var i = IndexOf(key);
        if (i < 0)
        {
            return false;
        }

        RemoveAt(i);
        return true;
    }

    /// <summary>Removes the entry at a place.</summary>
    /// <param name="index">The place, from 0.</param>
    public void RemoveAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count, nameof(index));
        _count--;
        Array.Copy(_entries, index + 1, _entries, index, _count - index);
        _entries[_count] = default;
        _index = null;
    }

    /// <summary>Removes all entries.</summary>
    public void Clear()
    {
        Array.Clear(_entries, 0, _count);
        _count = 0;
        _index = null;
    }

    /// <summary>Sorts the entries by key.</summary>
    /// <param name="comparer">How to compare keys.</param>
    public void Sort(IComparer<string> comparer)
    {
        ArgumentNullException.ThrowIfNull(comparer);
        var sorted = true;
        for (var i = 1; i < _count && sorted; i++)
        {
            sorted = comparer.Compare(_entries[i - 1].Key, _entries[i].Key) <= 0;
        }

        if (!sorted)
        {
            Array.Sort(_entries, 0, _count, Comparer<MapEntry>.Create((a, b) => comparer.Compare(a.Key, b.Key)));
            _index = null;
        }
    }

    /// <summary>The map below a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The map, or <see langword="null"/> when the key is absent or holds something else.</returns>
    public MapNode? GetMap(string key) => this[key] as MapNode;

    /// <summary>The list below a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The list, or <see langword="null"/> when the key is absent or holds something else.</returns>
    public ListNode? GetList(string key) => this[key] as ListNode;

    /// <summary>The text of the scalar below a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The text, or <see langword="null"/> when the key is absent, null, or holds a map or list.</returns>
    public string? GetString(string key) => this[key] is ScalarNode { Kind: not ScalarKind.Null } scalar ? scalar.Text : null;

    /// <summary>The map below a key, made and appended when the key is absent or null.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The map.</returns>
    /// <exception cref="InvalidOperationException">The key holds a list or a scalar.</exception>
    public MapNode GetOrAddMap(string key)
    {
        switch (this[key])
        {
            case MapNode map:
                return map;
            case null or ScalarNode { Kind: ScalarKind.Null }:
                var made = new MapNode();
                Set(key, made);
                return made;
            default:
                throw new InvalidOperationException($"The field '{key}' is not a map.");
        }
    }

    /// <inheritdoc/>
    public override Node DeepClone()
    {
        var clone = new MapNode(_count) { Line = Line, Column = Column, IsFlow = IsFlow, _count = _count };
        for (var i = 0; i < _count; i++)
        {
            clone._entries[i] = _entries[i] with { Value = _entries[i].Value.DeepClone() };
        }

        clone.Repeats = Repeats?.ConvertAll(r => r with { Value = r.Value.DeepClone() });
        return clone;
    }

    /// <inheritdoc/>
    public IEnumerator<MapEntry> GetEnumerator()
    {
        for (var i = 0; i < _count; i++)
        {
            yield return _entries[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Append(in MapEntry entry)
    {
        Grow();
        _index?.Add(entry.Key, _count);
        _entries[_count++] = entry;
    }

    private void Grow()
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count == 0 ? 4 : _count * 2);
        }
    }

    private Dictionary<string, int> Index()
    {
        // Readers on several threads may build it twice; both results are the same and either may win.
        if (_index is { } known)
        {
            return known;
        }

        var index = new Dictionary<string, int>(_count, StringComparer.Ordinal);
        for (var i = 0; i < _count; i++)
        {
            index.Add(_entries[i].Key, i);
        }

        _index = index;
        return index;
    }
}
