using System.Globalization;

namespace GitOps.Testing;

/// <summary>Finds the CEL rules in the schemas of a CustomResourceDefinition, which this server cannot evaluate.</summary>
internal static class CelRules
{
    private const string Keyword = "x-kubernetes-validations";
    private const int MaxDepth = 64;

    /// <summary>Refuses every place that holds rules: accepting them would let objects through that a real server refuses.</summary>
    public static void Refuse(MapNode root, List<FieldError> errors)
    {
        var index = 0;
        foreach (var version in root.GetMap("spec")?.GetList("versions") ?? [])
        {
            // The path is the one in the document, so that it can be found there.
            var path = string.Create(CultureInfo.InvariantCulture, $"spec.versions[{index++}].schema.openAPIV3Schema");
            if ((version as MapNode)?.GetMap("schema")?.GetMap("openAPIV3Schema") is { } schema)
            {
                Walk(schema, path, errors, 0);
            }
        }
    }

    private static void Walk(MapNode schema, string path, List<FieldError> errors, int depth)
    {
        if (depth > MaxDepth)
        {
            // The check of the structure refuses a schema as deep as this.
            return;
        }

        if (schema.GetList(Keyword) is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden($"{path}.{Keyword}", "this in-memory server does not evaluate CEL rules; remove them, or set InMemoryClusterOptions.IgnoreCelRules (gitops cluster --ignore-cel-rules) to store them without effect"));
        }

        foreach (var property in schema.GetMap("properties") ?? [])
        {
            if (property.Value is MapNode inner)
            {
                Walk(inner, $"{path}.properties[{property.Key}]", errors, depth + 1);
            }
        }

        foreach (var single in (ReadOnlySpan<string>)["items", "additionalProperties", "not"])
        {
            if (schema.GetMap(single) is { } inner)
            {
                Walk(inner, $"{path}.{single}", errors, depth + 1);
            }
        }

        foreach (var several in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            var index = 0;
            foreach (var inner in schema.GetList(several) ?? [])
            {
                var at = string.Create(CultureInfo.InvariantCulture, $"{path}.{several}[{index++}]");
                if (inner is MapNode map)
                {
                    Walk(map, at, errors, depth + 1);
                }
            }
        }
    }
}
