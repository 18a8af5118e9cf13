using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Schema;

/// <summary>An OpenAPI (Swagger 2) document that a kustomization brings along.</summary>
internal sealed class CustomSchema
{
    private const string GroupVersionKind = "x-kubernetes-group-version-kind";
    private const int MaxRefs = 64;

    private readonly Dictionary<(string ApiVersion, string Kind), SchemaField> _kinds = [];
    private readonly Dictionary<(string ApiVersion, string Kind), bool> _namespaced = [];
    private readonly Dictionary<string, SchemaType> _types = new(StringComparer.Ordinal);
    private readonly MapNode _definitions;

    private readonly bool _overBuiltIn;

    private CustomSchema(MapNode definitions, bool overBuiltIn)
    {
        _definitions = definitions;
        _overBuiltIn = overBuiltIn;
    }

    /// <param name="document">The document.</param>
    /// <param name="overBuiltIn">Whether the built-in definitions are there too; they then win over those of the same name.</param>
    public static CustomSchema Read(Node document, bool overBuiltIn)
    {
        var root = document as MapNode ?? throw new KustomizeException("the OpenAPI schema is not a map");
        var schema = new CustomSchema(root.GetMap("definitions") ?? new MapNode(), overBuiltIn);
        foreach (var (name, definition, _, _, _) in schema._definitions)
        {
            if (definition is MapNode map && map[GroupVersionKind] is ListNode kinds)
            {
                foreach (var kind in kinds.OfType<MapNode>())
                {
                    schema._kinds[KindOf(kind)] = SchemaField.Of(schema.TypeOf(name))!;
                }
            }
        }

        foreach (var (path, item, _, _, _) in root.GetMap("paths") ?? [])
        {
            if ((item as MapNode)?.GetMap("get")?[GroupVersionKind] is MapNode kind)
            {
                var key = KindOf(kind);
                if (path.Contains("namespaces/{namespace}", StringComparison.Ordinal))
                {
                    schema._namespaced[key] = true;
                }
                else
                {
                    schema._namespaced.TryAdd(key, false);
                }
            }
        }

        return schema;
    }

    public SchemaField? Find(string apiVersion, string kind) => _kinds.GetValueOrDefault((apiVersion, kind));

    public bool IsClusterScoped(string apiVersion, string kind) => _namespaced.TryGetValue((apiVersion, kind), out var namespaced) && !namespaced;

    private static (string ApiVersion, string Kind) KindOf(MapNode kind)
    {
        var group = Tree.Value(kind["group"]);
        var version = Tree.Value(kind["version"]);
        return (group.Length == 0 ? version : $"{group}/{version}", Tree.Value(kind["kind"]));
    }

    private SchemaType TypeOf(string definition)
    {
        if (_overBuiltIn && BuiltInSchema.Instance.Definition(definition) is { } builtIn)
        {
            return builtIn;
        }

        if (!_types.TryGetValue(definition, out var type))
        {
            type = new SchemaType();
            _types.Add(definition, type);
            if (_definitions[definition] is MapNode schema)
            {
                Fill(type, schema);
            }
        }

        return type;
    }

    private void Fill(SchemaType type, MapNode schema)
    {
        foreach (var (name, property, _, _, _) in schema.GetMap("properties") ?? [])
        {
            if (property is MapNode map)
            {
                type.Add(name, FieldOf(map, 0));
            }
        }

        if (schema.GetMap("additionalProperties") is { } additional)
        {
            type.Additional = FieldOf(additional, 0);
        }
    }

    /// <summary>What a schema says of a field.</summary>
    public SchemaField FieldOf(MapNode schema) => FieldOf(schema, 0);

    private SchemaField FieldOf(MapNode schema, int depth)
    {
        if (Tree.Value(schema["$ref"]) is { Length: > 0 } reference)
        {
            const string prefix = "#/definitions/";
            if (!reference.StartsWith(prefix, StringComparison.Ordinal) || depth > MaxRefs)
            {
                return new SchemaField();
            }

            var target = reference[prefix.Length..].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

            // The reference stands for the whole definition, a list as well as an object.
            return _definitions[target] is MapNode definition && (Tree.Value(definition["type"]) == "array" || definition["$ref"] is not null)
                ? FieldOf(definition, depth + 1)
                : new SchemaField { Type = TypeOf(target) };
        }

        var isList = Tree.Value(schema["type"]) == "array";
        var items = isList && schema.GetMap("items") is { } itemSchema ? FieldOf(itemSchema, depth + 1) : null;
        SchemaType? type = items?.Type;
        if (!isList && (schema["properties"] is MapNode || schema["additionalProperties"] is MapNode))
        {
            type = new SchemaType();
            Fill(type, schema);
        }

        var strategy = Tree.Value(schema["x-kubernetes-patch-strategy"]);
        string[] keys = [];
        if (strategy.Length > 0)
        {
            keys = schema["x-kubernetes-list-map-keys"] is ListNode list ? [.. list.Select(Tree.Value)]
                : Tree.Value(schema["x-kubernetes-patch-merge-key"]) is { Length: > 0 } key ? [key]
                : [];
        }

        return new SchemaField { IsList = isList, Strategy = strategy, Keys = keys, Type = type, Items = items };
    }
}
