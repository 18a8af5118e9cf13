using GitOps.Json;

namespace GitOps.Testing.Discovery;

/// <summary>Writes an OpenAPI v2 document in the protobuf form that clients ask for that validate and merge by it (kubectl up to 1.30).</summary>
internal static class SwaggerProtobuf
{
    public const string ContentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private static readonly (string Field, int Number)[] s_texts = [("$ref", 1), ("format", 2), ("title", 3), ("description", 4), ("pattern", 13)];
    private static readonly (string Field, int Number)[] s_bounds = [("multipleOf", 6), ("maximum", 7), ("minimum", 9)];
    private static readonly (string Field, int Number)[] s_counts = [("maxLength", 11), ("minLength", 12), ("maxItems", 14), ("minItems", 15), ("maxProperties", 17), ("minProperties", 18)];
    private static readonly (string Field, int Number)[] s_flags = [("exclusiveMaximum", 8), ("exclusiveMinimum", 10), ("uniqueItems", 16)];
    private static readonly (string Method, int Number)[] s_methods = [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)];

    // The name was spelled with an @ until media types had to be valid.
    public static bool IsAsked(string accept) => accept.Contains("proto-openapi.spec.v2", StringComparison.Ordinal);

    public static ReadOnlyMemory<byte> Write(MapNode document)
    {
        var writer = new WireWriter();
        writer.Text(1, document.GetString("swagger"));
        writer.Message(2, info =>
        {
            info.Text(1, document.GetMap("info")?.GetString("title"));
            info.Text(2, document.GetMap("info")?.GetString("version"));
        });
        writer.Message(8, paths =>
        {
            foreach (var path in document.GetMap("paths") ?? [])
            {
                Named(paths, 2, path.Key, item => Path(item, (MapNode)path.Value));
            }
        });
        writer.Message(9, definitions => Schemas(definitions, document.GetMap("definitions")));
        return writer.Written;
    }

    private static void Path(WireWriter item, MapNode path)
    {
        foreach (var (method, number) in s_methods)
        {
            if (path.GetMap(method) is not { } operation)
            {
                continue;
            }

            item.Message(number, target =>
            {
                foreach (var parameter in operation.GetList("parameters")?.OfType<MapNode>() ?? [])
                {
                    // A parameter, not a reference to one; not of the body; of the query.
                    target.Message(8, p => p.Message(1, q => q.Message(2, r => r.Message(3, query =>
                    {
                        query.Text(2, "query");
                        query.Text(4, parameter.GetString("name"));
                        query.Text(6, "string");
                    }))));
                }

                Extensions(target, 13, operation);
            });
        }
    }

    private static void Schemas(WireWriter target, MapNode? schemas)
    {
        foreach (var schema in schemas ?? [])
        {
            if (schema.Value is MapNode map)
            {
                Named(target, 1, schema.Key, inner => Schema(inner, map));
            }
        }
    }

    private static void Schema(WireWriter target, MapNode schema)
    {
        foreach (var (field, number) in s_texts)
        {
            target.Text(number, schema.GetString(field));
        }

        foreach (var (field, number) in s_bounds)
        {
            if (schema[field] is ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } bound)
            {
                target.Number(number, bound.AsDouble());
            }
        }

        foreach (var (field, number) in s_counts)
        {
            if (schema[field] is ScalarNode count && count.TryGetInt64(out var value))
            {
                target.Number(number, value);
            }
        }

        foreach (var (field, number) in s_flags)
        {
            if (schema[field] is ScalarNode flag && flag.AsBoolean())
            {
                target.Number(number, 1);
            }
        }

        foreach (var required in schema.GetList("required")?.OfType<ScalarNode>() ?? [])
        {
            target.Text(19, required.Text);
        }

        foreach (var value in schema.GetList("enum") ?? [])
        {
            target.Message(20, any => any.Text(2, GoJson.Write(value)));
        }

        if (schema["additionalProperties"] is MapNode values)
        {
            target.Message(21, additional => additional.Message(1, inner => Schema(inner, values)));
        }

        if (schema.GetString("type") is { Length: > 0 } type)
        {
            target.Message(22, item => item.Text(1, type));
        }

        if (schema.GetMap("items") is { } items)
        {
            target.Message(23, item => item.Message(1, inner => Schema(inner, items)));
        }

        if (schema.GetMap("properties") is { Count: > 0 } properties)
        {
            target.Message(25, inner => Schemas(inner, properties));
        }

        Extensions(target, 31, schema);
    }

    private static void Extensions(WireWriter target, int number, MapNode source)
    {
        foreach (var entry in source)
        {
            if (entry.Key.StartsWith("x-", StringComparison.Ordinal))
            {
                // The value is YAML, of which JSON is a part.
                Named(target, number, entry.Key, any => any.Text(2, GoJson.Write(entry.Value)));
            }
        }
    }

    private static void Named(WireWriter target, int number, string name, Action<WireWriter> value) => target.Message(number, named =>
    {
        named.Text(1, name);
        named.Message(2, value);
    });
}
