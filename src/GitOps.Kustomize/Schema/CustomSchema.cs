using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Schema;

/// <summary>An OpenAPI (Swagger 2) document that a kustomization brings along.</summary>
internal sealed class CustomSchema
{
    private const string GroupVersionKind = "x-kubernetes-group-version-kind";
    private const int MaxRefs = 64;
    private static readonly YamlReaderOptions s_json = new() { Schema = YamlSchema.Kubernetes };
    private static readonly YamlReaderOptions s_yaml = s_json with { DuplicateKeys = DuplicateKeys.LastWins };

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

    /// <param name="text">The document, JSON or YAML.</param>
    /// <param name="file">Its file, for messages.</param>
    /// <param name="overBuiltIn">Whether the built-in definitions are there too; they then win over those of the same name.</param>
    public static CustomSchema Read(string text, string file, bool overBuiltIn)
    {
        if (text.Length == 0)
        {
            throw Invalid(file, "the file is empty");
        }

        Node document;
        try
        {
            document = YamlReader.ReadFirst(text, file, text[0] == '{' ? s_json : s_yaml) ?? new MapNode();
        }
        catch (YamlException e)
        {
            throw new KustomizeException($"invalid schema file: {e.Message}", e.Location, e);
        }

        var root = document as MapNode ?? (document.IsNull ? new MapNode() : throw Invalid(file, "it is not a map"));
        return Read(root, file, overBuiltIn);
    }

    /// <summary>A schema that adds nothing to Kubernetes' own.</summary>
    public static CustomSchema None() => Read(new MapNode(), "", overBuiltIn: true);

    private static CustomSchema Read(MapNode root, string file, bool overBuiltIn)
    {
        Require<MapNode>(root["info"], file, "info");
        Require<MapNode>(root["definitions"], file, "definitions");
        var schema = new CustomSchema(root.GetMap("definitions") ?? new MapNode(), overBuiltIn);
        foreach (var (name, definition, _, _, _) in schema._definitions)
        {
            CheckSchema(definition, file, $"definitions.{name}", 0);
        }

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

    // What does not fit the types of a Swagger document is refused as a whole, as by the library that kustomize reads it with.
    private static void CheckSchema(Node? node, string file, string path, int depth)
    {
        Require<MapNode>(node, file, path);
        if (node is not MapNode schema || depth > MaxRefs)
        {
            return;
        }

        if (schema["type"] is { IsNull: false } type and not (ScalarNode { Kind: ScalarKind.String } or ListNode))
        {
            throw Invalid(file, $"{path}.type is no text", type);
        }

        Require<MapNode>(schema["properties"], file, $"{path}.properties");
        foreach (var (name, property, _, _, _) in schema.GetMap("properties") ?? [])
        {
            CheckSchema(property, file, $"{path}.properties.{name}", depth + 1);
            if (property is MapNode field && field["x-kubernetes-patch-strategy"] is not null
                && (field["x-kubernetes-patch-merge-key"] is not (null or ScalarNode { Kind: ScalarKind.String }) || field["x-kubernetes-patch-strategy"] is not ScalarNode { Kind: ScalarKind.String }))
            {
                throw Invalid(file, $"the patch strategy and merge key of {path}.properties.{name} are no texts", field);
            }
        }
    }

    private static void Require<T>(Node? node, string file, string path)
        where T : Node
    {
        if (node is not (null or T) && !node.IsNull)
        {
            throw Invalid(file, $"{path} is not a map", node);
        }
    }

    private static KustomizeException Invalid(string file, string problem, Node? node = null) =>
        new($"invalid schema file {new SourceLocation(file, node?.Line ?? 0, node?.Column ?? 0)}: {problem}", new SourceLocation(file, node?.Line ?? 0, node?.Column ?? 0));

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
