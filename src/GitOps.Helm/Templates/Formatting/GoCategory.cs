using System.Globalization;

namespace GitOps.Helm.Templates;

/// <summary>
/// What Go knows of a code point. Go is at Unicode 15; the runtime is newer, and what it knows more of has no category,
/// is not printed as it is and has neither upper nor lower case.
/// </summary>
internal static class GoCategory
{
    // Pairs of bounds: code points that Unicode got after version 15.
    private static readonly int[] s_later =
    [
        0x897, 0x897, 0x1b4e, 0x1b4f, 0x1b7f, 0x1b7f, 0x1c89, 0x1c8a, 0x2427, 0x2429, 0x2ffc, 0x2fff, 0x31e4, 0x31e5, 0x31ef, 0x31ef, 0xa7cb, 0xa7cd,
        0xa7da, 0xa7dc, 0x105c0, 0x105f3, 0x10d40, 0x10d65, 0x10d69, 0x10d85, 0x10d8e, 0x10d8f, 0x10ec2, 0x10ec4, 0x10efc, 0x10efc, 0x11380, 0x11389,
        0x1138b, 0x1138b, 0x1138e, 0x1138e, 0x11390, 0x113b5, 0x113b7, 0x113c0, 0x113c2, 0x113c2, 0x113c5, 0x113c5, 0x113c7, 0x113ca, 0x113cc,
        0x113d5, 0x113d7, 0x113d8, 0x113e1, 0x113e2, 0x116d0, 0x116e3, 0x11bc0, 0x11be1, 0x11bf0, 0x11bf9, 0x11f5a, 0x11f5a, 0x13460, 0x143fa,
        0x16100, 0x16139, 0x16d40, 0x16d79, 0x18cff, 0x18cff, 0x1cc00, 0x1ccf9, 0x1cd00, 0x1ceb3, 0x1e5d0, 0x1e5fa, 0x1e5ff, 0x1e5ff, 0x1f8b2,
        0x1f8bb, 0x1f8c0, 0x1f8c1, 0x1fa89, 0x1fa89, 0x1fa8f, 0x1fa8f, 0x1fabe, 0x1fabe, 0x1fac6, 0x1fac6, 0x1fadc, 0x1fadc, 0x1fadf, 0x1fadf,
        0x1fae9, 0x1fae9, 0x1fbcb, 0x1fbef, 0x2ebf0, 0x2ee5d,
    ];

    /// <summary>The category of a code point.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Its category in Unicode 15.</returns>
    public static UnicodeCategory Of(int codePoint) => !IsKnown(codePoint) ? UnicodeCategory.OtherNotAssigned
        : codePoint == 0x1171E ? UnicodeCategory.NonSpacingMark : CharUnicodeInfo.GetUnicodeCategory(codePoint);

    /// <summary>Whether Unicode 15 has no less of this code point than the runtime.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>False for one that came later.</returns>
    public static bool IsKnown(int codePoint)
    {
        if (codePoint < s_later[0])
            return true;
        var at = Array.BinarySearch(s_later, codePoint);

        // A bound itself is inside; between the bounds of a pair, the next bound is an upper one.
        return at < 0 && (~at & 1) == 0;
    }
}
