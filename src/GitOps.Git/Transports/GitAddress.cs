using System.Security.Cryptography;
using System.Text;

namespace GitOps.Git;

/// <summary>The parts of a repository's URL.</summary>
internal sealed record GitAddress(GitProtocol Protocol, string Host, int Port, string? User, string Path)
{
    /// <summary>The URL for people and for Git: no password is in it.</summary>
    public string Display => Protocol switch
    {
        GitProtocol.Local => Path,
        GitProtocol.Ssh => $"ssh://{User}@{HostAndPort(22)}{(Path.StartsWith('/') ? Path : $"/{Path}")}",
        GitProtocol.Daemon => $"git://{HostAndPort(9418)}{Path}",
        GitProtocol.Https => $"https://{HostAndPort(443)}{Path}",
        _ => $"http://{HostAndPort(80)}{Path}",
    };

    /// <summary>A name for directories: readable, and different for each repository.</summary>
    public string Slug
    {
        get
        {
            var readable = new StringBuilder();
            foreach (var c in Path.AsSpan(Math.Max(0, Path.Length - 40)))
            {
                readable.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-');
            }

            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Protocol} {User} {Host} {Port} {Path}")).AsSpan(0, 8));
            return $"{readable.ToString().Trim('-')}-{hash}";
        }
    }

    public static GitAddress Parse(string url)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(url);
        var text = url.Trim();
        if (text.AsSpan().ContainsAny('\0', '\n', '\r'))
        {
            throw Invalid("it holds a control character");
        }

        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return TryParseScp(text) ?? new GitAddress(GitProtocol.Local, "", 0, null, System.IO.Path.GetFullPath(text));
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw Invalid("it cannot be read");
        }

        var user = uri.UserInfo;
        if (user.Contains(':', StringComparison.Ordinal))
        {
            throw Invalid("a password does not belong in the URL, use the source's Credentials");
        }

        var path = Uri.UnescapeDataString(uri.AbsolutePath);
        if (path.AsSpan().ContainsAny('\0', '\n', '\r'))
        {
            throw Invalid("it holds a control character");
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw Invalid("it has a query or a fragment");
        }

        return uri.Scheme switch
        {
            "https" or "http" when user.Length > 0 => throw Invalid("a user name does not belong in the URL, use the source's Credentials"),
            "https" => new GitAddress(GitProtocol.Https, uri.IdnHost, uri.Port, null, uri.AbsolutePath.TrimEnd('/')),
            "http" => new GitAddress(GitProtocol.Http, uri.IdnHost, uri.Port, null, uri.AbsolutePath.TrimEnd('/')),
            "ssh" => new GitAddress(GitProtocol.Ssh, uri.IdnHost, uri.Port < 0 ? 22 : uri.Port, user.Length == 0 ? "git" : Uri.UnescapeDataString(user), SshPath(path)),
            "git" => new GitAddress(GitProtocol.Daemon, uri.IdnHost, uri.Port < 0 ? 9418 : uri.Port, null, path),
            "file" when uri.Host.Length > 0 && !uri.IsLoopback => throw Invalid("a file URL cannot name a host"),
            "file" => new GitAddress(GitProtocol.Local, "", 0, null, System.IO.Path.GetFullPath(uri.LocalPath)),
            _ => throw Invalid($"the scheme '{uri.Scheme}' is not known: use https, http, ssh, git or file"),
        };

        static FormatException Invalid(string why) => new($"The URL of the repository is not valid: {why}.");
    }

    private static GitAddress? TryParseScp(string text)
    {
        // user@host:path; C:\path on Windows is no such thing, and neither is ./a:b.
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (colon <= 0 || at < 0 || at > colon || (slash >= 0 && slash < colon) || colon == text.Length - 1)
        {
            return null;
        }

        return new GitAddress(GitProtocol.Ssh, text[(at + 1)..colon], 22, text[..at], SshPath(text[(colon + 1)..]));
    }

    // A path that starts with /~ is relative to a home directory, which only the server knows.
    private static string SshPath(string path) => path.StartsWith("/~", StringComparison.Ordinal) ? path[1..] : path;

    private string HostAndPort(int standard)
    {
        var host = Host.Contains(':', StringComparison.Ordinal) && !Host.StartsWith('[') ? $"[{Host}]" : Host;
        return Port == standard ? host : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{host}:{Port}");
    }
}
