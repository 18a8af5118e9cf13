using System.Text;

namespace GitOps.Helm.Charts;

/// <summary>
/// The pattern language of Go's <c>filepath.Match</c>: <c>*</c> and <c>?</c> do not cross a slash, <c>[a-z]</c> and <c>[^a-z]</c> are classes,
/// a backslash takes the next character literally; the whole name must match.
/// </summary>
internal static class ShellPattern
{
    /// <summary>Whether a name matches; null when the pattern is malformed where it was looked at.</summary>
    public static bool? Match(string pattern, string name)
    {
        var runes = name.EnumerateRunes().ToArray();
        return Match(pattern.EnumerateRunes().ToArray(), runes);
    }

    /// <summary>Whether a pattern is well-formed.</summary>
    public static bool IsValid(string pattern)
    {
        var runes = pattern.EnumerateRunes().ToArray();
        var at = 0;
        while (at < runes.Length)
        {
            if (!SkipElement(runes, ref at))
            {
                return false;
            }
        }

        return true;
    }

    private static bool? Match(ReadOnlySpan<Rune> pattern, ReadOnlySpan<Rune> name)
    {
        // One remembered star is enough: a later star makes the earlier one's choice final.
        int p = 0, n = 0, starPattern = -1, starName = -1;
        while (true)
        {
            if (p < pattern.Length && pattern[p].Value == '*')
            {
                starPattern = ++p;
                starName = n;
                continue;
            }

            if (p == pattern.Length && n == name.Length)
            {
                return true;
            }

            if (p < pattern.Length && n < name.Length)
            {
                var next = p;
                switch (MatchElement(pattern, ref next, name[n]))
                {
                    case null:
                        return null;
                    case true:
                        p = next;
                        n++;
                        continue;
                    default:
                        break;
                }
            }

            if (starPattern < 0 || starName >= name.Length || name[starName].Value == '/')
            {
                return Rest(pattern, p) ? false : null;
            }

            p = starPattern;
            n = ++starName;
        }
    }

    private static bool Rest(ReadOnlySpan<Rune> pattern, int at)
    {
        while (at < pattern.Length)
        {
            if (!SkipElement(pattern, ref at))
            {
                return false;
            }
        }

        return true;
    }

    private static bool? MatchElement(ReadOnlySpan<Rune> pattern, ref int p, Rune c)
    {
        switch (pattern[p].Value)
        {
            case '?':
                p++;
                return c.Value != '/';
            case '[':
                p++;
                var negated = p < pattern.Length && pattern[p].Value == '^';
                if (negated)
                {
                    p++;
                }

                var matched = false;
                for (var ranges = 0; ; ranges++)
                {
                    if (p < pattern.Length && pattern[p].Value == ']' && ranges > 0)
                    {
                        p++;
                        return matched != negated;
                    }

                    if (ClassMember(pattern, ref p) is not { } low)
                    {
                        return null;
                    }

                    var high = low;
                    if (p < pattern.Length && pattern[p].Value == '-')
                    {
                        p++;
                        if (ClassMember(pattern, ref p) is not { } top)
                        {
                            return null;
                        }

                        high = top;
                    }

                    matched |= low <= c.Value && c.Value <= high;
                }

            case '\\':
                p++;
                return p >= pattern.Length ? null : pattern[p++] == c;
            default:
                return pattern[p++] == c;
        }
    }

    private static int? ClassMember(ReadOnlySpan<Rune> pattern, ref int p)
    {
        if (p >= pattern.Length || pattern[p].Value is '-' or ']')
        {
            return null;
        }

        if (pattern[p].Value == '\\' && ++p >= pattern.Length)
        {
            return null;
        }

        var member = pattern[p++].Value;

        // A class must be closed, so something has to follow.
        return p >= pattern.Length ? null : member;
    }

    private static bool SkipElement(ReadOnlySpan<Rune> pattern, ref int at)
    {
        if (pattern[at].Value == '*')
        {
            at++;
            return true;
        }

        return MatchElement(pattern, ref at, default) is not null;
    }
}
