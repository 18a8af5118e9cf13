namespace GitOps.Kustomize.Trees;

/// <summary>Orders text by its UTF-8 bytes, as Go does; UTF-16 puts characters beyond U+FFFF elsewhere.</summary>
internal sealed class Utf8KeyComparer : IComparer<string>
{
    public static Utf8KeyComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var a = x.AsSpan();
        var b = y.AsSpan();
        var same = a.CommonPrefixLength(b);
        if (same == a.Length || same == b.Length)
        {
            return a.Length.CompareTo(b.Length);
        }

        var (c, d) = (a[same], b[same]);
        return char.IsSurrogate(c) != char.IsSurrogate(d) ? (char.IsSurrogate(c) ? 1 : -1) : c.CompareTo(d);
    }
}
