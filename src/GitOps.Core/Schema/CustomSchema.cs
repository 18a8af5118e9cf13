namespace GitOps.Schema;

/// <summary>Reads the structural schema of a CRD version (<c>openAPIV3Schema</c>) into types.</summary>
internal static class CustomSchema
{
    private const int MaxDepth = 100;
    private static readonly SchemaType String = new(SchemaKind.String);

    /// <summary>Reads the schema of a version.</summary>
    /// <param name="schema">The <c>openAPIV3Schema</c>; <see langword="null"/> when the version has none.</param>
    /// <returns>The type of a whole object.</returns>
    /// <exception cref="GitOpsException">The schema is nested too deeply.</exception>
    public static SchemaType Read(MapNode? schema)
    {
        if (schema is null)
        {
            return WithObjectFields(new MapNode(), preserve: true, new SchemaType.Content { Values = SchemaType.Deduced });
        }

        var preserve = IsTrue(schema, "x-kubernetes-preserve-unknown-fields");
        var content = Content(schema, preserve, 0);
        return WithObjectFields(schema, preserve, content);
    }

    private static SchemaType Metadata => BuiltInSchema.Definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")!;

    private static SchemaType WithObjectFields(MapNode source, bool preserve, SchemaType.Content content)
    {
        var fields = new Dictionary<string, SchemaField>(content.Fields, StringComparer.Ordinal)
        {
            ["apiVersion"] = new("apiVersion", String) { Zero = ZeroValue.Kept },
            ["kind"] = new("kind", String) { Zero = ZeroValue.Kept },
            ["metadata"] = new("metadata", Metadata) { Zero = ZeroValue.Kept },
        };
        return new SchemaType(SchemaKind.Map, new SchemaType.Content { Fields = fields, Values = content.Values })
        {
            Source = source,
            PreserveUnknown = preserve,
            Atomic = source.GetString("x-kubernetes-map-type") == "atomic",
        };
    }

    private static SchemaType Type(MapNode schema, bool preserve, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"the CRD's schema is nested more than {MaxDepth} levels deep.");
        }

        // Descendants of a field that keeps unknown keys keep them too, as far as merging is concerned.
        preserve |= IsTrue(schema, "x-kubernetes-preserve-unknown-fields");
        var kind = schema.GetString("type");
        var nullable = IsTrue(schema, "nullable");
        switch (kind)
        {
            case "object":
                {
                    var content = Content(schema, preserve, depth);
                    var embedded = IsTrue(schema, "x-kubernetes-embedded-resource");
                    if (embedded)
                    {
                        var type = WithObjectFields(schema, preserve, content);
                        return new SchemaType(SchemaKind.Map, new SchemaType.Content { Fields = type.Fields.ToDictionary(static f => f.Name, StringComparer.Ordinal), Values = content.Values })
                        {
                            Source = schema,
                            Nullable = nullable,
                            EmbeddedResource = true,
                            PreserveUnknown = IsTrue(schema, "x-kubernetes-preserve-unknown-fields"),
                            Atomic = schema.GetString("x-kubernetes-map-type") == "atomic",
                        };
                    }

                    return new SchemaType(SchemaKind.Map, content)
                    {
                        Source = schema,
                        Nullable = nullable,
                        PreserveUnknown = IsTrue(schema, "x-kubernetes-preserve-unknown-fields"),
                        Atomic = schema.GetString("x-kubernetes-map-type") == "atomic",
                    };
                }

            case "array":
                return new SchemaType(SchemaKind.List, new SchemaType.Content { Items = schema.GetMap("items") is { } items ? Type(items, preserve, depth + 1) : SchemaType.Untyped })
                {
                    Source = schema,
                    Nullable = nullable,
                    ListType = schema.GetString("x-kubernetes-list-type") switch { "set" => ListType.Set, "map" => ListType.Map, _ => ListType.Atomic },
                    Keys = schema.GetList("x-kubernetes-list-map-keys")?.OfType<ScalarNode>().Select(static k => k.Text).ToArray() ?? [],
                };
            case "integer":
                return new SchemaType(SchemaKind.Long) { Source = schema, Nullable = nullable };
            case "number":
                return new SchemaType(SchemaKind.Number) { Source = schema, Nullable = nullable };
            case "boolean":
                return new SchemaType(SchemaKind.Boolean) { Source = schema, Nullable = nullable };
            case "string":
                // A string with a format other than byte is any scalar to merging.
                return new SchemaType(schema.GetString("format") is null or "" or "byte" ? SchemaKind.String : SchemaKind.IntOrString) { Source = schema, Nullable = nullable };
            default:
                return new SchemaType(SchemaKind.Deduced) { Source = schema, Nullable = nullable, PreserveUnknown = IsTrue(schema, "x-kubernetes-preserve-unknown-fields") };
        }
    }

    private static SchemaType.Content Content(MapNode schema, bool preserve, int depth)
    {
        var properties = schema.GetMap("properties");
        var required = schema.GetList("required")?.OfType<ScalarNode>().Select(static r => r.Text).ToHashSet(StringComparer.Ordinal) ?? [];
        var fields = new Dictionary<string, SchemaField>(StringComparer.Ordinal);
        foreach (var property in properties ?? [])
        {
            if (property.Value is MapNode inner)
            {
                fields[property.Key] = new SchemaField(property.Key, Type(inner, preserve, depth + 1))
                {
                    Required = required.Contains(property.Key),
                    Default = inner["default"],
                    FillDefault = inner.ContainsKey("default"),
                    Zero = ZeroValue.Kept,
                };
            }
        }

        var values = schema["additionalProperties"] switch
        {
            MapNode inner => Type(inner, preserve, depth + 1),
            ScalarNode { Kind: ScalarKind.Boolean } allowed => allowed.AsBoolean() ? SchemaType.Deduced : null,
            _ => preserve || fields.Count == 0 ? SchemaType.Deduced : null,
        };
        return new SchemaType.Content { Fields = fields, Values = values };
    }

    private static bool IsTrue(MapNode schema, string key) => schema[key] is ScalarNode scalar && scalar.AsBoolean();
}
