using System.Globalization;

namespace GitOps.Testing;

/// <summary>Checks CustomResourceDefinitions: names, versions, structural schemas.</summary>
internal static class CrdValidation
{
    private const int MaxDepth = 64;
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];

    public static void Validate(MapNode root, List<FieldError> errors)
    {
        var spec = root.GetMap("spec")!;
        var names = spec.GetMap("names")!;
        var plural = names.GetString("plural") ?? "";
        var group = spec.GetString("group") ?? "";
        if (ObjectMeta.Name(root) != $"{plural}.{group}")
        {
            errors.Add(FieldError.Invalid("metadata.name", ObjectMeta.Name(root), "must be spec.names.plural+\".\"+spec.group"));
        }

        if (group.Length == 0)
        {
            errors.Add(FieldError.Required("spec.group"));
        }
        else if (Names.DnsSubdomain(group) is { } groupProblem)
        {
            errors.Add(FieldError.Invalid("spec.group", group, groupProblem));
        }
        else if (!group.Contains('.', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid("spec.group", group, "should be a domain with at least one dot"));
        }

        if (spec.GetString("scope") is not ("Namespaced" or "Cluster"))
        {
            errors.Add(FieldError.NotSupported("spec.scope", spec.GetString("scope") ?? "", ["Cluster", "Namespaced"]));
        }

        foreach (var field in (ReadOnlySpan<string>)["plural", "kind"])
        {
            if (names.GetString(field) is not { Length: > 0 } value)
            {
                errors.Add(FieldError.Required($"spec.names.{field}"));
            }
            else if (Names.Dns1035Label(value.ToLowerInvariant()) is { } problem)
            {
                errors.Add(FieldError.Invalid($"spec.names.{field}", value, problem));
            }
        }

        if (names.GetString("listKind") is { Length: > 0 } listKind && listKind == names.GetString("kind"))
        {
            errors.Add(FieldError.Invalid("spec.names.listKind", listKind, "kind and listKind may not be the same"));
        }

        var versions = spec.GetList("versions")?.OfType<MapNode>().ToArray() ?? [];
        var storage = versions.Count(static v => v["storage"] is ScalarNode s && s.AsBoolean());
        if (storage != 1)
        {
            errors.Add(FieldError.Invalid("spec.versions", spec["versions"], "must have exactly one version marked as storage version"));
        }

        for (var i = 0; i < versions.Length; i++)
        {
            // A single version reports its schema under the path of the old single-schema field.
            var path = versions.Length == 1 ? "spec.validation.openAPIV3Schema" : string.Create(CultureInfo.InvariantCulture, $"spec.versions[{i}].schema.openAPIV3Schema");
            if (versions[i].GetMap("schema")?.GetMap("openAPIV3Schema") is not { } schema)
            {
                errors.Add(FieldError.Required(string.Create(CultureInfo.InvariantCulture, $"spec.versions[{i}].schema.openAPIV3Schema"), "schemas are required"));
                continue;
            }

            if (schema.GetString("type") is { } type && type != "object")
            {
                errors.Add(FieldError.Invalid($"{path}.type", type, "must be object at the root"));
            }

            Structural(schema, path, errors, 0, root: true);
        }
    }

    public static void ValidateUpdate(MapNode root, MapNode old, List<FieldError> errors)
    {
        if (old.GetMap("status")?.GetList("conditions")?.OfType<MapNode>().Any(static c => c.GetString("type") == "Established" && c.GetString("status") == "True") == true)
        {
            WorkloadKinds.Immutable(root, old, errors, "spec", "scope");
            WorkloadKinds.Immutable(root, old, errors, "spec", "names", "kind");
        }

        WorkloadKinds.Immutable(root, old, errors, "spec", "group");
        WorkloadKinds.Immutable(root, old, errors, "spec", "names", "plural");
    }

    private static void Structural(MapNode schema, string path, List<FieldError> errors, int depth, bool root = false, string what = "object fields")
    {
        if (depth > MaxDepth)
        {
            errors.Add(FieldError.Invalid(path, "", $"the schema is nested more than {MaxDepth} levels deep"));
            return;
        }

        var intOrString = IsTrue(schema, "x-kubernetes-int-or-string");
        var preserve = IsTrue(schema, "x-kubernetes-preserve-unknown-fields");
        var type = schema.GetString("type") ?? "";
        if (type.Length == 0 && !intOrString && !preserve)
        {
            errors.Add(FieldError.Required($"{path}.type", root ? "must not be empty at the root" : $"must not be empty for specified {what}"));
        }
        else if (type.Length > 0 && !Types.Contains(type))
        {
            errors.Add(FieldError.NotSupported($"{path}.type", type, Types));
        }

        if (intOrString && type.Length > 0)
        {
            errors.Add(FieldError.Invalid($"{path}.type", type, "must be empty if x-kubernetes-int-or-string is true"));
        }

        if (schema["x-kubernetes-preserve-unknown-fields"] is ScalarNode { Kind: ScalarKind.Boolean } given && !given.AsBoolean())
        {
            errors.Add(FieldError.Invalid($"{path}.x-kubernetes-preserve-unknown-fields", given, "must be true or undefined"));
        }

        if (IsTrue(schema, "x-kubernetes-embedded-resource") && type != "object")
        {
            errors.Add(FieldError.Invalid($"{path}.type", type, "must be object if x-kubernetes-embedded-resource is true"));
        }

        if (schema.ContainsKey("additionalProperties") && schema.GetMap("properties") is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden($"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive"));
        }

        ListType(schema, path, errors);
        if (type == "array" && schema.GetMap("items") is null)
        {
            errors.Add(FieldError.Required($"{path}.items", "must be specified"));
        }

        if (schema.GetString("x-kubernetes-map-type") is { } mapType && mapType is not ("atomic" or "granular"))
        {
            errors.Add(FieldError.NotSupported($"{path}.x-kubernetes-map-type", mapType, ["atomic", "granular"]));
        }

        foreach (var forbidden in (ReadOnlySpan<string>)["definitions", "dependencies", "deprecated", "discriminator", "id", "patternProperties", "readOnly", "writeOnly", "xml", "$ref"])
        {
            if (schema.ContainsKey(forbidden))
            {
                errors.Add(FieldError.Forbidden($"{path}.{forbidden}", $"{forbidden} is not supported"));
            }
        }

        if (IsTrue(schema, "uniqueItems"))
        {
            errors.Add(FieldError.Forbidden($"{path}.uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }

        foreach (var property in schema.GetMap("properties") ?? [])
        {
            if (property.Value is MapNode inner && !(root && property.Key == "metadata"))
            {
                Structural(inner, $"{path}.properties[{property.Key}]", errors, depth + 1);
            }
        }

        if (schema.GetMap("items") is { } items)
        {
            Structural(items, $"{path}.items", errors, depth + 1, what: "array items");
        }

        if (schema.GetMap("additionalProperties") is { } values)
        {
            Structural(values, $"{path}.additionalProperties", errors, depth + 1);
        }
    }

    private static void ListType(MapNode schema, string path, List<FieldError> errors)
    {
        var keys = schema.GetList("x-kubernetes-list-map-keys")?.OfType<ScalarNode>().Select(static k => k.Text).ToArray() ?? [];
        var listType = schema.GetString("x-kubernetes-list-type");
        if (listType is null)
        {
            if (keys.Length > 0)
            {
                errors.Add(FieldError.Forbidden($"{path}.x-kubernetes-list-map-keys", "may only be set if x-kubernetes-list-type is map"));
            }

            return;
        }

        if (schema.GetString("type") != "array")
        {
            errors.Add(FieldError.Invalid($"{path}.type", schema.GetString("type") ?? "", "must be array if x-kubernetes-list-type is specified"));
        }

        switch (listType)
        {
            case "atomic":
                break;
            case "set":
                var items = schema.GetMap("items");
                if (items?.GetString("type") == "object" && items.GetString("x-kubernetes-map-type") != "atomic")
                {
                    errors.Add(FieldError.Invalid($"{path}.items.x-kubernetes-map-type", items.GetString("x-kubernetes-map-type") ?? "", "must be atomic as item of a list with x-kubernetes-list-type=set"));
                }

                break;
            case "map":
                if (keys.Length == 0)
                {
                    errors.Add(FieldError.Required($"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"));
                }

                MapKeys(schema.GetMap("items"), keys, path, errors);
                break;
            default:
                errors.Add(FieldError.NotSupported($"{path}.x-kubernetes-list-type", listType, ["atomic", "map", "set"]));
                break;
        }
    }

    private static void MapKeys(MapNode? items, string[] keys, string path, List<FieldError> errors)
    {
        if (items?.GetString("type") is { } type && type != "object")
        {
            errors.Add(FieldError.Invalid($"{path}.items.type", type, "must be object if parent array's x-kubernetes-list-type is map"));
        }

        var required = items?.GetList("required")?.OfType<ScalarNode>().Select(static r => r.Text).ToHashSet(StringComparer.Ordinal) ?? [];
        for (var i = 0; i < keys.Length; i++)
        {
            var property = items?.GetMap("properties")?.GetMap(keys[i]);
            if (property is null)
            {
                errors.Add(FieldError.Invalid(string.Create(CultureInfo.InvariantCulture, $"{path}.x-kubernetes-list-map-keys[{i}]"), keys[i], "entries have to reference a property of items"));
            }
            else if (property.GetString("type") is "object" or "array")
            {
                errors.Add(FieldError.Invalid($"{path}.items.properties[{keys[i]}].type", property.GetString("type")!, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }
            else if (!required.Contains(keys[i]) && !property.ContainsKey("default"))
            {
                errors.Add(FieldError.Required($"{path}.items.properties[{keys[i]}].default", "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
            }
        }
    }

    private static bool IsTrue(MapNode schema, string key) => schema[key] is ScalarNode scalar && scalar.AsBoolean();
}
