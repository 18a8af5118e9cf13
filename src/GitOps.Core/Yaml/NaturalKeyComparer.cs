using System.Text;

namespace GitOps.Yaml;

/// <summary>go-yaml's order of map keys: letters by code point, digit runs by value, all else before letters.</summary>
internal sealed class NaturalKeyComparer : IComparer<string>
{
    /// <summary>The order of go-yaml v2, which sigs.k8s.io/yaml writes with.</summary>
    public static NaturalKeyComparer V2 { get; } = new(lettersAfterDigits: false);

    /// <summary>The order of go-yaml v3: after a digit a letter goes first, so that <c>a1b</c> comes before <c>a1-</c>.</summary>
    public static NaturalKeyComparer V3 { get; } = new(lettersAfterDigits: true);

    private readonly bool _v3;

    private NaturalKeyComparer(bool lettersAfterDigits) => _v3 = lettersAfterDigits;

    public int Compare(string? x, string? y)
    {
        x ??= "";
        y ??= "";
        var length = Math.Min(x.Length, y.Length);
        var i = 0;
        while (i < length && x[i] == y[i])
        {
            i++;
        }

        if (i == length)
        {
            return x.Length.CompareTo(y.Length);
        }

        if (char.IsLowSurrogate(x[i]) && i > 0 && char.IsHighSurrogate(x[i - 1]))
        {
            i--;
        }

        var a = RuneAt(x, i);
        var b = RuneAt(y, i);
        var aLetter = Rune.IsLetter(a);
        var bLetter = Rune.IsLetter(b);
        if (aLetter && bLetter)
        {
            return a.CompareTo(b);
        }

        if (aLetter || bLetter)
        {
            var digits = _v3 && i > 0 && char.IsDigit(x[i - 1]);
            return digits == aLetter ? -1 : 1;
        }

        return CompareDigitRuns(x, y, i, a, b);
    }

    private static int CompareDigitRuns(string x, string y, int i, Rune a, Rune b)
    {
        long an = 0;
        long bn = 0;
        if (x[i] == '0' || y[i] == '0')
        {
            for (var j = i - 1; j >= 0 && char.IsDigit(x[j]); j--)
            {
                if (x[j] != '0')
                {
                    an = 1;
                    bn = 1;
                    break;
                }
            }
        }

        var ai = Run(x, i, ref an);
        var bi = Run(y, i, ref bn);
        return an != bn ? an.CompareTo(bn) : ai != bi ? ai.CompareTo(bi) : a.CompareTo(b);
    }

    private static int Run(string text, int at, ref long value)
    {
        // Overflow wraps as it does in Go.
        for (; at < text.Length && char.IsDigit(text[at]); at++)
        {
            value = unchecked((value * 10) + (text[at] - '0'));
        }

        return at;
    }

    private static Rune RuneAt(string text, int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune : Rune.ReplacementChar;
}
