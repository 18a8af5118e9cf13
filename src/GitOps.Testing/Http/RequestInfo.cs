namespace GitOps.Testing;

/// <summary>What a request asks for, read off its method and path.</summary>
internal sealed class RequestInfo
{
    /// <summary>The API verb: get, list, watch, create, update, patch, delete, deletecollection.</summary>
    public string Verb { get; set; } = "";

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The segments after the subresource: the path behind a proxy.</summary>
    public string Rest { get; init; } = "";

    /// <summary>Whether the path names a resource; discovery and health paths do not.</summary>
    public bool IsResource => Resource.Length > 0;

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public static RequestInfo Parse(string method, string path, bool watch)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var p = 0; p < parts.Length; p++)
        {
            parts[p] = Uri.UnescapeDataString(parts[p]);
        }

        var group = "";
        int i;
        if (parts.Length >= 2 && parts[0] == "api")
        {
            i = 1;
        }
        else if (parts.Length >= 3 && parts[0] == "apis")
        {
            group = parts[1];
            i = 2;
        }
        else
        {
            return new RequestInfo { Verb = NonResourceVerb(method) };
        }

        var version = parts[i++];
        if (i >= parts.Length)
        {
            return new RequestInfo { Verb = NonResourceVerb(method), Group = group, Version = version };
        }

        var ns = "";
        if (parts[i] == "watch" && method == "GET")
        {
            watch = true;
            i++;
        }

        if (i < parts.Length - 2 && parts[i] == "namespaces" && !(parts.Length - i == 3 && parts[i + 2] is "status" or "finalize"))
        {
            ns = parts[i + 1];
            i += 2;
        }

        if (i >= parts.Length)
        {
            return new RequestInfo { Verb = NonResourceVerb(method), Group = group, Version = version };
        }

        var resource = parts[i++];
        var name = i < parts.Length ? parts[i++] : "";
        var subresource = i < parts.Length ? parts[i++] : "";
        var rest = i < parts.Length ? string.Join('/', parts[i..]) : "";

        // The namespace of a namespace is itself, so that access rules for the namespace cover it.
        if (group.Length == 0 && resource == "namespaces" && name.Length > 0)
        {
            ns = "";
        }

        return new RequestInfo
        {
            Group = group,
            Version = version,
            Namespace = ns,
            Resource = resource,
            Name = name,
            Subresource = subresource,
            Rest = rest,
            Verb = method switch
            {
                "GET" or "HEAD" => name.Length > 0 && !watch ? "get" : watch ? "watch" : "list",
                "POST" => "create",
                "PUT" => "update",
                "PATCH" => "patch",
                "DELETE" => name.Length > 0 ? "delete" : "deletecollection",
                _ => "",
            },
        };
    }

    private static string NonResourceVerb(string method) => method.ToLowerInvariant();
}
