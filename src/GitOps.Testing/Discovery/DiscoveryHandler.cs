namespace GitOps.Testing.Discovery;

/// <summary>Answers what is not about objects: discovery, versions, health, OpenAPI.</summary>
internal sealed class DiscoveryHandler(ClusterState state)
{
    public async Task HandleAsync(RequestContext request, string path)
    {
        path = path.TrimEnd('/');
        if (request.Http.Request.Method is not ("GET" or "HEAD"))
        {
            throw ApiException.MethodNotAllowed("", path, request.Http.Request.Method);
        }

        switch (path)
        {
            case "" or "/":
                await request.WriteAsync(200, Paths()).ConfigureAwait(false);
                return;
            case "/healthz" or "/livez" or "/readyz":
                await request.WriteTextAsync(200, "ok").ConfigureAwait(false);
                return;
            case "/version":
                await request.WriteAsync(200, Version()).ConfigureAwait(false);
                return;
            case "/api":
                await AnswerAsync(request, CoreVersions, core: true).ConfigureAwait(false);
                return;
            case "/apis":
                await AnswerAsync(request, GroupList, core: false).ConfigureAwait(false);
                return;
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (parts)
        {
            case ["api", "v1"]:
                await request.WriteAsync(200, ResourceList("", "v1")).ConfigureAwait(false);
                return;
            case ["apis", var group]:
                await request.WriteAsync(200, Group(group) ?? throw ApiException.PathNotFound()).ConfigureAwait(false);
                return;
            case ["apis", var group, var version]:
                await request.WriteAsync(200, ResourceList(group, version)).ConfigureAwait(false);
                return;
            case ["openapi", ..]:
                await new OpenApiHandler(state).HandleAsync(request, parts).ConfigureAwait(false);
                return;
            case ["healthz" or "livez" or "readyz", ..]:
                await request.WriteTextAsync(200, "ok").ConfigureAwait(false);
                return;
            default:
                throw ApiException.PathNotFound();
        }
    }

    private async Task AnswerAsync(RequestContext request, Func<MapNode> plain, bool core)
    {
        // Clients that know aggregated discovery name it first.
        foreach (var alternative in request.Http.Request.Headers.Accept.ToString().Split(','))
        {
            var type = alternative.Replace(" ", "", StringComparison.Ordinal);
            if (!type.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal))
            {
                break;
            }

            var version = type.Contains("v=v2beta1", StringComparison.Ordinal) ? "v2beta1" : "v2";
            if (!type.StartsWith("application/json", StringComparison.Ordinal))
            {
                continue;
            }

            request.Http.Response.Headers.Vary = "Accept";
            request.Prepare(200, $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
            Json.JsonTreeWriter.Write(request.Http.Response.BodyWriter, Aggregated(core, version));
            await request.Http.Response.BodyWriter.FlushAsync(request.Aborted).ConfigureAwait(false);
            return;
        }

        request.Http.Response.Headers.Vary = "Accept";
        await request.WriteAsync(200, plain()).ConfigureAwait(false);
    }

    private static MapNode Version()
    {
        var parts = BuiltInSchema.KubernetesVersion.Split('.');
        var node = new MapNode();
        node.Set("major", parts[0]);
        node.Set("minor", parts[1]);
        node.Set("gitVersion", $"v{BuiltInSchema.KubernetesVersion}.0");
        node.Set("gitCommit", "");
        node.Set("gitTreeState", "clean");
        node.Set("buildDate", "1970-01-01T00:00:00Z");
        node.Set("goVersion", "none");
        node.Set("compiler", "none");
        node.Set("platform", "in-memory");
        return node;
    }

    private IEnumerable<(string Group, string[] Versions)> Groups() => state.Registry.All
        .SelectMany(static r => r.Versions.Where(static v => v.Served).Select(v => (r.Group, v.Name)))
        .GroupBy(static v => v.Group, StringComparer.Ordinal)
        .Select(static g => (g.Key, g.Select(static v => v.Name).Distinct(StringComparer.Ordinal).Order(VersionOrder.Instance).ToArray()))
        .OrderBy(static g => g.Key, StringComparer.Ordinal);

    private MapNode Paths()
    {
        var paths = new List<string> { "/.well-known/openid-configuration", "/api", "/api/v1", "/apis" };
        foreach (var (group, versions) in Groups().Where(static g => g.Group.Length > 0))
        {
            paths.Add($"/apis/{group}");
            paths.AddRange(versions.Select(v => $"/apis/{group}/{v}"));
        }

        paths.AddRange(["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]);
        var node = new MapNode();
        node["paths"] = new ListNode(paths.Skip(1).Select(static p => ScalarNode.String(p)));
        return node;
    }

    private static MapNode CoreVersions()
    {
        var node = new MapNode();
        node.Set("kind", "APIVersions");
        node["versions"] = new ListNode([ScalarNode.String("v1")]);
        node["serverAddressByClientCIDRs"] = new ListNode();
        return node;
    }

    private MapNode GroupList()
    {
        var node = new MapNode();
        node.Set("kind", "APIGroupList");
        node.Set("apiVersion", "v1");
        node["groups"] = new ListNode(Groups().Where(static g => g.Group.Length > 0).Select(static g => (Node)GroupNode(g.Group, g.Versions)));
        return node;
    }

    private MapNode? Group(string name)
    {
        foreach (var (group, versions) in Groups())
        {
            if (group == name)
            {
                var node = new MapNode();
                node.Set("kind", "APIGroup");
                node.Set("apiVersion", "v1");
                foreach (var entry in GroupNode(group, versions))
                {
                    node[entry.Key] = entry.Value;
                }

                return node;
            }
        }

        return null;
    }

    private static MapNode GroupNode(string group, string[] versions)
    {
        MapNode VersionNode(string version)
        {
            var v = new MapNode();
            v.Set("groupVersion", $"{group}/{version}");
            v.Set("version", version);
            return v;
        }

        var node = new MapNode();
        node.Set("name", group);
        node["versions"] = new ListNode(versions.Select(VersionNode));
        node["preferredVersion"] = VersionNode(versions[0]);
        return node;
    }

    private MapNode ResourceList(string group, string version)
    {
        var node = new MapNode();
        node.Set("kind", "APIResourceList");
        node.Set("apiVersion", "v1");
        node.Set("groupVersion", group.Length == 0 ? version : $"{group}/{version}");
        var resources = new ListNode();
        foreach (var (definition, served) in Served(group, version))
        {
            resources.Add(ResourceNode(definition, definition.Plural, definition.Singular, definition.Kind, definition.Verbs, null));
            foreach (var subresource in served.Subresources.Order(StringComparer.Ordinal))
            {
                var (kind, gv, verbs) = Subresource(definition, subresource);
                resources.Add(ResourceNode(definition, $"{definition.Plural}/{subresource}", "", kind, verbs, gv));
            }
        }

        if (resources.Count == 0)
        {
            throw ApiException.PathNotFound();
        }

        node["resources"] = resources;
        return node;
    }

    private IEnumerable<(ResourceDefinition Definition, ResourceVersion Version)> Served(string group, string version) => state.Registry.All
        .Where(r => r.Group == group)
        .Select(r => (r, r.Version(version)))
        .Where(static p => p.Item2 is not null)
        .Select(static p => (p.r, p.Item2!))
        .OrderBy(static p => p.r.Plural, StringComparer.Ordinal);

    private static (string Kind, string? GroupVersion, IReadOnlyList<string> Verbs) Subresource(ResourceDefinition definition, string name) => name switch
    {
        "scale" => ("Scale", "autoscaling/v1", ["get", "patch", "update"]),
        "eviction" => ("Eviction", "policy/v1", ["create"]),
        "binding" => ("Binding", null, ["create"]),
        "token" => ("TokenRequest", "authentication.k8s.io/v1", ["create"]),
        "log" => (definition.Kind, null, ["get"]),
        "finalize" => (definition.Kind, null, ["update"]),
        "exec" or "attach" or "portforward" => ($"{definition.Kind}{char.ToUpperInvariant(name[0])}{name[1..]}Options", null, ["create", "get"]),
        "proxy" => ($"{definition.Kind}ProxyOptions", null, ["create", "delete", "get", "patch", "update"]),
        _ => (definition.Kind, null, ["get", "patch", "update"]),
    };

    private static MapNode ResourceNode(ResourceDefinition definition, string name, string singular, string kind, IReadOnlyList<string> verbs, string? groupVersion)
    {
        var node = new MapNode();
        node.Set("name", name);
        node.Set("singularName", singular);
        node["namespaced"] = ScalarNode.Boolean(definition.Namespaced);
        if (groupVersion is not null)
        {
            var slash = groupVersion.IndexOf('/', StringComparison.Ordinal);
            node.Set("group", groupVersion[..slash]);
            node.Set("version", groupVersion[(slash + 1)..]);
        }

        node.Set("kind", kind);
        node["verbs"] = Strings(verbs);
        if (singular.Length > 0 && definition.ShortNames.Count > 0)
        {
            node["shortNames"] = Strings(definition.ShortNames);
        }

        if (singular.Length > 0 && definition.Categories.Count > 0)
        {
            node["categories"] = Strings(definition.Categories);
        }

        if (singular.Length > 0)
        {
            node.Set("storageVersionHash", StorageHash(definition));
        }

        return node;
    }

    private static string StorageHash(ResourceDefinition definition)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{definition.Group}/{definition.StorageVersion}/{definition.Kind}"));
        return Convert.ToBase64String(hash.AsSpan(0, 8));
    }

    private MapNode Aggregated(bool core, string version)
    {
        var node = new MapNode();
        node.Set("kind", "APIGroupDiscoveryList");
        node.Set("apiVersion", $"apidiscovery.k8s.io/{version}");
        node["metadata"] = new MapNode();
        var items = new ListNode();
        foreach (var (group, versions) in Groups().Where(g => g.Group.Length == 0 == core))
        {
            var item = new MapNode();
            var metadata = item.GetOrAddMap("metadata");
            if (group.Length > 0)
            {
                metadata.Set("name", group);
            }

            metadata["creationTimestamp"] = ScalarNode.Null();
            item["versions"] = new ListNode(versions.Select(v => AggregatedVersion(group, v)));
            items.Add(item);
        }

        node["items"] = items;
        return node;
    }

    private MapNode AggregatedVersion(string group, string version)
    {
        var node = new MapNode();
        node.Set("version", version);
        var resources = new ListNode();
        foreach (var (definition, served) in Served(group, version))
        {
            var resource = new MapNode();
            resource.Set("resource", definition.Plural);
            resource["responseKind"] = Kind(group, version, definition.Kind);
            resource.Set("scope", definition.Namespaced ? "Namespaced" : "Cluster");
            resource.Set("singularResource", definition.Singular);
            resource["verbs"] = Strings(definition.Verbs);
            if (definition.ShortNames.Count > 0)
            {
                resource["shortNames"] = Strings(definition.ShortNames);
            }

            if (definition.Categories.Count > 0)
            {
                resource["categories"] = Strings(definition.Categories);
            }

            if (served.Subresources.Count > 0)
            {
                resource["subresources"] = new ListNode(served.Subresources.Order(StringComparer.Ordinal).Select(s =>
                {
                    var (kind, gv, verbs) = Subresource(definition, s);
                    var sub = new MapNode();
                    sub.Set("subresource", s);
                    var slash = gv?.IndexOf('/', StringComparison.Ordinal) ?? -1;
                    sub["responseKind"] = slash < 0 ? Kind(group, version, kind) : Kind(gv![..slash], gv[(slash + 1)..], kind);
                    sub["verbs"] = Strings(verbs);
                    return (Node)sub;
                }));
            }

            resources.Add(resource);
        }

        node["resources"] = resources;
        node.Set("freshness", "Current");
        return node;
    }

    private static MapNode Kind(string group, string version, string kind)
    {
        var node = new MapNode();
        node.Set("group", group);
        node.Set("version", version);
        node.Set("kind", kind);
        return node;
    }

    private static ListNode Strings(IEnumerable<string> values) => new(values.Select(static v => ScalarNode.String(v)));
}
