using System.Security.Cryptography;
using System.Text;

namespace GitOps.Testing.Discovery;

/// <summary>Serves OpenAPI v3 documents: schemas of all kinds and the parameters that kubectl looks for.</summary>
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
            new SchemaWriter(schemas).Write(served.Type, SchemaName(definition, served));
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
        foreach (var (group, version) in Versions())
        {
            foreach (var (definition, _) in Resources(group, version))
            {
                Paths(paths, definition, version);
            }
        }

        root.GetOrAddMap("definitions");
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

    /// <summary>Writes types as OpenAPI schemas; named types go into the list of schemas once.</summary>
    private sealed class SchemaWriter(MapNode schemas)
    {
        public MapNode Write(SchemaType type, string name = "")
        {
            name = name.Length > 0 ? name : type.Kind == SchemaKind.Map ? type.Name : "";
            if (name.Length == 0)
            {
                return Body(type);
            }

            if (!schemas.ContainsKey(name))
            {
                // A place first: types refer to themselves.
                schemas[name] = new MapNode();
                schemas[name] = Body(type);
            }

            var reference = new MapNode();
            reference.Set("$ref", $"#/components/schemas/{name}");
            return reference;
        }

        private MapNode Body(SchemaType type)
        {
            if (type.Source is { } source && type.Kind != SchemaKind.Map)
            {
                return (MapNode)source.DeepClone();
            }

            var schema = new MapNode();
            switch (type.Kind)
            {
                case SchemaKind.Map:
                    Map(type, schema);
                    break;
                case SchemaKind.List:
                    schema.Set("type", "array");
                    schema["items"] = Write(type.Items ?? SchemaType.Untyped);
                    schema.Set("x-kubernetes-list-type", type.ListType switch { ListType.Set => "set", ListType.Map => "map", _ => "atomic" });
                    if (type.Keys.Length > 0)
                    {
                        schema["x-kubernetes-list-map-keys"] = new ListNode(type.Keys.Select(static k => ScalarNode.String(k)));
                    }

                    break;
                case SchemaKind.Integer or SchemaKind.Long:
                    schema.Set("type", "integer");
                    schema.Set("format", type.Kind == SchemaKind.Long ? "int64" : "int32");
                    break;
                case SchemaKind.Number:
                    schema.Set("type", "number");
                    break;
                case SchemaKind.Boolean:
                    schema.Set("type", "boolean");
                    break;
                case SchemaKind.Deduced or SchemaKind.Untyped:
                    break;
                default:
                    schema.Set("type", "string");
                    if (type.Kind is SchemaKind.Time or SchemaKind.Bytes or SchemaKind.IntOrString)
                    {
                        schema.Set("format", type.Kind switch { SchemaKind.Time => "date-time", SchemaKind.Bytes => "byte", _ => "int-or-string" });
                    }

                    break;
            }

            return schema;
        }

        private void Map(SchemaType type, MapNode schema)
        {
            schema.Set("type", "object");
            if (type.Atomic)
            {
                schema.Set("x-kubernetes-map-type", "atomic");
            }

            if (type.Fields.Count > 0)
            {
                var properties = schema.GetOrAddMap("properties");
                var required = new ListNode();
                foreach (var field in type.Fields)
                {
                    var property = Write(field.Type);
                    if (field.PatchStrategy is not null)
                    {
                        property.Set("x-kubernetes-patch-strategy", field.PatchStrategy);
                    }

                    if (field.PatchMergeKey is not null)
                    {
                        property.Set("x-kubernetes-patch-merge-key", field.PatchMergeKey);
                    }

                    properties[field.Name] = property;
                    if (field.Required)
                    {
                        required.Add(ScalarNode.String(field.Name));
                    }
                }

                if (required.Count > 0)
                {
                    schema["required"] = required;
                }
            }
            else if (type.Values is { } values)
            {
                schema["additionalProperties"] = Write(values);
            }
        }
    }
}
