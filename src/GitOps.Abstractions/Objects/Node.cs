namespace GitOps;

/// <summary>
/// One node of an object tree: a <see cref="MapNode"/>, a <see cref="ListNode"/> or a <see cref="ScalarNode"/>.
/// YAML and JSON are read into it, kustomize and Helm produce it, merging and diffing work on it.
/// </summary>
/// <remarks>
/// A tree keeps field order, the source text of every scalar and its resolved kind, and source positions.
/// Nodes are mutable and not thread-safe while they are changed; a tree that nobody changes may be read from any number of threads.
/// A node belongs to one parent at a time: use <see cref="DeepClone"/> to put a copy elsewhere.
/// </remarks>
public abstract class Node
{
    private protected Node()
    {
    }

    /// <summary>The line in the source where the node starts, from 1; 0 when the node was not read from a text.</summary>
    public int Line { get; set; }

    /// <summary>The column in the source where the node starts, from 1; 0 when the node was not read from a text.</summary>
    public int Column { get; set; }

    /// <summary>Whether this is a scalar of kind <see cref="ScalarKind.Null"/>.</summary>
    public bool IsNull => this is ScalarNode { Kind: ScalarKind.Null };

    /// <summary>Makes an independent copy of the node and all below it; positions are kept.</summary>
    /// <returns>The copy.</returns>
    public abstract Node DeepClone();

    /// <summary>
    /// Whether two trees hold the same data: same kinds and values, list items in the same order, map entries in any order.
    /// Numbers are the same when their values are (<c>1</c> and <c>1.0</c>); positions and styles do not count.
    /// </summary>
    /// <param name="left">One tree, or <see langword="null"/>.</param>
    /// <param name="right">The other tree, or <see langword="null"/>.</param>
    /// <returns><see langword="true"/> when both hold the same data.</returns>
    public static bool DeepEquals(Node? left, Node? right) => NodeComparer.Equal(left, right);
}
