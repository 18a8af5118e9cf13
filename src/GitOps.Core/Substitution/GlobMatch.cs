namespace GitOps.Substitution;

/// <summary>Shell patterns with <c>*</c>, <c>?</c>, <c>[a-z]</c> and backslashes over UTF-8; a slash is a character like any other.</summary>
/// <remarks>A star takes bytes and <c>?</c> takes a byte that begins no character, as Flux's matcher does: half a character can match.</remarks>
internal static class GlobMatch
{
    private const int NoMatch = -1;
    private const int Malformed = -2;

    /// <summary>Whether a pattern matches a whole text; null when the pattern is malformed.</summary>
    public static bool? IsMatch(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        // The classic walk with one place to go back to: the last star.
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
                continue;
            }

            var taken = 1;
            var next = p < pattern.Length ? MatchOne(pattern, p, text[t..], out taken) : NoMatch;
            if (next == Malformed)
            {
                return null;
            }

            if (next >= 0)
            {
                p = next;
                t += taken;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }

    /// <summary>Where the pattern goes on after what it takes from the text's beginning.</summary>
    private static int MatchOne(ReadOnlySpan<byte> pattern, int p, ReadOnlySpan<byte> text, out int taken)
    {
        taken = 1;
        switch (pattern[p])
        {
            case (byte)'?':
                Utf8Pieces.CharacterAt(text, out taken);
                return p + 1;
            case (byte)'\\':
                return p + 1 >= pattern.Length ? Malformed : pattern[p + 1] == text[0] ? p + 2 : NoMatch;
            case (byte)'[':
                return MatchClass(pattern, p + 1, Utf8Pieces.CharacterAt(text, out taken));
            default:
                return pattern[p] == text[0] ? p + 1 : NoMatch;
        }
    }

    private static int MatchClass(ReadOnlySpan<byte> pattern, int p, int c)
    {
        var negated = p < pattern.Length && pattern[p] == '^';
        if (negated)
        {
            p++;
        }

        var matched = false;
        for (var ranges = 0; ; ranges++)
        {
            if (p >= pattern.Length)
            {
                return Malformed;
            }

            if (pattern[p] == ']' && ranges > 0)
            {
                return matched != negated ? p + 1 : NoMatch;
            }

            if (!TryRead(pattern, ref p, out var low))
            {
                return Malformed;
            }

            var high = low;
            if (pattern[p] == '-')
            {
                p++;
                if (!TryRead(pattern, ref p, out high))
                {
                    return Malformed;
                }
            }

            matched |= low <= c && c <= high;
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> pattern, ref int p, out int c)
    {
        c = 0;
        if (p >= pattern.Length || pattern[p] is (byte)'-' or (byte)']')
        {
            return false;
        }

        if (pattern[p] == '\\' && ++p >= pattern.Length)
        {
            return false;
        }

        c = Utf8Pieces.CharacterAt(pattern[p..], out var width);
        p += width;
        return p < pattern.Length;
    }
}
