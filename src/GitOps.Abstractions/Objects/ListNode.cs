using System.Collections;

namespace GitOps;

/// <summary>A list of an object tree.</summary>
public sealed class ListNode : Node, IReadOnlyList<Node>
{
    private readonly List<Node> _items;

    /// <summary>Makes an empty list.</summary>
    public ListNode() => _items = [];

    /// <summary>Makes a list of some items.</summary>
    /// <param name="items">The items; each becomes part of the list.</param>
    public ListNode(IEnumerable<Node> items) => _items = [.. items];

    /// <summary>Whether the list was written in brackets: what stands in them is written by other rules.</summary>
    internal bool IsFlow { get; set; }

    /// <summary>How many items the list has.</summary>
    public int Count => _items.Count;

    /// <summary>The item at a place.</summary>
    /// <param name="index">The place, from 0.</param>
    /// <returns>The item.</returns>
    public Node this[int index]
    {
        get => _items[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _items[index] = value;
        }
    }

    /// <summary>Appends an item.</summary>
    /// <param name="item">The item.</param>
    public void Add(Node item)
    {
        ArgumentNullException.ThrowIfNull(item);
        _items.Add(item);
    }

    /// <summary>Inserts an item.</summary>
    /// <param name="index">The place, from 0 to <see cref="Count"/>.</param>
    /// <param name="item">The item.</param>
    public void Insert(int index, Node item)
    {
        ArgumentNullException.ThrowIfNull(item);
        _items.Insert(index, item);
    }

    /// <summary>Removes the item at a place.</summary>
    /// <param name="index">The place, from 0.</param>
    public void RemoveAt(int index) => _items.RemoveAt(index);

    /// <summary>Removes the items that a test picks.</summary>
    /// <param name="match">The test.</param>
    /// <returns>How many were removed.</returns>
    public int RemoveAll(Predicate<Node> match) => _items.RemoveAll(match);

    /// <summary>Removes all items.</summary>
    public void Clear() => _items.Clear();

    /// <inheritdoc/>
    public override Node DeepClone()
    {
        var clone = new ListNode { Line = Line, Column = Column, IsFlow = IsFlow };
        clone._items.EnsureCapacity(_items.Count);
        foreach (var item in _items)
        {
            clone._items.Add(item.DeepClone());
        }

        return clone;
    }

    /// <inheritdoc/>
    public IEnumerator<Node> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
