namespace GitOps.Git;

/// <summary>OpenSSH's patterns: <c>*</c> and <c>?</c>, nothing else is special. Case counts, except in names of hosts.</summary>
internal static class SshPattern
{
    /// <summary>Whether a text matches a list with commas: at least one pattern, and none that starts with <c>!</c>.</summary>
    public static bool IsInList(ReadOnlySpan<char> patterns, ReadOnlySpan<char> text, bool ignoreCase = false)
    {
        var isMatch = false;
        foreach (var range in patterns.Split(','))
        {
            var pattern = patterns[range];
            var isNegated = pattern.StartsWith('!');
            if (!IsMatch(isNegated ? pattern[1..] : pattern, text, ignoreCase))
            {
                continue;
            }

            if (isNegated)
            {
                return false;
            }

            isMatch = true;
        }

        return isMatch;
    }

    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase = false)
    {
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
            }
            else if (p < pattern.Length && (pattern[p] is '?' || pattern[p] == text[t] || (ignoreCase && char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(text[t]))))
            {
                p++;
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
}
