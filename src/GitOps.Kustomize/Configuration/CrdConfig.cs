using GitOps.Json;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Configuration;

/// <summary>Reads the OpenAPI definitions that <c>crds</c> names, whose marks say which fields hold names, labels and annotations.</summary>
internal static class CrdConfig
{
    private const int MaxDepth = 64;
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kubernetes, DuplicateKeys = DuplicateKeys.LastWins, AllowJsonEscapes = false };

    public static TransformerConfig Read(ReadOnlyMemory<byte> bytes, string file)
    {
        if (bytes.Length == 0)
        {
            throw new KustomizeException($"unable to parse open API definition from '{file}': the file is empty", new SourceLocation(file));
        }

        var document = bytes.Span[0] == '{' ? ReadJson(bytes.Span, file) : YamlReader.ReadFirst(YamlReader.Decode(bytes.Span, file), file, s_yaml);
        if (document is null or { IsNull: true })
        {
            document = new MapNode();
        }

        if (document is not MapNode definitions || definitions.Any(d => d.Value is not MapNode && !d.Value.IsNull))
        {
            throw new KustomizeException($"unable to parse open API definition from '{file}': not a map of definitions", new SourceLocation(file));
        }

        var reading = new Reading(definitions);
        foreach (var (name, definition, _, _, _) in definitions)
        {
            if (Properties(definition) is { } properties && properties.ContainsKey("kind") && properties.ContainsKey("apiVersion") && properties.ContainsKey("metadata"))
            {
                reading.Load(new Gvk("", "", name[(name.LastIndexOf('.') + 1)..]), name, [], 0);
            }
        }

        return TransformerConfig.Of(
            TransformerConfig.MergeAll([], reading.Annotations, "CommonAnnotations"),
            TransformerConfig.MergeAll([], reading.Labels, "CommonLabels"),
            TransformerConfig.MergeAll([], reading.Prefixes, "NamePrefix"),
            TransformerConfig.MergeReferences([], reading.References));
    }

    private static Node ReadJson(ReadOnlySpan<byte> bytes, string file)
    {
        try
        {
            return JsonTreeReader.Read(bytes, new JsonReadOptions { File = file, Positions = true });
        }
        catch (JsonFormatException e)
        {
            throw new KustomizeException($"unable to parse open API definition from '{file}': {e.Message}", new SourceLocation(file), e);
        }
    }

    private static MapNode? Properties(Node? definition) => ((definition as MapNode)?.GetMap("Schema") ?? (definition as MapNode)?.GetMap("schema"))?.GetMap("properties");

    private sealed class Reading
    {
        private readonly MapNode _definitions;

        public Reading(MapNode definitions) => _definitions = definitions;

        public List<FieldSpec> Annotations { get; } = [];

        public List<FieldSpec> Labels { get; } = [];

        public List<FieldSpec> Prefixes { get; } = [];

        public List<NameReference> References { get; } = [];

        public void Load(Gvk gvk, string type, string[] path, int depth)
        {
            if (depth > MaxDepth || Properties(_definitions[type]) is not { } properties)
            {
                return;
            }

            foreach (var (name, value, _, _, _) in properties)
            {
                if (value is not MapNode property)
                {
                    continue;
                }

                string[] here = [.. path, name];
                var spec = new FieldSpec(gvk, string.Join('/', here), false);
                if (IsText(property, "x-kubernetes-annotation"))
                {
                    Annotations.Add(spec);
                }

                if (IsText(property, "x-kubernetes-label-selector"))
                {
                    Labels.Add(spec);
                }

                if (IsText(property, "x-kubernetes-identity"))
                {
                    Prefixes.Add(spec);
                }

                if (IsText(property, "x-kubernetes-object-ref-api-version") && IsText(property, "x-kubernetes-object-ref-kind"))
                {
                    var key = IsText(property, "x-kubernetes-object-ref-name-key") ? Tree.Value(property["x-kubernetes-object-ref-name-key"]) : "name";
                    References.Add(new NameReference(
                        new Gvk("", Tree.Value(property["x-kubernetes-object-ref-api-version"]), Tree.Value(property["x-kubernetes-object-ref-kind"])),
                        [spec with { Path = $"{spec.Path}/{key}" }]));
                }

                if (Tree.Value(property["$ref"]) is { Length: > 0 } reference)
                {
                    Load(gvk, reference, here, depth + 1);
                }
            }
        }

        private static bool IsText(MapNode property, string key) => property[key] is ScalarNode { Kind: ScalarKind.String };
    }
}
