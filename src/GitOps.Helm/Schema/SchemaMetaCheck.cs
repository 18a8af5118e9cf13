using System.Globalization;

namespace GitOps.Helm.Schema;

/// <summary>Checks that a document is a schema at all: what the metaschemas of the drafts demand of each keyword.</summary>
internal static class SchemaMetaCheck
{
    private const int MaxDepth = 512;

    private static readonly string[] TypeNames = ["array", "boolean", "integer", "null", "number", "object", "string"];

    /// <summary>The first thing wrong; null when nothing is.</summary>
    /// <param name="schema">The document.</param>
    /// <param name="draft">The draft it follows.</param>
    /// <param name="at">Where it lies, as a JSON pointer.</param>
    public static SchemaError? Find(object? schema, SchemaDraft draft, string at = "") => Find(schema, at, draft, 0);

    private static SchemaError? Find(object? schema, string at, SchemaDraft draft, int depth)
    {
        if (depth > MaxDepth)
        {
            return new SchemaError(at, $"the schema nests deeper than {MaxDepth} levels");
        }

        if (schema is bool && draft >= SchemaDraft.Draft6)
        {
            return null;
        }

        if (schema is not Dictionary<string, object?> map)
        {
            return new SchemaError(at, $"got {JsonValue.TypeOf(schema)}, want {(draft >= SchemaDraft.Draft6 ? "boolean or object" : "object")}");
        }

        foreach (var (keyword, value) in map)
        {
            if (Keyword(keyword, value, SchemaText.Append(at, keyword), draft, depth) is { } error)
            {
                return error;
            }

            if (draft < SchemaDraft.Draft2019 && keyword == "$ref" && value is string)
            {
                continue;
            }
        }

        return null;
    }

    private static SchemaError? Keyword(string keyword, object? value, string at, SchemaDraft draft, int depth)
    {
        switch (keyword)
        {
            case "$id" when draft > SchemaDraft.Draft4:
            case "id" when draft == SchemaDraft.Draft4:
            case "$anchor" when draft >= SchemaDraft.Draft2019:
                return value is string ? null : Wrong(at, value, "string");
            case "$ref" or "$schema" or "title" or "description" or "format" or "pattern" or "$comment" or "contentEncoding" or "contentMediaType":
                return value is string ? null : Wrong(at, value, "string");
            case "type":
                return value switch
                {
                    string name when TypeNames.Contains(name) => null,
                    List<object?> { Count: > 0 } names when names.TrueForAll(n => n is string name && TypeNames.Contains(name)) && JsonValue.FindDuplicate(names) is null => null,
                    string or List<object?> => new SchemaError(at, $"value must be one of {SchemaText.Join(TypeNames)}"),
                    _ => Wrong(at, value, "string or array"),
                };
            case "multipleOf":
                return value is not (double or long) ? Wrong(at, value, "number") : JsonValue.Number(value) <= 0 ? new SchemaError(at, $"exclusiveMinimum: got {SchemaText.Number(JsonValue.Number(value))}, want 0") : null;
            case "maximum" or "minimum":
                return value is double or long ? null : Wrong(at, value, "number");
            case "exclusiveMaximum" or "exclusiveMinimum":
                return draft == SchemaDraft.Draft4
                    ? value is bool ? null : Wrong(at, value, "boolean")
                    : value is double or long ? null : Wrong(at, value, "number");
            case "maxLength" or "minLength" or "maxItems" or "minItems" or "maxProperties" or "minProperties":
                return !JsonValue.IsInteger(value) ? Wrong(at, value, "integer") : JsonValue.Number(value) < 0 ? new SchemaError(at, $"minimum: got {SchemaText.Number(JsonValue.Number(value))}, want 0") : null;
            case "uniqueItems" or "deprecated" or "readOnly" or "writeOnly":
                return value is bool ? null : Wrong(at, value, "boolean");
            case "required":
                return value is not List<object?> required ? Wrong(at, value, "array")
                    : required.FindIndex(r => r is not string) is var bad and >= 0 ? Wrong(SchemaText.Append(at, bad.ToString(CultureInfo.InvariantCulture)), required[bad], "string")
                    : JsonValue.FindDuplicate(required) is { } pair ? new SchemaError(at, $"items at {pair.First} and {pair.Second} are equal")
                    : draft == SchemaDraft.Draft4 && required.Count == 0 ? new SchemaError(at, "minItems: got 0, want 1")
                    : null;
            case "enum" or "examples":
                return value is List<object?> ? null : Wrong(at, value, "array");
            case "properties" or "patternProperties" or "definitions" or "$defs" or "dependentSchemas":
                return keyword is "$defs" or "dependentSchemas" && draft < SchemaDraft.Draft2019 ? null : EachProperty(value, at, draft, depth);
            case "dependencies":
                return value is Dictionary<string, object?> dependencies
                    ? First(dependencies, e => e.Value is List<object?> ? null : Find(e.Value, SchemaText.Append(at, e.Key), draft, depth + 1))
                    : Wrong(at, value, "object");
            case "allOf" or "anyOf" or "oneOf" or "prefixItems":
                return keyword == "prefixItems" && draft < SchemaDraft.Draft2020 ? null : EachItem(value, at, draft, depth);
            case "items":
                return value is List<object?> && draft < SchemaDraft.Draft2020 ? EachItem(value, at, draft, depth, mayBeEmpty: true) : Find(value, at, draft, depth + 1);
            case "additionalProperties" or "additionalItems":
                return value is bool ? null : Find(value, at, draft, depth + 1);
            case "not":
                return Find(value, at, draft, depth + 1);
            case "contains" or "propertyNames":
                return draft >= SchemaDraft.Draft6 ? Find(value, at, draft, depth + 1) : null;
            case "if" or "then" or "else":
                return draft >= SchemaDraft.Draft7 ? Find(value, at, draft, depth + 1) : null;
            case "unevaluatedItems" or "unevaluatedProperties":
                return draft >= SchemaDraft.Draft2019 ? Find(value, at, draft, depth + 1) : null;
            default:
                return null;
        }
    }

    private static SchemaError? EachProperty(object? value, string at, SchemaDraft draft, int depth) =>
        value is Dictionary<string, object?> map ? First(map, e => Find(e.Value, SchemaText.Append(at, e.Key), draft, depth + 1)) : Wrong(at, value, "object");

    private static SchemaError? EachItem(object? value, string at, SchemaDraft draft, int depth, bool mayBeEmpty = false)
    {
        if (value is not List<object?> list)
        {
            return Wrong(at, value, "array");
        }

        if (list.Count == 0 && !mayBeEmpty)
        {
            return new SchemaError(at, "minItems: got 0, want 1");
        }

        for (var i = 0; i < list.Count; i++)
        {
            if (Find(list[i], SchemaText.Append(at, i.ToString(CultureInfo.InvariantCulture)), draft, depth + 1) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static SchemaError? First(Dictionary<string, object?> map, Func<KeyValuePair<string, object?>, SchemaError?> check)
    {
        foreach (var entry in map)
        {
            if (check(entry) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static SchemaError Wrong(string at, object? value, string want) => new(at, $"got {JsonValue.TypeOf(value)}, want {want}");
}
