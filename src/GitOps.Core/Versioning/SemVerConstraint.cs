using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace GitOps;

/// <summary>
/// A set of version ranges as Helm and Flux write them: <c>^1.2</c>, <c>~2.0.x</c>, <c>&gt;=1.20.0-0</c>, <c>1.2 - 2.3</c>;
/// space or comma means and, <c>||</c> means or.
/// </summary>
/// <remarks>
/// Immutable. Pre-releases match only a group of ranges that names a pre-release itself (<c>&gt;=1.2.0-0</c>), unless
/// <see cref="WithPrereleases"/> says otherwise.
/// </remarks>
public sealed class SemVerConstraint
{
    /// <summary>No published range comes near this; a longer text is an attack on the reader.</summary>
    private const int MaxLength = 8192;

    private readonly SemVerRange[][] _groups;
    private readonly bool[] _groupHasPrerelease;

    private SemVerConstraint(SemVerRange[][] groups)
    {
        _groups = groups;
        _groupHasPrerelease = [.. groups.Select(g => g.Any(r => r.Version.IsPrerelease))];
    }

    /// <summary>Whether pre-releases match every range. Default <see langword="false"/>.</summary>
    public bool IncludePrerelease { get; private init; }

    /// <summary>Reads a constraint.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The constraint.</returns>
    /// <exception cref="FormatException">The text is no constraint.</exception>
    public static SemVerConstraint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, out var error) is { } groups ? new SemVerConstraint(groups) : throw new FormatException(error);
    }

    /// <summary>Reads a constraint.</summary>
    /// <param name="text">The text.</param>
    /// <param name="constraint">The constraint.</param>
    /// <returns>Whether the text is a constraint.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SemVerConstraint? constraint)
    {
        constraint = text is not null && Read(text, out _) is { } groups ? new SemVerConstraint(groups) : null;
        return constraint is not null;
    }

    /// <summary>The same ranges, but pre-releases match every one of them.</summary>
    /// <returns>The constraint.</returns>
    public SemVerConstraint WithPrereleases() => new(_groups) { IncludePrerelease = true };

    /// <summary>Whether a version lies in the ranges.</summary>
    /// <param name="version">The version.</param>
    /// <returns><see langword="true"/> when it does.</returns>
    public bool Matches(SemVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        for (var i = 0; i < _groups.Length; i++)
        {
            if (Array.TrueForAll(_groups[i], r => r.Refuse(version, IncludePrerelease || _groupHasPrerelease[i]) is null))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Says why a version does not lie in the ranges.</summary>
    /// <param name="version">The version.</param>
    /// <returns>One sentence for each range that refused it; empty when it matches.</returns>
    public IReadOnlyList<string> Explain(SemVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var reasons = new List<string>();
        var saidPrerelease = false;
        for (var i = 0; i < _groups.Length; i++)
        {
            var includePrerelease = IncludePrerelease || _groupHasPrerelease[i];
            var matches = true;
            foreach (var range in _groups[i])
            {
                if (range.Refuse(version, includePrerelease) is not { } reason)
                {
                    continue;
                }

                matches = false;
                var isPrerelease = !includePrerelease && version.IsPrerelease;
                if (!isPrerelease || !saidPrerelease)
                {
                    reasons.Add(reason);
                    saidPrerelease |= isPrerelease;
                }
            }

            if (matches)
            {
                return [];
            }
        }

        return reasons;
    }

    /// <summary>The constraint's text, with each range as it was written and one space between ranges.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join(" || ", _groups.Select(g => string.Join(' ', g.Select(r => r.ToString()))));

    private static SemVerRange[][]? Read(string text, out string error)
    {
        if (text.Length > MaxLength)
        {
            error = $"improper constraint: longer than {MaxLength} characters";
            return null;
        }

        var parts = RewriteHyphenRanges(text).Split("||");
        var groups = new SemVerRange[parts.Length][];
        for (var i = 0; i < parts.Length; i++)
        {
            if (ReadGroup(parts[i], out error) is not { } group)
            {
                return null;
            }

            groups[i] = group;
        }

        error = "";
        return groups;
    }

    private static SemVerRange[]? ReadGroup(string text, out string error)
    {
        error = $"improper constraint: \"{text}\"";
        var ranges = new List<SemVerRange>();
        var at = SkipSpace(text, 0);
        while (true)
        {
            var start = at;
            while (at < text.Length && text[at] is '=' or '!' or '<' or '>' or '~' or '^')
            {
                at++;
            }

            if (SemVerRange.OperatorOf(text.AsSpan(start, at - start)) is not { } op)
            {
                return null;
            }

            var opText = text[start..at];
            at = SkipSpace(text, at);
            var end = SemVerRange.VersionEnd(text, at);
            if (end < 0)
            {
                return null;
            }

            if (SemVerRange.Read(op, opText, text[at..end]) is not { } range)
            {
                error = "constraint parser error";
                return null;
            }

            ranges.Add(range);
            at = SkipSpace(text, end);
            if (at == text.Length)
            {
                return [.. ranges];
            }

            if (text[at] == ',')
            {
                at = SkipSpace(text, at + 1);
            }
            else if (at == end)
            {
                return null;
            }
        }
    }

    /// <summary>Turns <c>1.2 - 2.3</c> into <c>&gt;= 1.2, &lt;= 2.3 </c>.</summary>
    private static string RewriteHyphenRanges(string text)
    {
        if (!text.Contains('-', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        var at = 0;
        while (at < text.Length)
        {
            var start = SkipSpace(text, at);
            if (MatchHyphenRange(text, start, out var lowEnd, out var highStart, out var highEnd))
            {
                result.Append(">= ").Append(text, start, lowEnd - start).Append(", <= ").Append(text, highStart, highEnd - highStart).Append(' ');
                at = SkipSpace(text, highEnd);
                continue;
            }

            var next = Math.Min(start + 1, text.Length);
            result.Append(text, at, next - at);
            at = next;
        }

        return result.ToString();
    }

    private static bool MatchHyphenRange(string text, int start, out int lowEnd, out int highStart, out int highEnd)
    {
        highStart = highEnd = -1;
        lowEnd = SemVerRange.VersionEnd(text, start);
        if (lowEnd < 0)
        {
            return false;
        }

        var hyphen = SkipSpace(text, lowEnd);
        if (hyphen == lowEnd || hyphen >= text.Length || text[hyphen] != '-')
        {
            return false;
        }

        highStart = SkipSpace(text, hyphen + 1);
        if (highStart == hyphen + 1)
        {
            return false;
        }

        highEnd = SemVerRange.VersionEnd(text, highStart);
        return highEnd >= 0;
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\r' or '\f')
        {
            at++;
        }

        return at;
    }
}
