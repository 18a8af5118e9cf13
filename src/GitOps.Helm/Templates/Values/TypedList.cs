namespace GitOps.Helm.Templates;

/// <summary>A Go slice whose element type is not <c>interface {}</c>, for example <c>[]string</c>.</summary>
internal class TypedList : IGoNamed
{
    public TypedList(string typeName, GoType element, IReadOnlyList<object?> items)
    {
        TypeName = typeName;
        Element = element;
        Items = items;
    }

    /// <inheritdoc/>
    public string TypeName { get; }

    /// <summary>The type of the items.</summary>
    public GoType Element { get; }

    /// <summary>The items.</summary>
    public IReadOnlyList<object?> Items { get; }

    /// <summary>Whether the slice is nil: it behaves as an empty one but is <c>null</c> in JSON and YAML.</summary>
    public bool IsNil { get; init; }

    /// <summary>How many unused places follow the last item.</summary>
    public int Spare { get; init; }

    /// <summary>What the places after the last item hold; <see langword="null"/> when they hold zeros.</summary>
    public IReadOnlyList<object?>? Beyond { get; init; }

    /// <summary>Makes a <c>[]string</c>.</summary>
    /// <param name="items">The items; every one is a string.</param>
    /// <returns>The slice.</returns>
    public static TypedList OfStrings(IReadOnlyList<object?> items) => new("[]string", GoType.String, items);

    /// <summary>Makes a <c>[]int</c> that grew item by item.</summary>
    /// <param name="items">The items; every one is a <see cref="nint"/>.</param>
    /// <returns>The slice.</returns>
    public static TypedList OfInts(IReadOnlyList<object?> items) => new("[]int", GoType.Int, items) { Spare = GoCapacity.Grown(items.Count, sizeof(long)) - items.Count };
}
