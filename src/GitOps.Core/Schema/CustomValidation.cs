using System.Globalization;
using System.Text.RegularExpressions;

namespace GitOps.Schema;

/// <summary>Checks an object of a CRD against the CRD's schema, with the API server's reasons and paths.</summary>
internal static class CustomValidation
{
    private const string DurationPattern =
        @"^\s*(0|(\d+(\.\d+)?\s*(ns|nano(second)?s?|us|µs|micro(second)?s?|ms|milli(second)?s?|s|sec(ond)?s?|m|min(ute)?s?|h|hrs?|hours?|d|days?|w|wks?|weeks?)\s*)+)$";

    // Findings of whole schemas carry no path but this text, here and on a real server.
    private const string Nowhere = "<nil>";

    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(250);

    /// <summary>Checks an object.</summary>
    /// <param name="type">The type of a whole object.</param>
    /// <param name="root">The object.</param>
    /// <param name="errors">Where to add what is wrong.</param>
    /// <param name="old">The object before its update: what was wrong in it already and did not change is tolerated, so that a stricter schema locks nobody out of an object.</param>
    public static void Validate(SchemaType type, MapNode root, List<FieldError> errors, MapNode? old = null)
    {
        if (type.Source is not { } schema)
        {
            return;
        }

        foreach (var entry in root)
        {
            if (entry.Key is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            if (schema.GetMap("properties")?.GetMap(entry.Key) is { } property)
            {
                Value(property, entry.Value, old?[entry.Key], entry.Key, errors);
            }
        }

        Required(schema, root, "", errors);
        if (root.GetMap("metadata") is { } metadata && schema.GetMap("properties")?.GetMap("metadata")?.GetMap("properties")?.GetMap("name") is { } name && metadata["name"] is { } value)
        {
            Value(name, value, null, "metadata.name", errors);
        }

        Combinations(schema, root, old, "", errors);
        if (old is not null && errors.Exists(IsDuplicate))
        {
            TolerateDuplicates(type, errors, old);
        }
    }

    // Sets and keyed lists are judged for the object as a whole: one that had duplicates may have them, here or elsewhere.
    private static void TolerateDuplicates(SchemaType type, List<FieldError> errors, MapNode old)
    {
        List<FieldError> before = [];
        Validate(type, old, before);
        if (before.Exists(IsDuplicate))
        {
            errors.RemoveAll(IsDuplicate);
        }
    }

    private static bool IsDuplicate(FieldError error) => error.Reason == "FieldValueDuplicate";

    /// <summary>Checks any value, such as a default.</summary>
    /// <param name="schema">The value's schema, as the CRD states it.</param>
    /// <param name="value">The value.</param>
    /// <param name="path">Its path.</param>
    /// <param name="errors">Where to add what is wrong.</param>
    public static void Validate(MapNode schema, Node value, string path, List<FieldError> errors) => Value(schema, value, null, path, errors);

    private static void Value(MapNode schema, Node value, Node? old, string path, List<FieldError> errors)
    {
        var known = errors.Count;
        Judge(schema, value, old, path, errors);
        if (errors.Count > known && old is not null && Node.DeepEquals(old, value))
        {
            errors.RemoveRange(known, errors.Count - known);
        }
    }

    private static void Judge(MapNode schema, Node value, Node? old, string path, List<FieldError> errors)
    {
        if (value.IsNull && IsTrue(schema, "nullable"))
        {
            return;
        }

        if (!TypeFits(schema, value, path, errors))
        {
            return;
        }

        Enum(schema, value, path, errors);
        switch (value)
        {
            case MapNode map:
                Map(schema, map, old as MapNode, path, errors);
                break;
            case ListNode list:
                List(schema, list, old as ListNode, path, errors);
                break;
            case ScalarNode { Kind: ScalarKind.String } text:
                Text(schema, text.Text, path, errors);
                break;
            case ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } number:
                Number(schema, number, path, errors);
                break;
        }

        Combinations(schema, value, old, path, errors);
    }

    private static bool TypeFits(MapNode schema, Node value, string path, List<FieldError> errors)
    {
        if (IsTrue(schema, "x-kubernetes-int-or-string"))
        {
            if (value is ScalarNode { Kind: ScalarKind.String or ScalarKind.Integer })
            {
                return true;
            }

            errors.Add(FieldError.TypeInvalid(path, Name(value), $"{path} in body must be of type integer,string: \"{Name(value)}\""));
            return false;
        }

        var wanted = schema.GetString("type");
        var fits = wanted switch
        {
            null or "" => true,
            "object" => value is MapNode,
            "array" => value is ListNode,
            "string" => value is ScalarNode { Kind: ScalarKind.String or ScalarKind.Timestamp },
            "boolean" => value is ScalarNode { Kind: ScalarKind.Boolean },
            "integer" => value is ScalarNode { Kind: ScalarKind.Integer } || (value is ScalarNode { Kind: ScalarKind.Float } f && f.AsDouble() == Math.Truncate(f.AsDouble())),
            "number" => value is ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float },
            _ => true,
        };
        if (!fits)
        {
            errors.Add(FieldError.TypeInvalid(path, Name(value), $"{path} in body must be of type {wanted}: \"{Name(value)}\""));
        }

        return fits;
    }

    private static string Name(Node value) => value switch
    {
        MapNode => "object",
        ListNode => "array",
        ScalarNode { Kind: ScalarKind.Null } => "null",
        ScalarNode { Kind: ScalarKind.Boolean } => "boolean",
        ScalarNode { Kind: ScalarKind.Integer } => "integer",
        ScalarNode { Kind: ScalarKind.Float } => "number",
        _ => "string",
    };

    private static void Enum(MapNode schema, Node value, string path, List<FieldError> errors)
    {
        if (schema.GetList("enum") is { } values && !values.Any(v => Node.DeepEquals(v, value)))
        {
            errors.Add(FieldError.NotSupported(path, (value as ScalarNode)?.Text ?? "", values.OfType<ScalarNode>().Select(static v => v.Text)));
        }
    }

    private static void Map(MapNode schema, MapNode map, MapNode? old, string path, List<FieldError> errors)
    {
        var properties = schema.GetMap("properties");
        var additional = schema.GetMap("additionalProperties");
        var embedded = IsTrue(schema, "x-kubernetes-embedded-resource");
        foreach (var entry in map)
        {
            if (embedded && entry.Key is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            if (properties?.GetMap(entry.Key) is { } property)
            {
                Value(property, entry.Value, old?[entry.Key], Join(path, entry.Key), errors);
            }
            else if (additional is not null)
            {
                Value(additional, entry.Value, old?[entry.Key], Join(path, entry.Key), errors);
            }
        }

        if (embedded)
        {
            foreach (var key in (ReadOnlySpan<string>)["apiVersion", "kind"])
            {
                if (map.GetString(key) is not { Length: > 0 })
                {
                    errors.Add(FieldError.Required(Join(path, key), "must not be empty"));
                }
            }
        }

        Required(schema, map, path, errors);
        if (Limit(schema, "minProperties") is { } min && map.Count < min)
        {
            errors.Add(FieldError.Invalid(path, map, $"{path} in body should have at least {Show(min)} properties"));
        }

        if (Limit(schema, "maxProperties") is { } max && map.Count > max)
        {
            errors.Add(FieldError.TooMany(path, map.Count, (int)max));
        }
    }

    private static void List(MapNode schema, ListNode list, ListNode? old, string path, List<FieldError> errors)
    {
        if (Limit(schema, "minItems") is { } min && list.Count < min)
        {
            errors.Add(FieldError.Invalid(path, ScalarNode.Integer(list.Count), $"{path} in body should have at least {Show(min)} items"));
        }

        if (Limit(schema, "maxItems") is { } max && list.Count > max)
        {
            errors.Add(FieldError.TooMany(path, list.Count, (int)max));
        }

        var type = schema.GetString("x-kubernetes-list-type");
        var keys = schema.GetList("x-kubernetes-list-map-keys")?.OfType<ScalarNode>().Select(static k => k.Text).ToArray() ?? [];
        var items = schema.GetMap("items");
        for (var i = 0; i < list.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (items is not null)
            {
                // Only items with keys can be found again.
                Value(items, list[i], type == "map" ? old?.FirstOrDefault(o => SameKey(o, list[i], keys)) : null, at, errors);
            }

            if (type is not ("set" or "map"))
            {
                continue;
            }

            for (var j = 0; j < i; j++)
            {
                if (type == "set" ? Node.DeepEquals(list[i], list[j]) : SameKey(list[i], list[j], keys))
                {
                    errors.Add(FieldError.Duplicate(at, type == "set" ? list[i] : KeyOf(list[i], keys)));
                    break;
                }
            }
        }
    }

    private static bool SameKey(Node a, Node b, string[] keys) =>
        a is MapNode x && b is MapNode y && keys.All(k => x[k] is null ? y[k] is null : Node.DeepEquals(x[k], y[k]));

    private static MapNode KeyOf(Node item, string[] keys)
    {
        var key = new MapNode(keys.Length);
        foreach (var name in keys)
        {
            if (item is MapNode map && map[name] is { } value)
            {
                key[name] = value.DeepClone();
            }
        }

        return key;
    }

    private static void Text(MapNode schema, string text, string path, List<FieldError> errors)
    {
        var length = CodePoints(text);
        if (Limit(schema, "maxLength") is { } max && length > max)
        {
            errors.Add(FieldError.TooLong(path, (int)max));
        }

        if (Limit(schema, "minLength") is { } min && length < min)
        {
            errors.Add(FieldError.Invalid(path, text, $"{path} in body should be at least {Show(min)} chars long"));
        }

        if (schema.GetString("pattern") is { Length: > 0 } pattern && !Matches(pattern, text))
        {
            errors.Add(FieldError.Invalid(path, text, $"{path} in body should match '{pattern}'"));
        }

        var fits = schema.GetString("format") switch
        {
            "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) && text.Contains('T', StringComparison.OrdinalIgnoreCase),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "uuid" => Guid.TryParse(text, out _),
            "ipv4" => System.Net.IPAddress.TryParse(text, out var v4) && v4.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
            "ipv6" => System.Net.IPAddress.TryParse(text, out var v6) && v6.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
            "byte" => IsBase64(text),
            "uri" => text.StartsWith('/') || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.StartsWith(uri.Scheme, StringComparison.OrdinalIgnoreCase)),
            "email" => text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && !text.Any(char.IsWhiteSpace),
            "duration" => Matches(DurationPattern, text),
            "cidr" => System.Net.IPNetwork.TryParse(text, out _),
            _ => true,
        };
        if (!fits)
        {
            errors.Add(FieldError.Invalid(path, text, $"{path} in body must be of type {schema.GetString("format")}: \"{text}\""));
        }
    }

    private static bool Matches(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            // A pattern that .NET cannot run says nothing about the value.
            return true;
        }
    }

    private static bool IsBase64(string text) => text.Length % 4 == 0 && Convert.TryFromBase64String(text, new byte[(text.Length * 3 / 4) + 3], out _);

    private static void Number(MapNode schema, ScalarNode number, string path, List<FieldError> errors)
    {
        var value = number.AsDouble();
        if (Limit(schema, "minimum") is { } min && (value < min || (IsTrue(schema, "exclusiveMinimum") && value == min)))
        {
            errors.Add(FieldError.Invalid(path, number, $"{path} in body should be greater than {(IsTrue(schema, "exclusiveMinimum") ? "" : "or equal to ")}{Show(min)}"));
        }

        if (Limit(schema, "maximum") is { } max && (value > max || (IsTrue(schema, "exclusiveMaximum") && value == max)))
        {
            errors.Add(FieldError.Invalid(path, number, $"{path} in body should be less than {(IsTrue(schema, "exclusiveMaximum") ? "" : "or equal to ")}{Show(max)}"));
        }

        if (Limit(schema, "multipleOf") is { } factor and not 0 && Math.Abs((value / factor) - Math.Round(value / factor)) > 1e-9)
        {
            errors.Add(FieldError.Invalid(path, number, $"{path} in body should be a multiple of {Show(factor)}"));
        }

        var fits = schema.GetString("format") switch
        {
            "int32" => value is >= int.MinValue and <= int.MaxValue,
            "int64" => value is >= long.MinValue and <= long.MaxValue,
            _ => true,
        };
        if (!fits)
        {
            errors.Add(FieldError.Invalid(path, number, $"{path} in body must be of type {schema.GetString("format")}: \"{number.Text}\""));
        }
    }

    private static void Required(MapNode schema, MapNode map, string path, List<FieldError> errors)
    {
        foreach (var name in schema.GetList("required")?.OfType<ScalarNode>() ?? [])
        {
            if (!map.ContainsKey(name.Text))
            {
                errors.Add(FieldError.Required(Join(path, name.Text)));
            }
        }
    }

    private static void Combinations(MapNode schema, Node value, Node? old, string path, List<FieldError> errors)
    {
        foreach (var part in schema.GetList("allOf")?.OfType<MapNode>() ?? [])
        {
            Value(part, value, old, path, errors);
        }

        if (schema.GetList("anyOf") is { Count: > 0 } any && !any.OfType<MapNode>().Any(s => Fits(s, value, old, path)))
        {
            errors.Add(FieldError.Invalid(Nowhere, "", $"\"{path}\" must validate at least one schema (anyOf)"));
        }

        if (schema.GetList("oneOf") is { Count: > 0 } one && one.OfType<MapNode>().Count(s => Fits(s, value, old, path)) != 1)
        {
            errors.Add(FieldError.Invalid(Nowhere, "", $"\"{path}\" must validate one and only one schema (oneOf)"));
        }

        if (schema.GetMap("not") is { } not && Fits(not, value, null, path))
        {
            errors.Add(FieldError.Invalid(Nowhere, "", $"{path} in body must not validate the schema (not)"));
        }
    }

    private static bool Fits(MapNode schema, Node value, Node? old, string path)
    {
        var errors = new List<FieldError>();
        Judge(schema, value, old, path, errors);
        return errors.Count == 0;
    }

    private static double? Limit(MapNode schema, string key) => schema[key] is ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } scalar ? scalar.AsDouble() : null;

    private static bool IsTrue(MapNode schema, string key) => schema[key] is ScalarNode scalar && scalar.AsBoolean();

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static string Show(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    // Lengths count code points, not UTF-16 units.
    private static int CodePoints(string text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            count += rune.Utf16SequenceLength > 0 ? 1 : 0;
        }

        return count;
    }
}
