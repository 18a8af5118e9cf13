using System.Text;
using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>A set of fields of an object: a tree of path elements, each a member or only on the way to one.</summary>
/// <remarks>Immutable. Nodes without any member below are never kept.</remarks>
internal sealed class FieldSet : IEquatable<FieldSet>
{
    private readonly Entry[] _entries;

    private FieldSet(Entry[] entries) => _entries = entries;

    /// <summary>The empty set.</summary>
    public static FieldSet Empty { get; } = new([]);

    /// <summary>Whether the set has no member.</summary>
    public bool IsEmpty => _entries.Length == 0;

    /// <summary>The entries at this level, sorted by element.</summary>
    public ReadOnlySpan<Entry> Entries => _entries;

    /// <summary>How many members the set has.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var entry in _entries)
            {
                count += (entry.IsMember ? 1 : 0) + (entry.Children?.Count ?? 0);
            }

            return count;
        }
    }

    /// <summary>Makes a set of paths, each a list of elements.</summary>
    /// <param name="paths">The paths.</param>
    /// <returns>The set.</returns>
    public static FieldSet Of(params IEnumerable<IReadOnlyList<string>> paths)
    {
        var set = Empty;
        foreach (var path in paths)
        {
            FieldSet? below = null;
            for (var i = path.Count - 1; i >= 0; i--)
            {
                below = new FieldSet([new Entry(path[i], below is null, below)]);
            }

            set = set.Union(below ?? Empty);
        }

        return set;
    }

    /// <summary>Makes a set of one path of field names.</summary>
    /// <param name="names">The names.</param>
    /// <returns>The set.</returns>
    public static FieldSet OfFields(params string[] names) => Of([names.Select(PathElement.Field).ToArray()]);

    /// <summary>The entry of an element.</summary>
    /// <param name="element">The element.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string element, out Entry entry)
    {
        var low = 0;
        var high = _entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_entries[middle].Element, element);
            if (order == 0)
            {
                entry = _entries[middle];
                return true;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        entry = default;
        return false;
    }

    /// <summary>Whether a path is a member.</summary>
    /// <param name="path">The elements.</param>
    /// <returns>Whether it is.</returns>
    public bool Has(IReadOnlyList<string> path)
    {
        var set = this;
        for (var i = 0; i < path.Count; i++)
        {
            if (!set.TryGet(path[i], out var entry))
            {
                return false;
            }

            if (i == path.Count - 1)
            {
                return entry.IsMember;
            }

            if (entry.Children is null)
            {
                return false;
            }

            set = entry.Children;
        }

        return false;
    }

    /// <summary>Members of either set.</summary>
    public FieldSet Union(FieldSet other) => Zip(other, static (a, b) => a is null ? b : b is null ? a
        : new Entry(a.Value.Element, a.Value.IsMember || b.Value.IsMember, a.Value.Children is null ? b.Value.Children : b.Value.Children is null ? a.Value.Children : a.Value.Children.Union(b.Value.Children)));

    /// <summary>Members of both sets.</summary>
    public FieldSet Intersection(FieldSet other) => Zip(other, static (a, b) => a is null || b is null ? null
        : new Entry(a.Value.Element, a.Value.IsMember && b.Value.IsMember, a.Value.Children is null || b.Value.Children is null ? null : a.Value.Children.Intersection(b.Value.Children)));

    /// <summary>Members of this set that the other has not. Members below a member of the other stay.</summary>
    public FieldSet Difference(FieldSet other) => IsEmpty || other.IsEmpty ? this : Zip(other, static (a, b) => a is null ? null : b is null ? a
        : new Entry(a.Value.Element, a.Value.IsMember && !b.Value.IsMember, a.Value.Children is null || b.Value.Children is null ? a.Value.Children : a.Value.Children.Difference(b.Value.Children)));

    /// <summary>Members of this set that neither are in the other nor lie below one of its members.</summary>
    public FieldSet RecursiveDifference(FieldSet other) => IsEmpty || other.IsEmpty ? this : Zip(other, static (a, b) => a is null ? null : b is null ? a
        : b.Value.IsMember ? null
        : new Entry(a.Value.Element, a.Value.IsMember, a.Value.Children is null || b.Value.Children is null ? a.Value.Children : a.Value.Children.RecursiveDifference(b.Value.Children)));

    /// <summary>
    /// Adds the named fields on the way to members: ownership records only leaves of structs, removal has to know the struct fields too.
    /// </summary>
    /// <param name="type">The type of the value that the set describes.</param>
    /// <returns>The set.</returns>
    public FieldSet WithNamedFields(SchemaType? type)
    {
        var entries = new Entry[_entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = _entries[i];
            if (entry.Children is null)
            {
                entries[i] = entry;
                continue;
            }

            var name = PathElement.FieldName(entry.Element);
            var member = entry.IsMember || (name is not null && type?.Kind == SchemaKind.Map && type.Field(name) is not null);
            var below = name is not null ? type?.TypeOf(name) : entry.Element[0] == 'k' ? type?.Items : null;
            entries[i] = new Entry(entry.Element, member, entry.Children.WithNamedFields(below));
        }

        return new FieldSet(entries);
    }

    /// <summary>All members as paths.</summary>
    /// <returns>The paths, in order.</returns>
    public IEnumerable<string[]> Paths()
    {
        var path = new List<string>();
        return Walk(this, path);

        static IEnumerable<string[]> Walk(FieldSet set, List<string> path)
        {
            foreach (var entry in set._entries)
            {
                path.Add(entry.Element);
                if (entry.IsMember)
                {
                    yield return [.. path];
                }

                if (entry.Children is not null)
                {
                    foreach (var below in Walk(entry.Children, path))
                    {
                        yield return below;
                    }
                }

                path.RemoveAt(path.Count - 1);
            }
        }
    }

    /// <summary>A path as people read it: <c>.spec.ports[port=80,protocol="TCP"].name</c>.</summary>
    /// <param name="path">The elements.</param>
    /// <returns>The text.</returns>
    public static string Display(IEnumerable<string> path)
    {
        var text = new StringBuilder();
        foreach (var element in path)
        {
            text.Append(PathElement.Display(element));
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(FieldSet? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || other._entries.Length != _entries.Length)
        {
            return false;
        }

        for (var i = 0; i < _entries.Length; i++)
        {
            var a = _entries[i];
            var b = other._entries[i];
            if (!string.Equals(a.Element, b.Element, StringComparison.Ordinal) || a.IsMember != b.IsMember || !(a.Children ?? Empty).Equals(b.Children ?? Empty))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var entry in _entries)
        {
            hash.Add(entry.Element, StringComparer.Ordinal);
            hash.Add(entry.IsMember);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', Paths().Select(Display));

    private FieldSet Zip(FieldSet other, Func<Entry?, Entry?, Entry?> combine)
    {
        var result = new List<Entry>(Math.Max(_entries.Length, other._entries.Length));
        int i = 0, j = 0;
        while (i < _entries.Length || j < other._entries.Length)
        {
            var order = i == _entries.Length ? 1
                : j == other._entries.Length ? -1
                : string.CompareOrdinal(_entries[i].Element, other._entries[j].Element);
            var combined = combine(order <= 0 ? _entries[i] : null, order >= 0 ? other._entries[j] : null);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
            if (combined is not { } entry)
            {
                continue;
            }

            if (entry.Children is { IsEmpty: true })
            {
                entry = entry with { Children = null };
            }

            if (entry.IsMember || entry.Children is not null)
            {
                result.Add(entry);
            }
        }

        return result.Count == 0 ? Empty : new FieldSet([.. result]);
    }

    /// <summary>One element at a level.</summary>
    /// <param name="Element">The element.</param>
    /// <param name="IsMember">Whether the path that ends here is a member.</param>
    /// <param name="Children">What lies below; <see langword="null"/> for nothing.</param>
    internal readonly record struct Entry(string Element, bool IsMember, FieldSet? Children);

    /// <summary>Collects the entries of one level.</summary>
    internal struct Builder
    {
        private List<Entry>? _list;
        private bool _unsorted;

        public readonly bool IsEmpty => _list is null;

        public void Add(string element, bool member, FieldSet? children)
        {
            if (children is { IsEmpty: true })
            {
                children = null;
            }

            if (!member && children is null)
            {
                return;
            }

            _list ??= [];
            _unsorted |= _list.Count > 0 && string.CompareOrdinal(_list[^1].Element, element) >= 0;
            _list.Add(new Entry(element, member, children));
        }

        public FieldSet Build()
        {
            if (_list is null)
            {
                return Empty;
            }

            if (_unsorted)
            {
                _list.Sort(static (a, b) => string.CompareOrdinal(a.Element, b.Element));
                var write = 0;
                for (var read = 1; read < _list.Count; read++)
                {
                    var last = _list[write];
                    var next = _list[read];
                    if (string.Equals(last.Element, next.Element, StringComparison.Ordinal))
                    {
                        var children = last.Children is null ? next.Children : next.Children is null ? last.Children : last.Children.Union(next.Children);
                        _list[write] = new Entry(last.Element, last.IsMember || next.IsMember, children);
                    }
                    else
                    {
                        _list[++write] = next;
                    }
                }

                _list.RemoveRange(write + 1, _list.Count - write - 1);
            }

            return new FieldSet([.. _list]);
        }
    }
}
