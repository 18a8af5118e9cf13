using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Go's <c>net/url.URL</c>: parses leniently, keeps an encoding that was valid, prints back what it read.</summary>
internal sealed class GoUrl
{
    private enum Mode
    {
        Path,
        PathSegment,
        Host,
        Zone,
        User,
        Fragment,
    }

    public string Scheme { get; set; } = string.Empty;

    public string Opaque { get; set; } = string.Empty;

    public string? User { get; set; }

    public string? Password { get; set; }

    public string Host { get; set; } = string.Empty;

    public string Path { get; set; } = string.Empty;

    public string RawPath { get; set; } = string.Empty;

    public bool ForceQuery { get; set; }

    public string RawQuery { get; set; } = string.Empty;

    public string Fragment { get; set; } = string.Empty;

    public string RawFragment { get; set; } = string.Empty;

    public bool OmitHost { get; set; }

    /// <summary>The user part as it is printed; <see langword="null"/> without one.</summary>
    public string? UserText => User is null ? null : Escape(User, Mode.User) + (Password is null ? string.Empty : ":" + Escape(Password, Mode.User));

    /// <summary>The host without port and brackets.</summary>
    public string Hostname
    {
        get
        {
            var host = Host;
            var colon = host.LastIndexOf(':');
            if (colon >= 0 && IsPort(host[colon..]))
                host = host[..colon];
            return host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        }
    }

    /// <summary>Parses a URL.</summary>
    /// <param name="text">The text.</param>
    /// <param name="url">The URL.</param>
    /// <param name="error">Go's message.</param>
    /// <returns>Whether the text is one.</returns>
    public static bool TryParse(string text, out GoUrl url, out string error)
    {
        url = new GoUrl();
        try
        {
            var hash = text.IndexOf('#', StringComparison.Ordinal);
            url.ParseMain(hash < 0 ? text : text[..hash]);
            if (hash >= 0)
            {
                var fragment = text[(hash + 1)..];
                url.Fragment = Unescape(fragment, Mode.Fragment);
                url.RawFragment = Escape(url.Fragment, Mode.Fragment) == fragment ? string.Empty : fragment;
            }

            error = string.Empty;
            return true;
        }
        catch (FormatException e)
        {
            error = "parse " + GoQuote.Quote(text) + ": " + e.Message;
            return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var builder = new StringBuilder();
        if (Scheme.Length > 0)
            builder.Append(Scheme).Append(':');
        if (Opaque.Length > 0)
        {
            builder.Append(Opaque);
        }
        else
        {
            if ((Scheme.Length > 0 || Host.Length > 0 || User is not null) && !(OmitHost && Host.Length == 0 && User is null))
            {
                if (Host.Length > 0 || Path.Length > 0 || User is not null)
                    builder.Append("//");
                if (User is not null)
                    builder.Append(UserText).Append('@');
                if (Host.Length > 0)
                    builder.Append(Escape(Host, Mode.Host));
            }

            var path = EscapedPath();
            if (path.Length > 0 && path[0] != '/' && Host.Length > 0)
                builder.Append('/');
            if (builder.Length == 0 && path.Split('/', 2)[0].Contains(':', StringComparison.Ordinal))
                builder.Append("./");
            builder.Append(path);
        }

        if (ForceQuery || RawQuery.Length > 0)
            builder.Append('?').Append(RawQuery);
        if (Fragment.Length > 0)
            builder.Append('#').Append(EscapedFragment());
        return builder.ToString();
    }

    private static bool IsPort(string text) => text.Length == 0 || (text[0] == ':' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0);

    private static bool ShouldEscape(char c, Mode mode)
    {
        if (char.IsAsciiLetterOrDigit(c))
            return false;
        if (mode is Mode.Host or Mode.Zone && c is '!' or '$' or '&' or '\'' or '(' or ')' or '*' or '+' or ',' or ';' or '=' or ':' or '[' or ']' or '<' or '>' or '"')
            return false;
        switch (c)
        {
            case '-' or '_' or '.' or '~':
                return false;
            case '$' or '&' or '+' or ',' or '/' or ':' or ';' or '=' or '?' or '@':
                return mode switch
                {
                    Mode.Path => c == '?',
                    Mode.PathSegment => c is '/' or ';' or ',' or '?',
                    Mode.User => c is '@' or '/' or '?' or ':',
                    Mode.Fragment => false,
                    _ => true,
                };
        }

        return mode != Mode.Fragment || c is not ('!' or '(' or ')' or '*');
    }

    private static string Escape(string text, Mode mode)
    {
        var bytes = ByteString.Of(text);
        var builder = new StringBuilder(bytes.Length);
        foreach (var c in bytes)
        {
            if (ShouldEscape(c, mode))
                builder.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            else
                builder.Append(c);
        }

        return builder.ToString();
    }

    private static string Unescape(string text, Mode mode)
    {
        var bytes = ByteString.Of(text);
        var builder = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%')
            {
                if (mode is Mode.Host or Mode.Zone && bytes[i] < 0x80 && ShouldEscape(bytes[i], mode))
                    throw new FormatException("invalid character " + GoQuote.Quote(bytes[i].ToString()) + " in host name");
                builder.Append(bytes[i]);
                continue;
            }

            if (i + 2 >= bytes.Length || !char.IsAsciiHexDigit(bytes[i + 1]) || !char.IsAsciiHexDigit(bytes[i + 2]))
                throw new FormatException("invalid URL escape " + GoQuote.Quote(bytes.Substring(i, Math.Min(3, bytes.Length - i))));
            var value = Convert.ToInt32(bytes.Substring(i + 1, 2), 16);

            // A host may only escape what is not ASCII, and the percent of an IPv6 zone.
            if (mode == Mode.Host && value < 0x80 && value != '%')
                throw new FormatException("invalid URL escape " + GoQuote.Quote(bytes.Substring(i, 3)));
            builder.Append((char)value);
            i += 2;
        }

        return ByteString.ToText(builder.ToString());
    }

    private void ParseMain(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or '\x7f')
                throw new FormatException("net/url: invalid control character in URL");
        }

        if (text == "*")
        {
            Path = "*";
            return;
        }

        var rest = TakeScheme(text);
        Scheme = Scheme.ToLowerInvariant();
        if (rest.EndsWith('?') && rest.AsSpan().Count('?') == 1)
        {
            ForceQuery = true;
            rest = rest[..^1];
        }
        else if (rest.IndexOf('?', StringComparison.Ordinal) is var question && question >= 0)
        {
            RawQuery = rest[(question + 1)..];
            rest = rest[..question];
        }

        if (!rest.StartsWith('/'))
        {
            if (Scheme.Length > 0)
            {
                Opaque = rest;
                return;
            }

            if (rest.Split('/', 2)[0].Contains(':', StringComparison.Ordinal))
                throw new FormatException("first path segment in URL cannot contain colon");
        }

        if ((Scheme.Length > 0 || !rest.StartsWith("///", StringComparison.Ordinal)) && rest.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = rest.IndexOf('/', 2);
            var authority = slash < 0 ? rest[2..] : rest[2..slash];
            rest = slash < 0 ? string.Empty : rest[slash..];
            ParseAuthority(authority);
        }
        else if (Scheme.Length > 0 && rest.StartsWith('/'))
        {
            OmitHost = true;
        }

        Path = Unescape(rest, Mode.Path);
        RawPath = Escape(Path, Mode.Path) == rest ? string.Empty : rest;
    }

    private string TakeScheme(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetter(c))
                continue;
            if (char.IsAsciiDigit(c) || c is '+' or '-' or '.')
            {
                if (i == 0)
                    return text;
                continue;
            }

            if (c == ':')
            {
                if (i == 0)
                    throw new FormatException("missing protocol scheme");
                Scheme = text[..i];
                return text[(i + 1)..];
            }

            return text;
        }

        return text;
    }

    private void ParseAuthority(string authority)
    {
        var at = authority.LastIndexOf('@');
        ParseHost(authority[(at + 1)..]);
        if (at < 0)
            return;
        var user = authority[..at];
        foreach (var c in user)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"-._:~!$&'()*+,;=%@".Contains(c, StringComparison.Ordinal))
                throw new FormatException("net/url: invalid userinfo");
        }

        var colon = user.IndexOf(':', StringComparison.Ordinal);
        User = Unescape(colon < 0 ? user : user[..colon], Mode.User);
        Password = colon < 0 ? null : Unescape(user[(colon + 1)..], Mode.User);
    }

    private void ParseHost(string host)
    {
        if (host.StartsWith('['))
        {
            var close = host.LastIndexOf(']');
            if (close < 0)
                throw new FormatException("missing ']' in host");
            if (!IsPort(host[(close + 1)..]))
                throw new FormatException("invalid port " + GoQuote.Quote(host[(close + 1)..]) + " after host");
            var zone = host.IndexOf("%25", StringComparison.Ordinal);
            if (zone >= 0 && zone < close)
            {
                Host = Unescape(host[..zone], Mode.Host) + Unescape(host[zone..close], Mode.Zone) + Unescape(host[close..], Mode.Host);
                return;
            }
        }
        else if (host.LastIndexOf(':') is var colon && colon >= 0 && !IsPort(host[colon..]))
        {
            throw new FormatException("invalid port " + GoQuote.Quote(host[colon..]) + " after host");
        }

        Host = Unescape(host, Mode.Host);
    }

    private string EscapedPath()
    {
        if (RawPath.Length > 0 && IsValidEncoding(RawPath, Mode.Path) && TryUnescape(RawPath, Mode.Path) == Path)
            return RawPath;
        return Path == "*" ? "*" : Escape(Path, Mode.Path);
    }

    private string EscapedFragment() =>
        RawFragment.Length > 0 && IsValidEncoding(RawFragment, Mode.Fragment) && TryUnescape(RawFragment, Mode.Fragment) == Fragment ? RawFragment : Escape(Fragment, Mode.Fragment);

    private static string? TryUnescape(string text, Mode mode)
    {
        try
        {
            return Unescape(text, mode);
        }
        catch (FormatException)
        {
            // An encoding that cannot be read is not kept; the part is encoded anew.
            return null;
        }
    }

    private static bool IsValidEncoding(string text, Mode mode)
    {
        foreach (var c in ByteString.Of(text))
        {
            if (c is '!' or '$' or '&' or '\'' or '(' or ')' or '*' or '+' or ',' or ';' or '=' or ':' or '@' or '[' or ']' or '%')
                continue;
            if (ShouldEscape(c, mode))
                return false;
        }

        return true;
    }
}
