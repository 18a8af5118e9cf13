using System.Text;

namespace GitOps.Git;

/// <summary>Reads <c>.gitmodules</c>: which path comes from which repository.</summary>
internal static class SubmoduleList
{
    private const int MaxLines = 10_000;

    /// <summary>URL by path. Of Git's configuration grammar only what <c>git submodule</c> writes is read; anything else is left alone.</summary>
    public static IReadOnlyDictionary<string, string> Parse(ReadOnlySpan<byte> content)
    {
        var urls = new Dictionary<string, string>(StringComparer.Ordinal);
        string? path = null;
        string? url = null;
        var isSubmodule = false;
        var count = 0;
        foreach (var raw in Encoding.UTF8.GetString(content).Split('\n'))
        {
            if (++count > MaxLines)
            {
                break;
            }

            var line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[')
            {
                Flush();
                isSubmodule = line.StartsWith("[submodule ", StringComparison.OrdinalIgnoreCase);
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (!isSubmodule || equals < 0)
            {
                continue;
            }

            var value = Unquote(line[(equals + 1)..].Trim());
            switch (line[..equals].Trim().ToLowerInvariant())
            {
                case "path":
                    path = value;
                    break;
                case "url":
                    url = value;
                    break;
            }
        }

        Flush();
        return urls;

        void Flush()
        {
            if (path is not null && url is not null)
            {
                urls[path] = url;
            }

            (path, url) = (null, null);
        }
    }

    /// <summary>Where a submodule is: its URL may be relative to the one of the repository it is in.</summary>
    public static string Resolve(string url, GitAddress parent)
    {
        if (!url.StartsWith("./", StringComparison.Ordinal) && !url.StartsWith("../", StringComparison.Ordinal))
        {
            return url;
        }

        var segments = parent.Path.TrimEnd('/').Split('/').ToList();
        foreach (var segment in url.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == ".")
            {
                continue;
            }

            if (segment != "..")
            {
                segments.Add(segment);
            }
            else if (segments.Count > 1)
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else
            {
                throw new GitOpsException(Reasons.FetchFailed, $"The submodule URL '{url}' leads above {parent.Display}.");
            }
        }

        return (parent with { Path = string.Join('/', segments) }).Display;
    }

    private static string Unquote(string value)
    {
        if (value.Length < 2 || value[0] != '"' || value[^1] != '"')
        {
            return value;
        }

        return value[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }
}
