using System.Security.Cryptography;
using System.Text;

namespace GitOps.Testing.Discovery;

/// <summary>Serves OpenAPI documents, v3 by group and v2 as a whole: schemas of all kinds and the parameters that kubectl looks for.</summary>
internal sealed class OpenApiHandler(ClusterState state)
{
    public async Task HandleAsync(RequestContext request, string[] path)
    {
        switch (path)
        {
            case ["openapi", "v3"]:
                await request.WriteAsync(200, Index()).ConfigureAwait(false);
                return;
            case ["openapi", "v3", "api", var version]:
                await request.WriteAsync(200, Document("", version)).ConfigureAwait(false);
                return;
            case ["openapi", "v3", "apis", var group, var version]:
                await request.WriteAsync(200, Document(group, version)).ConfigureAwait(false);
                return;
            case ["openapi", "v2"] when request.Http.Request.Headers.Accept.ToString() is var accept && (accept.Length == 0 || accept.Contains("application/json", StringComparison.Ordinal) || accept.Contains("*/*", StringComparison.Ordinal)):
                await request.WriteAsync(200, Swagger()).ConfigureAwait(false);
                return;
            case ["openapi", "v2"] when SwaggerProtobuf.IsAsked(request.Http.Request.Headers.Accept.ToString()):
                await request.WriteAsync(200, SwaggerProtobuf.Write(Swagger()), SwaggerProtobuf.ContentType).ConfigureAwait(false);
                return;
            default:
                throw ApiException.PathNotFound();
        }
    }

    private IEnumerable<(string Group, string Version)> Versions() => state.Registry.All
        .SelectMany(static r => r.Versions.Where(static v => v.Served).Select(v => (r.Group, v.Name)))
        .Distinct()
        .OrderBy(static v => v, Comparer<(string, string)>.Default);

    private MapNode Index()
    {
        var root = new MapNode();
        var paths = root.GetOrAddMap("paths");
        foreach (var (group, version) in Versions())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            var kinds = string.Join(',', Resources(group, version).Select(static r => $"{r.Definition.Kind}:{r.Version.Source?.GetHashCode()}"));
            var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(kinds)));
            paths.GetOrAddMap(path).Set("serverRelativeURL", $"/openapi/v3/{path}?hash={hash}");
        }

        return root;
    }

    private IEnumerable<(ResourceDefinition Definition, ResourceVersion Version)> Resources(string group, string version) => state.Registry.All
        .Where(r => r.Group == group)
        .Select(r => (Definition: r, Version: r.Version(version)))
        .Where(static r => r.Version is not null)
        .Select(static r => (r.Definition, r.Version!));

    private MapNode Document(string group, string version)
    {
        var root = new MapNode();
        root.Set("openapi", "3.0.0");
        Info(root);
        var paths = root.GetOrAddMap("paths");
        var schemas = new MapNode();
        foreach (var (definition, served) in Resources(group, version))
        {
            Paths(paths, definition, version);
            new SchemaWriter(schemas, "#/components/schemas/").Write(served.Type, SchemaName(definition, served));
            schemas.GetMap(SchemaName(definition, served))!["x-kubernetes-group-version-kind"] = new ListNode([Kind(definition, version)]);
        }

        if (paths.Count == 0)
        {
            throw ApiException.PathNotFound();
        }

        root.GetOrAddMap("components")["schemas"] = schemas;
        return root;
    }

    private MapNode Swagger()
    {
        var root = new MapNode();
        root.Set("swagger", "2.0");
        Info(root);
        var paths = root.GetOrAddMap("paths");
        var definitions = root.GetOrAddMap("definitions");
        var writer = new SchemaWriter(definitions, "#/definitions/");
        foreach (var (group, version) in Versions())
        {
            foreach (var (definition, served) in Resources(group, version))
            {
                Paths(paths, definition, version);
                var name = SchemaName(definition, served);
                writer.Write(served.Type, name);
                definitions.GetMap(name)!["x-kubernetes-group-version-kind"] = new ListNode([Kind(definition, version)]);
            }
        }

        return root;
    }

    private static void Info(MapNode root)
    {
        var info = root.GetOrAddMap("info");
        info.Set("title", "Kubernetes");
        info.Set("version", $"v{BuiltInSchema.KubernetesVersion}.0");
    }

    private static string SchemaName(ResourceDefinition definition, ResourceVersion version) =>
        version.Type.Name.Length > 0 ? version.Type.Name : $"{string.Join('.', definition.Group.Split('.').Reverse())}.{version.Name}.{definition.Kind}";

    private static MapNode Kind(ResourceDefinition definition, string version)
    {
        var kind = new MapNode();
        kind.Set("group", definition.Group);
        kind.Set("version", version);
        kind.Set("kind", definition.Kind);
        return kind;
    }

    private static void Paths(MapNode paths, ResourceDefinition definition, string version)
    {
        var prefix = definition.Group.Length == 0 ? $"/api/{version}" : $"/apis/{definition.Group}/{version}";
        var collection = definition.Namespaced ? $"{prefix}/namespaces/{{namespace}}/{definition.Plural}" : $"{prefix}/{definition.Plural}";
        var item = paths.GetOrAddMap(collection + "/{name}");
        foreach (var (method, action) in (ReadOnlySpan<(string, string)>)[("get", "get"), ("put", "put"), ("patch", "patch"), ("delete", "delete")])
        {
            Operation(item, method, action, definition, version);
        }

        var list = paths.GetOrAddMap(collection);
        Operation(list, "get", "list", definition, version);
        Operation(list, "post", "post", definition, version);
    }

    private static void Operation(MapNode path, string method, string action, ResourceDefinition definition, string version)
    {
        var operation = path.GetOrAddMap(method);
        operation.Set("x-kubernetes-action", action);
        operation["x-kubernetes-group-version-kind"] = Kind(definition, version);
        string[] parameters = action switch
        {
            "patch" => ["dryRun", "fieldManager", "fieldValidation", "force"],
            "post" or "put" => ["dryRun", "fieldManager", "fieldValidation"],
            "delete" => ["dryRun", "gracePeriodSeconds", "propagationPolicy"],
            "list" => ["labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "watch"],
            _ => [],
        };
        operation["parameters"] = new ListNode(parameters.Select(static name =>
        {
            var parameter = new MapNode();
            parameter.Set("name", name);
            parameter.Set("in", "query");
            parameter.GetOrAddMap("schema").Set("type", "string");
            return (Node)parameter;
        }));
        operation.GetOrAddMap("responses").GetOrAddMap("200").Set("description", "OK");
    }
}
