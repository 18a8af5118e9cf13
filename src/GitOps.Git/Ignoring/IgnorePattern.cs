namespace GitOps.Git;

/// <summary>One line of a <c>.sourceignore</c> file.</summary>
internal sealed class IgnorePattern
{
    private readonly string[] _segments;
    private readonly bool _isFloating;
    private readonly bool _isDirectoryOnly;
    private readonly bool[] _isLiteral;
    private readonly string? _suffix;

    private IgnorePattern(string text, TreePath domain, bool isInclusion, bool isDirectoryOnly, string[] segments, bool isFloating)
    {
        Text = text;
        Domain = domain;
        IsInclusion = isInclusion;
        _isDirectoryOnly = isDirectoryOnly;
        _segments = segments;
        _isFloating = isFloating;
        _isLiteral = [.. segments.Select(s => !s.AsSpan().ContainsAny("*?[\\"))];
        _suffix = isFloating && segments[0].StartsWith('*') && !segments[0].AsSpan(1).ContainsAny("*?[\\") ? segments[0][1..] : null;
    }

    public string Text { get; }

    /// <summary>The directory whose file the line is from: it speaks of what lies below only.</summary>
    public TreePath Domain { get; }

    /// <summary>Whether it takes back in (<c>!</c>) rather than leaves out.</summary>
    public bool IsInclusion { get; }

    /// <summary>Reads the lines of a file, with or without the mark that some editors begin it with.</summary>
    public static IEnumerable<IgnorePattern> ParseLines(string text, TreePath domain)
    {
        foreach (var line in (text.StartsWith('\uFEFF') ? text[1..] : text).Split('\n'))
        {
            var content = line.EndsWith('\r') ? line[..^1] : line;
            if (!content.StartsWith('#') && !string.IsNullOrWhiteSpace(content))
            {
                yield return Parse(content, domain);
            }
        }
    }

    public static IgnorePattern Parse(string line, TreePath domain)
    {
        var text = line;
        var isInclusion = text.StartsWith('!');
        if (isInclusion)
        {
            text = text[1..];
        }

        if (!text.EndsWith("\\ ", StringComparison.Ordinal))
        {
            text = text.TrimEnd(' ');
        }

        var isDirectoryOnly = text.EndsWith('/');
        if (isDirectoryOnly)
        {
            text = text[..^1];
        }

        var isFloating = !text.Contains('/', StringComparison.Ordinal);
        return new IgnorePattern(line, domain, isInclusion, isDirectoryOnly, isFloating ? [text] : [.. text.Split('/').Where(s => s.Length > 0).Select(s => s.Length > 2 && !s.AsSpan().ContainsAnyExcept('*') ? "**" : s)], isFloating);
    }

    /// <summary>Whether it speaks of a path, or of a directory the path lies in.</summary>
    /// <param name="path">The path's segments, from the tree's root.</param>
    /// <param name="isDirectory">Whether the path is a directory.</param>
    public bool IsMatch(ReadOnlySpan<string> path, bool isDirectory)
    {
        if (!Domain.IsRoot)
        {
            var domain = Domain.Value.Split('/');
            if (path.Length <= domain.Length || !path[..domain.Length].SequenceEqual(domain))
            {
                return false;
            }

            path = path[domain.Length..];
        }

        return _isFloating ? IsNameMatch(path, isDirectory) : IsPathMatch(0, path, isDirectory);
    }

    private bool IsNameMatch(ReadOnlySpan<string> path, bool isDirectory)
    {
        for (var i = 0; i < path.Length; i++)
        {
            if ((_suffix is not null ? path[i].EndsWith(_suffix, StringComparison.Ordinal) : IsSegmentMatch(0, path[i]))
                && (!_isDirectoryOnly || isDirectory || i < path.Length - 1))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsPathMatch(int segment, ReadOnlySpan<string> path, bool isDirectory)
    {
        for (; segment < _segments.Length; segment++)
        {
            if (_segments[segment] == "**")
            {
                if (segment == _segments.Length - 1)
                {
                    return path.Length > 0 && (!_isDirectoryOnly || path.Length > 1 || isDirectory);
                }

                for (var skip = 0; skip < path.Length; skip++)
                {
                    if (IsPathMatch(segment + 1, path[skip..], isDirectory))
                    {
                        return true;
                    }
                }

                return false;
            }

            if (path.IsEmpty || !IsSegmentMatch(segment, path[0]))
            {
                return false;
            }

            path = path[1..];
        }

        // What is left of the path lies below the directory that matched.
        return _segments.Length > 0 && (!path.IsEmpty || isDirectory || !_isDirectoryOnly);
    }

    private bool IsSegmentMatch(int segment, string name) =>
        _isLiteral[segment] ? string.Equals(_segments[segment], name, StringComparison.Ordinal) : Wildcard.IsMatch(_segments[segment], name);
}
