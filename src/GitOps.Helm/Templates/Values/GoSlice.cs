namespace GitOps.Helm.Templates;

/// <summary>
/// A <c>[]interface {}</c> whose capacity is not what appending one item at a time would have given. Go lets a slice be sliced again up to its
/// capacity, so what lies after its last item can be seen.
/// </summary>
internal sealed class GoSlice : List<object?>
{
    /// <summary>Makes a slice that is as long as its capacity.</summary>
    /// <param name="items">The items.</param>
    public GoSlice(IEnumerable<object?> items)
        : base(items)
    {
    }

    /// <summary>How many unused places follow the last item.</summary>
    public int Spare { get; init; }

    /// <summary>What the places after the last item hold; <see langword="null"/> when they hold nothing.</summary>
    public IReadOnlyList<object?>? Beyond { get; init; }
}
