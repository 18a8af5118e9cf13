using System.Globalization;
using System.Text.RegularExpressions;

namespace GitOps.Kustomize.Loading;

/// <summary>
/// A reference to a directory of a Git repository in kustomize's grammar: <c>https://host/org/repo//directory?ref=v1&amp;timeout=90s&amp;submodules=false</c>,
/// <c>git@host:org/repo</c>, <c>github.com/org/repo/directory</c>, <c>file:///path/repo.git/directory</c>.
/// </summary>
internal sealed partial record RemoteReference
{
    private const string FileScheme = "file://";
    private const string HttpsScheme = "https://";
    private static readonly string[] s_schemes = ["ssh://", HttpsScheme, "http://", FileScheme];
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(27);

    private RemoteReference(string text, string host, string path, string directory)
    {
        Text = text;
        CloneUrl = host + path;
        Directory = directory;
    }

    /// <summary>The reference as it is written.</summary>
    public string Text { get; }

    /// <summary>What to clone.</summary>
    public string CloneUrl { get; }

    /// <summary>The kustomization's directory in the repository; empty for its root.</summary>
    public string Directory { get; }

    /// <summary>The branch, tag or commit; empty for the default branch.</summary>
    public string Reference { get; private init; } = "";

    public bool Submodules { get; private init; } = true;

    public TimeSpan Timeout { get; private init; } = s_defaultTimeout;

    /// <summary>Reads a reference; null when the text is a path.</summary>
    public static RemoteReference? TryParse(string text)
    {
        if (text.StartsWith('/'))
        {
            return null;
        }

        var question = text.IndexOf('?', StringComparison.Ordinal);
        var rest = question < 0 ? text : text[..question];
        if (SplitHost(rest) is not var (host, path) || SplitPath(path, host.StartsWith(FileScheme, StringComparison.Ordinal)) is not var (repository, directory))
        {
            return null;
        }

        return WithQuery(new RemoteReference(text, host, repository, directory), question < 0 ? "" : text[(question + 1)..]);
    }

    public static bool IsRemote(string text) => TryParse(text) is not null;

    private static (string Host, string Path)? SplitHost(string text)
    {
        if (text.StartsWith("git::", StringComparison.OrdinalIgnoreCase))
        {
            text = text["git::".Length..];
        }

        var scheme = Array.Find(s_schemes, s => text.StartsWith(s, StringComparison.OrdinalIgnoreCase)) ?? "";
        text = text[scheme.Length..];
        var user = User().Match(text).Value;
        text = text[user.Length..];
        var isGitHub = text.StartsWith("github.com/", StringComparison.OrdinalIgnoreCase) || text.StartsWith("github.com:", StringComparison.OrdinalIgnoreCase);
        var mayBeScp = scheme.Length == 0 && (user.Length > 0 || isGitHub);
        if (scheme.Length == 0 && !mayBeScp)
        {
            return null;
        }

        if (scheme == FileScheme)
        {
            return (scheme, user + text);
        }

        var end = text.IndexOf('/', StringComparison.Ordinal);
        var colon = mayBeScp ? text.IndexOf(':', StringComparison.Ordinal) : -1;
        if (mayBeScp && (end < 0 || (colon > 0 && colon < end)))
        {
            end = colon;
        }

        var host = end < 0 ? text : text[..(end + 1)];
        var rest = end < 0 ? "" : text[(end + 1)..];
        if (isGitHub)
        {
            // GitHub is reached in one of two ways whatever is written.
            (scheme, user, host) = scheme == "ssh://" || user.Length > 0 ? ("", user, "github.com:") : (HttpsScheme, "", "github.com/");
        }

        return host.Length == 0 ? null : (scheme + user + host, rest);
    }

    private static (string Repository, string Directory)? SplitPath(string path, bool isFile)
    {
        string repository;
        string directory;
        if (path.IndexOf("_git/", StringComparison.Ordinal) is >= 0 and var marker)
        {
            var end = path.IndexOf('/', marker + "_git/".Length);
            (repository, directory) = end < 0 ? (path, "") : (path[..end], path[(end + 1)..]);
        }
        else if (path.IndexOf("//", StringComparison.Ordinal) is >= 0 and var slashes)
        {
            (repository, directory) = (path[..slashes], path[(slashes + 2)..]);
        }
        else if (path.IndexOf(".git", StringComparison.Ordinal) is >= 0 and var suffix)
        {
            (repository, directory) = (path[..(suffix + 4)], path[(suffix + 4)..]);
        }
        else if (isFile)
        {
            (repository, directory) = (path, "");
        }
        else
        {
            var parts = path.Split('/');
            if (parts.Length < 2)
            {
                return null;
            }

            (repository, directory) = (string.Join('/', parts[..2]), string.Join('/', parts[2..]));
        }

        return repository.Length == 0 || Leaves(directory) ? null : (repository, directory.StartsWith('/') ? directory[1..] : directory);
    }

    private static bool Leaves(string directory)
    {
        var depth = 0;
        foreach (var part in directory.Split('/'))
        {
            depth += part switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
            {
                return true;
            }
        }

        return false;
    }

    private static RemoteReference WithQuery(RemoteReference reference, string query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? part : part[..equals];
            if (part.Contains(';', StringComparison.Ordinal) || BadEscape().IsMatch(part))
            {
                return reference;
            }

            values.TryAdd(Decode(key), equals < 0 ? "" : Decode(part[(equals + 1)..]));
        }

        var wanted = values.GetValueOrDefault("ref") is { Length: > 0 } named ? named : values.GetValueOrDefault("version") ?? "";
        return reference with
        {
            Reference = wanted,
            Timeout = TimeoutOf(values.GetValueOrDefault("timeout")) ?? s_defaultTimeout,
            Submodules = values.GetValueOrDefault("submodules") is not ("0" or "f" or "F" or "false" or "FALSE" or "False"),
        };
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    /// <summary>A number of seconds, or one of Go's durations such as <c>1m30s</c>.</summary>
    private static TimeSpan? TimeoutOf(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;
        }

        var match = Duration().Match(text);
        if (!match.Success || text.Length > 40)
        {
            return null;
        }

        var total = 0.0;
        for (var i = 0; i < match.Groups[1].Captures.Count; i++)
        {
            var unit = match.Groups[2].Captures[i].Value switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 1e-3, "ns" => 1e-9, _ => 1e-6 };
            total += double.Parse(match.Groups[1].Captures[i].Value, CultureInfo.InvariantCulture) * unit;
        }

        return total is > 0 and < 1e6 ? TimeSpan.FromSeconds(total) : null;
    }

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9-]*@", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex User();

    [GeneratedRegex("%(?![0-9a-fA-F]{2})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BadEscape();

    [GeneratedRegex(@"^\+?(?:(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Duration();
}
