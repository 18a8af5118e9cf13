using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's URL functions.</summary>
internal static class UrlFunctions
{
    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "urlParse", [GoType.String], static (_, a) => Parse((string)a[0]!) },
        { "urlJoin", [GoType.Map], static (_, a) => Join(a[0] as Dictionary<string, object?> ?? []) },
    };

    private static Dictionary<string, object?> Parse(string text)
    {
        if (!GoUrl.TryParse(text, out var url, out var error))
            throw new FunctionException("unable to parse url: " + error);
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["scheme"] = url.Scheme,
            ["host"] = url.Host,
            ["hostname"] = url.Hostname,
            ["path"] = url.Path,
            ["query"] = url.RawQuery,
            ["opaque"] = url.Opaque,
            ["fragment"] = url.Fragment,
            ["userinfo"] = url.UserText ?? string.Empty,
        };
    }

    private static string Join(Dictionary<string, object?> parts)
    {
        var url = new GoUrl
        {
            Scheme = Get(parts, "scheme"),
            Host = Get(parts, "host"),
            Path = Get(parts, "path"),
            RawQuery = Get(parts, "query"),
            Opaque = Get(parts, "opaque"),
            Fragment = Get(parts, "fragment"),
        };
        var user = Get(parts, "userinfo");
        if (user.Length > 0)
        {
            if (!GoUrl.TryParse("proto://" + user + "@host", out var parsed, out var error))
                throw new FunctionException("unable to parse userinfo in dict: " + error);
            url.User = parsed.User;
            url.Password = parsed.Password;
        }

        return url.ToString();
    }

    private static string Get(Dictionary<string, object?> parts, string key)
    {
        if (!parts.TryGetValue(key, out var value))
            return string.Empty;
        return value switch
        {
            string text => text,
            null => throw new FunctionException("runtime error: invalid memory address or nil pointer dereference"),
            _ => throw new FunctionException("unable to parse " + key + " key, must be of type string, but " + GoValue.KindName(value) + " found"),
        };
    }
}
