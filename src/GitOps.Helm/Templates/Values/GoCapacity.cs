namespace GitOps.Helm.Templates;

/// <summary>The capacities that Go's <c>append</c> gives to slices.</summary>
internal static class GoCapacity
{
    /// <summary>The size of a string and of an interface value.</summary>
    public const int WordPair = 16;

    private const int DoubledBelow = 256;
    private const int HeaderFrom = 512;
    private const int Header = 8;
    private const int PageSize = 8192;

    // The sizes of Go's allocator; larger ones are whole pages.
    private static readonly int[] Sizes =
    [
        8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024,
        1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5120, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288,
        13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
    ];

    /// <summary>The capacity of a slice that grew from nothing, one item at a time.</summary>
    /// <param name="count">How many items it has.</param>
    /// <param name="itemSize">The size of an item in bytes; <see cref="WordPair"/> means that items hold pointers.</param>
    /// <returns>The capacity.</returns>
    public static int Grown(int count, int itemSize = WordPair)
    {
        var capacity = 0;
        while (capacity < count)
        {
            capacity = Append(capacity, capacity + 1, itemSize);
        }

        return capacity;
    }

    /// <summary>The capacity of a slice after an append that no longer fitted.</summary>
    /// <param name="capacity">What it was.</param>
    /// <param name="count">How many items there are now.</param>
    /// <param name="itemSize">The size of an item in bytes.</param>
    /// <returns>The new capacity.</returns>
    public static int Append(int capacity, int count, int itemSize = WordPair)
    {
        var wanted = capacity < DoubledBelow ? capacity * 2 : capacity + ((capacity + (3 * DoubledBelow)) / 4);
        return Allocated(Math.Max(wanted, count) * (long)itemSize, itemSize == WordPair) / itemSize;
    }

    /// <summary>What the places after a slice's last item hold.</summary>
    /// <param name="list">A slice of any type.</param>
    /// <returns>One value a place.</returns>
    public static IReadOnlyList<object?> Beyond(object list) => list switch
    {
        NilList => [],
        GoSlice slice => slice.Beyond ?? new object?[slice.Spare],
        List<object?> grown => new object?[Grown(grown.Count) - grown.Count],
        TypedList { Beyond: { } beyond } => beyond,
        TypedList { Spare: > 0 } typed => [.. Enumerable.Repeat(typed.Element.Zero, typed.Spare)],
        _ => [],
    };

    private static int Allocated(long size, bool pointers)
    {
        var header = pointers && size > HeaderFrom ? Header : 0;
        if (size > Sizes[^1] - Header)
        {
            return (int)((size + PageSize - 1) / PageSize * PageSize);
        }

        var at = Array.BinarySearch(Sizes, (int)size + header);
        return Sizes[at < 0 ? ~at : at] - header;
    }
}
