using System.Globalization;

namespace GitOps.Testing;

/// <summary>Checks CustomResourceDefinitions: names, versions, structural schemas.</summary>
internal static class CrdValidation
{
    private const int MaxDepth = 64;
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];

    public static void Validate(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var names = spec.Child("names");
        if (spec.Demand("group"))
        {
            if (Names.DnsSubdomain(spec.Text("group")) is { } problem)
            {
                spec.Invalid("group", problem);
            }
            else if (!spec.Text("group").Contains('.', StringComparison.Ordinal))
            {
                spec.Invalid("group", "should be a domain with at least one dot");
            }
        }

        spec.OneOf("scope", "Cluster", "Namespaced");
        foreach (var field in (ReadOnlySpan<string>)["plural", "singular", "kind", "listKind"])
        {
            if (names.Demand(field) && Names.Dns1035Label(field.EndsWith("ind", StringComparison.Ordinal) ? names.Text(field).ToLowerInvariant() : names.Text(field)) is { } problem)
            {
                names.Invalid(field, problem);
            }
        }

        if (names.Text("listKind") is { Length: > 0 } listKind && listKind == names.Text("kind"))
        {
            names.Invalid("listKind", "kind and listKind may not be the same");
        }

        if (spec.IsTrue("preserveUnknownFields"))
        {
            spec.Invalid("preserveUnknownFields", "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
        }

        Conversion(spec.Child("conversion"));
        Versions(spec, root);
    }

    /// <summary>What only new definitions are held to.</summary>
    public static void ValidateCreate(MapNode root, List<FieldError> errors)
    {
        var spec = root.GetMap("spec")!;
        if (ObjectMeta.Name(root) != $"{spec.GetMap("names")?.GetString("plural")}.{spec.GetString("group")}")
        {
            errors.Add(FieldError.Invalid("metadata.name", ObjectMeta.Name(root), "must be spec.names.plural+\".\"+spec.group"));
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
        var names = (root.GetMap("spec")?.GetList("versions")?.OfType<MapNode>() ?? []).Select(static v => v.GetString("name")).ToArray();
        foreach (var (stored, path) in Check.Of(root, errors).Child("status").Texts("storedVersions"))
        {
            if (!names.Contains(stored))
            {
                errors.Add(FieldError.Invalid(path, stored, $"missing from spec.versions; {stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {stored} and removes {stored} from status.storedVersions"));
            }
        }
    }

    private static void Conversion(Check conversion)
    {
        conversion.OneOf("strategy", "None", "Webhook");
        if (conversion.Text("strategy") != "Webhook")
        {
            return;
        }

        // These two paths are those of the server's inner form of the object.
        var hook = conversion.Child("webhook");
        if (!hook.HasMap("clientConfig"))
        {
            conversion.Required("webhookClientConfig", "required when strategy is set to Webhook");
        }

        if (hook.Count("conversionReviewVersions") == 0)
        {
            conversion.Required("conversionReviewVersions");
        }
    }

    private static void Versions(Check spec, MapNode root)
    {
        var versions = spec.Items("versions").ToArray();
        var single = versions.Length == 1;
        if (versions.Count(static v => v.IsTrue("storage")) != 1)
        {
            spec.Invalid("versions", "must have exactly one version marked as storage version");
            if (versions.Length > 0)
            {
                spec.Add(FieldError.Invalid("status.storedVersions", root.GetMap("status")?["storedVersions"], "must have the storage version"));
            }
        }

        if (versions.Select(static v => v.Text("name")).Distinct(StringComparer.Ordinal).Count() != versions.Length)
        {
            spec.Invalid("versions", "must contain unique version names");
        }

        foreach (var version in versions)
        {
            if (Names.Dns1035Label(version.Text("name")) is { } problem)
            {
                version.Invalid("name", problem);
                if (ReferenceEquals(version.Map, versions[0].Map))
                {
                    spec.Add(FieldError.Invalid(spec.At("version"), version.Text("name"), problem));
                }
            }

            if (version.Has("deprecationWarning") && !version.IsTrue("deprecated"))
            {
                version.Invalid("deprecationWarning", "can only be set for deprecated versions");
            }

            // What a single version holds is reported under the paths of the old fields for it.
            var holder = single ? version with { Path = "spec" } : version;
            Schema(version, single ? "spec.validation.openAPIV3Schema" : $"{version.Path}.schema.openAPIV3Schema");
            Scale(holder.Child("subresources"));
            Columns(holder);
        }
    }

    private static void Schema(Check version, string path)
    {
        if (version.Child("schema").Map.GetMap("openAPIV3Schema") is not { } schema)
        {
            version.Child("schema").Required("openAPIV3Schema", "schemas are required");
            return;
        }

        // Each step looks only at what passed the one before it.
        var errors = version.Errors;
        var before = errors.Count;
        if (schema.GetString("type") is { Length: > 0 } type && type != "object")
        {
            errors.Add(FieldError.Invalid($"{path}.type", type, "must be object at the root"));
        }

        Keywords(schema, path, errors, 0);
        if (errors.Count == before)
        {
            Structural(schema, path, errors, 0, root: true);
        }

        if (errors.Count == before)
        {
            Defaults(schema, path, errors);
        }
    }

    private static void Scale(Check subresources)
    {
        if (!subresources.HasMap("scale"))
        {
            return;
        }

        var scale = subresources.Child("scale");
        JsonPath(scale, "specReplicasPath", ".spec.", required: true);
        JsonPath(scale, "statusReplicasPath", ".status.", required: true);
        JsonPath(scale, "labelSelectorPath", null, required: false);
        if (scale.Text("labelSelectorPath") is { Length: > 0 } selector && !selector.StartsWith(".spec.", StringComparison.Ordinal) && !selector.StartsWith(".status.", StringComparison.Ordinal))
        {
            scale.Invalid("labelSelectorPath", "should be a json path under either .spec or .status");
        }
    }

    private static void JsonPath(Check scale, string field, string? prefix, bool required)
    {
        var path = scale.Text(field);
        if (path.Length == 0)
        {
            if (required)
            {
                scale.Required(field);
            }
        }
        else if (!path.StartsWith('.'))
        {
            scale.Invalid(field, "must be a simple json path starting with .");
        }
        else if (prefix is not null && !path.StartsWith(prefix, StringComparison.Ordinal))
        {
            scale.Invalid(field, $"should be a json path under {prefix.TrimEnd('.')}");
        }
    }

    private static void Columns(Check version)
    {
        foreach (var column in version.Items("additionalPrinterColumns"))
        {
            column.Demand("name");
            if (column.Text("type") is not ("boolean" or "date" or "integer" or "number" or "string"))
            {
                column.Invalid("type", "must be one of boolean,date,integer,number,string");
            }

            if (column.Text("format") is not ("" or "int32" or "int64" or "float" or "double" or "byte" or "date" or "date-time" or "password"))
            {
                column.Invalid("format", "must be one of byte,date,date-time,double,float,int32,int64,password");
            }

            // The field is named so in the server's inner form of the object.
            if (column.Text("jsonPath") is not { Length: > 0 } path)
            {
                column.Required("JSONPath");
            }
            else if (!path.StartsWith('.'))
            {
                column.Add(FieldError.Invalid(column.At("JSONPath"), path, "must be a simple json path starting with ."));
            }
        }
    }

    // What each keyword may say, whatever stands around it.
    private static void Keywords(MapNode schema, string path, List<FieldError> errors, int depth)
    {
        if (depth > MaxDepth)
        {
            errors.Add(FieldError.Invalid(path, "", $"the schema is nested more than {MaxDepth} levels deep"));
            return;
        }

        if (schema.ContainsKey("additionalProperties") && schema.GetMap("properties") is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden($"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive"));
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

        if (schema.GetString("pattern") is { Length: > 0 } pattern && PatternProblem(pattern) is { } problem)
        {
            errors.Add(FieldError.Invalid($"{path}.pattern", pattern, $"must be a valid regular expression, but isn't: {problem}"));
        }

        ListType(schema, path, errors);
        if (schema.GetString("x-kubernetes-map-type") is { } mapType)
        {
            if (mapType is not ("atomic" or "granular"))
            {
                errors.Add(FieldError.NotSupported($"{path}.x-kubernetes-map-type", mapType, ["atomic", "granular"]));
            }

            if (schema.GetString("type") != "object")
            {
                errors.Add(FieldError.Invalid($"{path}.type", schema.GetString("type") ?? "", "must be object if x-kubernetes-map-type is specified"));
            }
        }

        foreach (var (inner, at) in Below(schema, path, combinations: true))
        {
            Keywords(inner, at, errors, depth + 1);
        }
    }

    private static string? PatternProblem(string pattern)
    {
        try
        {
            _ = new System.Text.RegularExpressions.Regex(pattern, System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    private static IEnumerable<(MapNode Schema, string Path)> Below(MapNode schema, string path, bool combinations)
    {
        foreach (var property in schema.GetMap("properties") ?? [])
        {
            if (property.Value is MapNode inner)
            {
                yield return (inner, $"{path}.properties[{property.Key}]");
            }
        }

        foreach (var single in (string[])(combinations ? ["items", "additionalProperties", "not"] : ["items", "additionalProperties"]))
        {
            if (schema.GetMap(single) is { } inner)
            {
                yield return (inner, $"{path}.{single}");
            }
        }

        foreach (var several in (string[])(combinations ? ["allOf", "anyOf", "oneOf"] : []))
        {
            var index = 0;
            foreach (var inner in schema.GetList(several) ?? [])
            {
                var at = string.Create(CultureInfo.InvariantCulture, $"{path}.{several}[{index++}]");
                if (inner is MapNode map)
                {
                    yield return (map, at);
                }
            }
        }
    }

    private static void Structural(MapNode schema, string path, List<FieldError> errors, int depth, bool root = false, string what = "object fields")
    {
        var intOrString = IsTrue(schema, "x-kubernetes-int-or-string");
        var preserve = IsTrue(schema, "x-kubernetes-preserve-unknown-fields");
        var embedded = IsTrue(schema, "x-kubernetes-embedded-resource");
        var type = schema.GetString("type") ?? "";
        if (type.Length == 0 && !intOrString && !preserve)
        {
            errors.Add(FieldError.Required($"{path}.type", root ? "must not be empty at the root" : $"must not be empty for specified {what}"));
        }
        else if (type.Length > 0 && !Types.Contains(type))
        {
            errors.Add(FieldError.NotSupported($"{path}.type", type, Types));
        }

        if (schema["x-kubernetes-preserve-unknown-fields"] is ScalarNode { Kind: ScalarKind.Boolean } given && !given.AsBoolean())
        {
            errors.Add(FieldError.Invalid($"{path}.x-kubernetes-preserve-unknown-fields", given, "must be true or undefined"));
        }

        if (embedded && type != "object")
        {
            errors.Add(FieldError.Invalid($"{path}.type", type, "must be object if x-kubernetes-embedded-resource is true"));
        }

        if (embedded && !preserve && !(schema.GetMap("properties") is { Count: > 0 }))
        {
            errors.Add(FieldError.Required($"{path}.properties", "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"));
        }

        if (type == "array" && schema.GetMap("items") is null)
        {
            errors.Add(FieldError.Required($"{path}.items", "must be specified"));
        }

        if (root || embedded)
        {
            Implicit(schema, path, errors);
        }

        // Beside each other, schemas may restrict values but not say anew what they are.
        foreach (var (inner, at) in Below(schema, path, combinations: true).Where(s => !Below(schema, path, combinations: false).Any(b => ReferenceEquals(b.Schema, s.Schema))))
        {
            if (!intOrString)
            {
                Bare(inner, at, errors, depth + 1);
            }
        }

        foreach (var (inner, at) in Below(schema, path, combinations: false))
        {
            if (!(root && at == $"{path}.properties[metadata]"))
            {
                Structural(inner, at, errors, depth + 1, what: at == $"{path}.items" ? "array items" : "object fields");
            }
        }
    }

    // Every object has these fields, so a schema can say little about them.
    private static void Implicit(MapNode schema, string path, List<FieldError> errors)
    {
        var properties = schema.GetMap("properties");
        foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            if (properties?.GetMap(field) is { } text && text.GetString("type") != "string")
            {
                errors.Add(FieldError.Invalid($"{path}.properties[{field}].type", text.GetString("type") ?? "", "must be string"));
            }
        }

        if (properties?.GetMap("metadata") is not { } metadata)
        {
            return;
        }

        if (metadata.GetString("type") != "object")
        {
            errors.Add(FieldError.Invalid($"{path}.properties[metadata].type", metadata.GetString("type") ?? "", "must be object"));
        }

        if (metadata.GetMap("properties")?.Keys.Any(static k => k is not ("name" or "generateName")) == true)
        {
            errors.Add(FieldError.Forbidden($"{path}.properties[metadata]", "must not specify anything other than name and generateName, but metadata is implicitly specified"));
        }
    }

    private static void Bare(MapNode schema, string path, List<FieldError> errors, int depth)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["type", "default", "nullable", "additionalProperties", "title", "description", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"])
        {
            if (schema.ContainsKey(keyword) && depth <= MaxDepth)
            {
                errors.Add(FieldError.Forbidden($"{path}.{keyword}", "must be empty to be structural"));
            }
        }

        foreach (var (inner, at) in Below(schema, path, combinations: true))
        {
            Bare(inner, at, errors, depth + 1);
        }
    }

    private static void Defaults(MapNode schema, string path, List<FieldError> errors)
    {
        if (schema["default"] is { IsNull: false } value)
        {
            var type = CustomSchema.Read(schema);
            var holder = new MapNode();
            holder["default"] = value.DeepClone();
            var unknown = false;
            if (holder["default"] is MapNode map)
            {
                CustomDefaults.Prune(type, map, _ => unknown = true);
            }

            if (unknown)
            {
                errors.Add(FieldError.Invalid($"{path}.default", value, "must not have unknown fields"));
            }
            else
            {
                var filled = value.DeepClone();
                CustomDefaults.Fill(type, filled);
                CustomValidation.Validate(schema, filled, $"{path}.default", errors);
            }
        }

        foreach (var (inner, at) in Below(schema, path, combinations: false))
        {
            Defaults(inner, at, errors);
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
                errors.Add(FieldError.Required($"{path}.x-kubernetes-list-type", "must be map if x-kubernetes-list-map-keys is non-empty"));
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
            return;
        }

        if (keys.Distinct(StringComparer.Ordinal).Count() != keys.Length)
        {
            errors.Add(FieldError.Invalid($"{path}.x-kubernetes-list-map-keys", string.Join(", ", keys), "must not contain duplicate entries"));
        }

        var required = items?.GetList("required")?.OfType<ScalarNode>().Select(static r => r.Text).ToHashSet(StringComparer.Ordinal) ?? [];
        for (var i = 0; i < keys.Length; i++)
        {
            var property = items?.GetMap("properties")?.GetMap(keys[i]);
            if (property is null)
            {
                errors.Add(FieldError.Invalid($"{path}.x-kubernetes-list-map-keys", keys[i], "entries must all be names of item properties"));
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
