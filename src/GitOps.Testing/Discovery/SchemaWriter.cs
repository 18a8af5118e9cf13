namespace GitOps.Testing.Discovery;

/// <summary>Writes types as OpenAPI schemas; named types go into the list of schemas once.</summary>
/// <param name="schemas">The list.</param>
/// <param name="prefix">What stands before a name where a schema refers to another.</param>
internal sealed class SchemaWriter(MapNode schemas, string prefix)
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
        reference.Set("$ref", prefix + name);
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
