using System.Globalization;
using System.Text.RegularExpressions;

namespace GitOps.Kubernetes.Applying;

/// <summary>Checks an object against the structural schema of a CRD, as far as the API server would refuse it: for kinds that the server does not know yet.</summary>
internal static class DefinitionSchema
{
    private const int MaximumProblems = 20;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(200);

    public static IReadOnlyList<string> Validate(MapNode schema, MapNode root)
    {
        List<string> problems = [];
        foreach (var property in schema.GetMap("properties") ?? new MapNode())
        {
            // The server owns the shape of these three.
            if (property.Key is not ("apiVersion" or "kind" or "metadata") && root[property.Key] is { } value && property.Value is MapNode below)
            {
                Check(below, value, property.Key, problems, 0);
            }
        }

        Required(schema, root, "", problems);
        Unknown(schema, root, "", problems, topLevel: true);
        return problems;
    }

    private static void Check(MapNode schema, Node value, string path, List<string> problems, int depth)
    {
        if (problems.Count >= MaximumProblems || depth > 64)
        {
            return;
        }

        if (value.IsNull)
        {
            // The server drops nulls for which there is a default and refuses the others.
            if (!IsTrue(schema["nullable"]) && schema["default"] is null)
            {
                problems.Add($"{path} must not be null");
            }

            return;
        }

        if (!HasType(schema, value, path, problems))
        {
            return;
        }

        if (schema.GetList("enum") is { } allowed && !allowed.Any(a => Node.DeepEquals(a, value)))
        {
            problems.Add($"{path} must be one of {string.Join(", ", allowed.OfType<ScalarNode>().Select(a => a.Text))}, not {Show(value)}");
        }

        switch (value)
        {
            case ScalarNode scalar:
                Scalar(schema, scalar, path, problems);
                break;
            case ListNode list:
                Count(schema, list.Count, "minItems", "maxItems", path, "items", problems);
                for (var i = 0; i < list.Count && schema.GetMap("items") is { } items; i++)
                {
                    Check(items, list[i], $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]", problems, depth + 1);
                }

                break;
            case MapNode map:
                Count(schema, map.Count, "minProperties", "maxProperties", path, "fields", problems);
                Required(schema, map, path, problems);
                Unknown(schema, map, path, problems, topLevel: false);
                foreach (var entry in map)
                {
                    if ((schema.GetMap("properties")?[entry.Key] as MapNode ?? schema.GetMap("additionalProperties")) is { } below)
                    {
                        Check(below, entry.Value, $"{path}.{entry.Key}", problems, depth + 1);
                    }
                }

                break;
            default:
                break;
        }
    }

    private static bool HasType(MapNode schema, Node value, string path, List<string> problems)
    {
        if (IsTrue(schema["x-kubernetes-int-or-string"]))
        {
            return Expect(value is ScalarNode { Kind: ScalarKind.Integer or ScalarKind.String }, "a whole number or a string");
        }

        return schema.GetString("type") switch
        {
            "object" => Expect(value is MapNode, "an object"),
            "array" => Expect(value is ListNode, "a list"),
            "string" => Expect(value is ScalarNode { Kind: ScalarKind.String or ScalarKind.Timestamp }, "a string"),
            "boolean" => Expect(value is ScalarNode { Kind: ScalarKind.Boolean }, "true or false"),
            "integer" => Expect(value is ScalarNode { Kind: ScalarKind.Integer } or ScalarNode { Kind: ScalarKind.Float } && IsWhole((ScalarNode)value), "a whole number"),
            "number" => Expect(value is ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float }, "a number"),
            _ => true,
        };

        bool Expect(bool holds, string what)
        {
            if (!holds)
            {
                problems.Add($"{path} must be {what}, not {Show(value)}");
            }

            return holds;
        }
    }

    private static void Scalar(MapNode schema, ScalarNode value, string path, List<string> problems)
    {
        if (value.Kind is ScalarKind.Integer or ScalarKind.Float)
        {
            var number = value.AsDouble();
            if (schema["minimum"] is ScalarNode minimum && (number < minimum.AsDouble() || (IsTrue(schema["exclusiveMinimum"]) && number <= minimum.AsDouble())))
            {
                problems.Add($"{path} must be {(IsTrue(schema["exclusiveMinimum"]) ? "more than" : "at least")} {minimum.Text}");
            }

            if (schema["maximum"] is ScalarNode maximum && (number > maximum.AsDouble() || (IsTrue(schema["exclusiveMaximum"]) && number >= maximum.AsDouble())))
            {
                problems.Add($"{path} must be {(IsTrue(schema["exclusiveMaximum"]) ? "less than" : "at most")} {maximum.Text}");
            }

            return;
        }

        if (value.Kind != ScalarKind.String)
        {
            return;
        }

        Count(schema, value.Text.EnumerateRunes().Count(), "minLength", "maxLength", path, "characters", problems);
        if (schema.GetString("pattern") is { Length: > 0 } pattern)
        {
            try
            {
                if (!Regex.IsMatch(value.Text, pattern, RegexOptions.CultureInvariant, s_timeout))
                {
                    problems.Add($"{path} must match {pattern}");
                }
            }
            catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
            {
                // Go's patterns are not all .NET's; the server has the last word.
                return;
            }
        }
    }

    private static void Count(MapNode schema, int count, string minimum, string maximum, string path, string what, List<string> problems)
    {
        if (schema[minimum] is ScalarNode least && least.TryGetInt64(out var min) && count < min)
        {
            problems.Add($"{path} must have at least {min} {what}");
        }

        if (schema[maximum] is ScalarNode most && most.TryGetInt64(out var max) && count > max)
        {
            problems.Add($"{path} must have at most {max} {what}");
        }
    }

    private static void Required(MapNode schema, MapNode map, string path, List<string> problems)
    {
        foreach (var node in schema.GetList("required") ?? [])
        {
            if (node is ScalarNode name && !map.ContainsKey(name.Text) && schema.GetMap("properties")?.GetMap(name.Text)?["default"] is null)
            {
                problems.Add($"{(path.Length == 0 ? "" : path + ".")}{name.Text} is required");
            }
        }
    }

    private static void Unknown(MapNode schema, MapNode map, string path, List<string> problems, bool topLevel)
    {
        if (IsTrue(schema["x-kubernetes-preserve-unknown-fields"]) || schema["additionalProperties"] is not null || schema.GetMap("properties") is not { } properties)
        {
            return;
        }

        foreach (var key in map.Keys)
        {
            if (!properties.ContainsKey(key) && !(topLevel && key is "apiVersion" or "kind" or "metadata" or "status")
                && !(IsTrue(schema["x-kubernetes-embedded-resource"]) && key is "apiVersion" or "kind" or "metadata"))
            {
                problems.Add($"{(path.Length == 0 ? "" : path + ".")}{key} is not a field of the schema");
            }
        }
    }

    private static bool IsWhole(ScalarNode value) => Math.Abs(value.AsDouble() % 1) == 0;

    private static bool IsTrue(Node? node) => node is ScalarNode scalar && scalar.AsBoolean();

    private static string Show(Node value) => value switch
    {
        MapNode => "an object",
        ListNode => "a list",
        ScalarNode { Kind: ScalarKind.String } text => $"\"{(text.Text.Length > 64 ? text.Text[..64] + "..." : text.Text)}\"",
        ScalarNode scalar => scalar.Text,
        _ => "that",
    };
}
