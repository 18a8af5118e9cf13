namespace GitOps.Substitution;

/// <summary>Shell patterns with <c>*</c>, <c>?</c>, <c>[a-z]</c> and backslashes; a slash is a character like any other.</summary>
internal static class GlobMatch
{
    /// <summary>Whether a pattern matches a whole text; null when the pattern is malformed.</summary>
    public static bool? IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
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

            var next = p < pattern.Length ? MatchOne(pattern, p, text[t]) : -1;
            if (next == -2)
            {
                return null;
            }

            if (next >= 0)
            {
                p = next;
                t++;
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

    /// <summary>Where the pattern goes on after one character; -1 when it does not match, -2 when the pattern is malformed.</summary>
    private static int MatchOne(ReadOnlySpan<char> pattern, int p, char c)
    {
        switch (pattern[p])
        {
            case '?':
                return p + 1;
            case '\\':
                return p + 1 >= pattern.Length ? -2 : pattern[p + 1] == c ? p + 2 : -1;
            case '[':
                return MatchClass(pattern, p + 1, c);
            default:
                return pattern[p] == c ? p + 1 : -1;
        }
    }

    private static int MatchClass(ReadOnlySpan<char> pattern, int p, char c)
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
                return -2;
            }

            if (pattern[p] == ']' && ranges > 0)
            {
                return matched != negated ? p + 1 : -1;
            }

            if (!TryRead(pattern, ref p, out var low))
            {
                return -2;
            }

            var high = low;
            if (p < pattern.Length && pattern[p] == '-')
            {
                p++;
                if (!TryRead(pattern, ref p, out high))
                {
                    return -2;
                }
            }

            matched |= low <= c && c <= high;
        }
    }

    private static bool TryRead(ReadOnlySpan<char> pattern, ref int p, out char c)
    {
        c = '\0';
        if (p >= pattern.Length || pattern[p] is '-' or ']')
        {
            return false;
        }

        if (pattern[p] == '\\' && ++p >= pattern.Length)
        {
            return false;
        }

        c = pattern[p++];
        return p < pattern.Length;
    }
}
