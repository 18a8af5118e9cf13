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

    public static string? Dns1035Label(string name) =>
        name.Length > 63 ? "must be no more than 63 characters" : IsLabel(name) && char.IsAsciiLetterLower(name[0]) ? null : Label1035;

    /// <summary>A name that is one segment of a path: what RBAC objects may have.</summary>
    public static string? PathSegment(string name) =>
        name is "." or ".." ? $"may not be '{name}'" : name.Contains('/', StringComparison.Ordinal) ? "may not contain '/'" : name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'" : null;

    public static string? QualifiedName(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var last = name[(slash + 1)..];
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
