namespace GitOps.Testing;

/// <summary>The name rules of Kubernetes. Each check returns what is wrong, or <see langword="null"/>.</summary>
internal static class Names
{
    private const string Subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string Label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string Label1035 = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    private const string Qualified = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private const string Value = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    private const string ConfigKey = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    public static string? DnsSubdomain(string name) =>
        name.Length > 253 ? "must be no more than 253 characters" : name.Split('.').All(IsLabel) ? null : Subdomain;

    public static string? DnsLabel(string name) => name.Length > 63 ? "must be no more than 63 characters" : IsLabel(name) ? null : Label;

    /// <summary>A label where dots are named as the problem that they are: names that become part of host names.</summary>
    public static string? DottlessLabel(string name) => name.Contains('.', StringComparison.Ordinal) ? "must not contain dots" : DnsLabel(name);

    public static string? Dns1035Label(string name) =>
        name.Length > 63 ? "must be no more than 63 characters" : IsLabel(name) && char.IsAsciiLetterLower(name[0]) ? null : Label1035;

    /// <summary>A name that is one segment of a path: what RBAC objects may have.</summary>
    public static string? PathSegment(string name) =>
        name is "." or ".." ? $"may not be '{name}'" : name.Contains('/', StringComparison.Ordinal) ? "may not contain '/'" : name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'" : null;

    public static string? QualifiedName(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var last = name[(slash + 1)..];
        if (last.Contains('/', StringComparison.Ordinal))
        {
            return "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        }

        if (slash >= 0)
        {
            if (slash == 0)
            {
                return "prefix part must be non-empty";
            }

            if (DnsSubdomain(name[..slash]) is { } problem)
            {
                return "prefix part " + problem;
            }
        }

        if (last.Length == 0)
        {
            return "name part must be non-empty";
        }

        return last.Length > 63 ? "name part must be no more than 63 characters" : IsQualified(last) ? null : Qualified;
    }

    public static string? LabelValue(string value) =>
        value.Length > 63 ? "must be no more than 63 characters" : value.Length == 0 || IsQualified(value) ? null : Value;

    public static string? ConfigMapKey(string key) =>
        key.Length > 253 ? "must be no more than 253 characters"
        : key.Length == 0 || key.AsSpan().ContainsAnyExcept(ConfigKeyCharacters) ? ConfigKey
        : key == "." ? "must not be '.'"
        : key.StartsWith("..", StringComparison.Ordinal) ? "must not start with '..'" : null;

    /// <summary>A host name with a star in place of its first label.</summary>
    public static string? WildcardSubdomain(string name) =>
        name.Length > 253 ? "must be no more than 253 characters"
        : name.StartsWith("*.", StringComparison.Ordinal) && name[2..].Split('.').All(IsLabel) ? null
        : "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    public static string? PortName(string name) =>
        name.Length > 15 ? "must be no more than 15 characters"
        : name.Length == 0 || name.Any(static c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') ? "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
        : !name.Any(char.IsAsciiLetterLower) ? "must contain at least one letter (a-z)"
        : name.Contains("--", StringComparison.Ordinal) ? "must not contain consecutive hyphens"
        : name[0] == '-' || name[^1] == '-' ? "must not begin or end with a hyphen" : null;

    public static string? EnvironmentVariable(string name) =>
        name.All(static c => c is >= ' ' and <= '~' and not '=') ? null : "a valid environment variable name must consist only of printable ASCII characters other than '='";

    public static string? HttpHeader(string name) =>
        name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') ? null
        : "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

    public static string? IpAddress(string text) =>
        text.Contains(':', StringComparison.Ordinal)
            ? System.Net.IPAddress.TryParse(text, out _) ? null : BadAddress
            : text.Split('.') is { Length: 4 } parts && parts.All(static p => p.Length is > 0 and <= 3 && p.All(char.IsAsciiDigit) && int.Parse(p, System.Globalization.CultureInfo.InvariantCulture) <= 255) ? null : BadAddress;

    public static string? Cidr(string text) =>
        text.Split('/') is [var address, var bits] && IpAddress(address) is null && bits.Length > 0 && bits.All(char.IsAsciiDigit)
            && int.TryParse(bits, System.Globalization.CultureInfo.InvariantCulture, out var length) && length <= (address.Contains(':', StringComparison.Ordinal) ? 128 : 32)
            ? null : "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

    private const string BadAddress = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    private static readonly System.Buffers.SearchValues<char> ConfigKeyCharacters = System.Buffers.SearchValues.Create("-._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    private static bool IsLabel(string label)
    {
        if (label.Length == 0 || label[0] == '-' || label[^1] == '-')
        {
            return false;
        }

        foreach (var c in label)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsQualified(string text)
    {
        if (!char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
