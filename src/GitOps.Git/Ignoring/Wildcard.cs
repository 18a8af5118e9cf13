namespace GitOps.Git;

/// <summary>Matches one path segment against a shell pattern: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a]</c>, <c>[[:digit:]]</c>, <c>\x</c>.</summary>
internal static class Wildcard
{
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, starP = -1, starT = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starP = ++p;
                starT = t;
                continue;
            }

            var next = p;
            var isBroken = false;
            if (p < pattern.Length && MatchOne(pattern, ref next, text[t], out isBroken))
            {
                p = next;
                t++;
                continue;
            }

            // A set that does not end, or an escape of nothing, matches nothing wherever a star puts it.
            if (isBroken)
            {
                return false;
            }

            if (starP < 0)
            {
                return false;
            }

            p = starP;
            t = ++starT;
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }

    /// <summary>Matches one character against the pattern's element at <paramref name="p"/> and moves past the element.</summary>
    private static bool MatchOne(ReadOnlySpan<char> pattern, ref int p, char c, out bool isBroken)
    {
        isBroken = false;
        switch (pattern[p])
        {
            case '?':
                p++;
                return true;
            case '\\':
                if (p + 1 >= pattern.Length)
                {
                    isBroken = true;
                    return false;
                }

                p += 2;
                return pattern[p - 1] == c;
            case '[':
                return MatchSet(pattern, ref p, c, out isBroken);
            default:
                return pattern[p++] == c;
        }
    }

    private static bool MatchSet(ReadOnlySpan<char> pattern, ref int p, char c, out bool isBroken)
    {
        isBroken = true;
        var i = p + 1;
        var isNegated = i < pattern.Length && pattern[i] is '!' or '^';
        if (isNegated)
        {
            i++;
        }

        var isMatch = false;
        var isFirst = true;
        while (i < pattern.Length && (pattern[i] != ']' || isFirst))
        {
            isFirst = false;
            if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':')
            {
                var end = pattern[(i + 2)..].IndexOf(":]", StringComparison.Ordinal);
                if (end >= 0)
                {
                    if (IsInClass(pattern.Slice(i + 2, end), c) is not { } isIn)
                    {
                        return false;
                    }

                    isMatch |= isIn;
                    i += end + 4;
                    continue;
                }
            }

            if (!TryReadLiteral(pattern, ref i, out var low))
            {
                return false;
            }

            var high = low;
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                i++;
                if (!TryReadLiteral(pattern, ref i, out high))
                {
                    return false;
                }
            }

            isMatch |= c >= low && c <= high;
        }

        if (i >= pattern.Length)
        {
            return false;
        }

        isBroken = false;
        p = i + 1;
        return isMatch != isNegated;
    }

    private static bool TryReadLiteral(ReadOnlySpan<char> pattern, ref int i, out char literal)
    {
        literal = pattern[i++];
        if (literal != '\\')
        {
            return true;
        }

        if (i >= pattern.Length)
        {
            return false;
        }

        literal = pattern[i++];
        return true;
    }

    private static bool? IsInClass(ReadOnlySpan<char> name, char c) => name switch
    {
        "alnum" => char.IsAsciiLetterOrDigit(c),
        "alpha" => char.IsAsciiLetter(c),
        "blank" => c is ' ' or '\t',
        "cntrl" => c is < ' ' or '\x7f',
        "digit" => char.IsAsciiDigit(c),
        "graph" => c is > ' ' and < '\x7f',
        "lower" => char.IsAsciiLetterLower(c),
        "print" => c is >= ' ' and < '\x7f',
        "punct" => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
        "space" => c is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper(c),
        "xdigit" => char.IsAsciiHexDigit(c),
        _ => null,
    };
}
