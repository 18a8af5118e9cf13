using System.Globalization;

namespace GitOps.Helm.Schema;

/// <summary>
/// Compiles a JSON schema of draft 4, 6, 7, 2019-09 or 2020-12. References must stay inside the document: nothing is fetched from disk or network.
/// </summary>
internal sealed class SchemaCompiler
{
    public const string Location = "file:///values.schema.json";
    private const int MaxSchemas = 200_000;

    // In the order in which messages name them.
    private static readonly string[] TypeNames = ["null", "boolean", "number", "integer", "string", "array", "object"];

    private readonly Dictionary<object, SchemaNode> _byObject = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<object, SchemaResource> _byRoot = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object> _searched = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(Dictionary<string, object?> Source, SchemaNode Node)> _queue = new();

    private SchemaCompiler()
    {
    }

    /// <summary>Compiles a schema.</summary>
    /// <param name="document">The schema as plain values.</param>
    /// <returns>The compiled root.</returns>
    /// <exception cref="SchemaException">It is no valid schema.</exception>
    public static SchemaNode Compile(object? document)
    {
        if (!HasNamedDraft(document) && SchemaMetaCheck.Find(document, DraftOf(document, SchemaDraft.Draft2020)) is { } problem)
        {
            throw new SchemaException($"\"{Location}#\" is not valid against metaschema: jsonschema validation failed\n{problem}");
        }

        var compiler = new SchemaCompiler();
        var root = compiler.AddResource(Location, document, DraftOf(document, SchemaDraft.Draft2020));
        compiler.FindResources(document, root, Location);
        var node = compiler.Enqueue(document, root, $"{Location}#");
        while (compiler._queue.TryDequeue(out var next))
        {
            compiler.Fill(next.Source, next.Node);
        }

        return node;
    }

    /// <summary>Helm takes a metaschema that only has a name for one that allows everything.</summary>
    private static bool HasNamedDraft(object? document) =>
        document is Dictionary<string, object?> map && map.GetValueOrDefault("$schema") is string uri && uri.StartsWith("urn:", StringComparison.Ordinal);

    private static SchemaDraft DraftOf(object? document, SchemaDraft fallback)
    {
        if (document is not Dictionary<string, object?> map || map.GetValueOrDefault("$schema") is not string uri)
        {
            return fallback;
        }

        return KnownDraft(uri) ?? (HasNamedDraft(document)
            ? SchemaDraft.Draft2020
            : throw new SchemaException($"failing loading \"{uri}\": this is none of the known drafts of JSON Schema, and nothing is fetched"));
    }

    private static SchemaDraft? KnownDraft(string uri)
    {
        var name = uri.TrimEnd('#');
        name = name.StartsWith("http://", StringComparison.Ordinal) ? name["http://".Length..] : name.StartsWith("https://", StringComparison.Ordinal) ? name["https://".Length..] : name;
        return name switch
        {
            "json-schema.org/schema" or "json-schema.org/draft/2020-12/schema" => SchemaDraft.Draft2020,
            "json-schema.org/draft/2019-09/schema" => SchemaDraft.Draft2019,
            "json-schema.org/draft-07/schema" => SchemaDraft.Draft7,
            "json-schema.org/draft-06/schema" => SchemaDraft.Draft6,
            "json-schema.org/draft-04/schema" => SchemaDraft.Draft4,
            _ => null,
        };
    }

    private SchemaResource AddResource(string id, object? root, SchemaDraft draft)
    {
        var map = root as Dictionary<string, object?>;
        var resource = new SchemaResource(id, root, draft) { RecursiveAnchor = map?.GetValueOrDefault("$recursiveAnchor") is true };
        resource = _resources.TryAdd(id, resource) ? resource : _resources[id];
        if (map is not null)
        {
            // A document with an $id is known by that as well as by its place, and resolves references against the $id.
            _byRoot[map] = resource;
        }

        return resource;
    }

    /// <summary>Finds the schemas with ids and anchors of their own. What is no schema, as the value of an unknown keyword, has none.</summary>
    private void FindResources(object? schema, SchemaResource resource, string baseUri)
    {
        if (schema is not Dictionary<string, object?> map || !_searched.Add(map))
        {
            return;
        }

        var idKey = resource.Draft == SchemaDraft.Draft4 ? "id" : "$id";
        if (map.GetValueOrDefault(idKey) is string id && !(resource.Draft < SchemaDraft.Draft2019 && map.ContainsKey("$ref")))
        {
            var (uri, fragment) = Split(Resolve(baseUri, id));
            if (fragment.Length > 0 && !fragment.StartsWith('/'))
            {
                resource.Anchors.TryAdd(fragment, map);
            }

            if (!string.Equals(uri, baseUri, StringComparison.Ordinal) && uri.Length > 0)
            {
                resource = AddResource(uri, map, DraftOf(map, resource.Draft));
                baseUri = uri;
            }
        }

        if (map.GetValueOrDefault("$anchor") is string anchor)
        {
            resource.Anchors.TryAdd(anchor, map);
        }

        if (map.GetValueOrDefault("$dynamicAnchor") is string dynamic)
        {
            resource.Anchors.TryAdd(dynamic, map);
            resource.DynamicAnchors.TryAdd(dynamic, Enqueue(map, resource, $"{resource.Id}#{dynamic}"));
        }

        foreach (var (keyword, value) in map)
        {
            foreach (var part in Schemas(keyword, value))
            {
                FindResources(part, resource, baseUri);
            }
        }
    }

    private static IEnumerable<object?> Schemas(string keyword, object? value) => (keyword, value) switch
    {
        ("properties" or "patternProperties" or "definitions" or "$defs" or "dependentSchemas" or "dependencies", Dictionary<string, object?> map) => map.Values,
        ("allOf" or "anyOf" or "oneOf" or "prefixItems" or "items", List<object?> list) => list,
        ("items" or "additionalItems" or "unevaluatedItems" or "contains" or "additionalProperties" or "unevaluatedProperties" or "propertyNames"
            or "not" or "if" or "then" or "else" or "contentSchema", Dictionary<string, object?>) => [value],
        _ => [],
    };

    private SchemaNode Enqueue(object? source, SchemaResource resource, string location)
    {
        if (source is Dictionary<string, object?> known && _byObject.TryGetValue(known, out var node))
        {
            return node;
        }

        if (_byObject.Count > MaxSchemas)
        {
            throw new SchemaException($"the schema has more than {MaxSchemas} parts");
        }

        switch (source)
        {
            case bool flag:
                return new SchemaNode(location, resource.Draft, resource) { Bool = flag };
            case Dictionary<string, object?> map:
                resource = _byRoot.GetValueOrDefault(map, resource);
                node = new SchemaNode(location, resource.Draft, resource);
                _byObject.Add(map, node);
                _queue.Enqueue((map, node));
                return node;
            default:
                throw new SchemaException($"{location} is no schema but {SchemaText.Display(source)}");
        }
    }

    private void Fill(Dictionary<string, object?> source, SchemaNode node)
    {
        var draft = node.Draft;
        if (source.GetValueOrDefault("$ref") is string reference)
        {
            node.Ref = Follow(reference, node);
            if (draft < SchemaDraft.Draft2019)
            {
                return;
            }
        }

        node.AllOf = Many("allOf");
        node.AnyOf = Many("anyOf");
        node.OneOf = Many("oneOf");
        node.Not = One("not");
        node.Properties = Map("properties");
        node.AdditionalProperties = One("additionalProperties");
        foreach (var (pattern, schema) in Map("patternProperties"))
        {
            node.PatternProperties.Add((SchemaRegex.Compile(pattern, $"{node.Location}/patternProperties"), schema));
        }

        FillDependencies(source, node);
        FillItems(source, node, One, Many);
        FillAssertions(source, node);
        if (draft >= SchemaDraft.Draft6)
        {
            node.Contains = One("contains");
            node.PropertyNames = One("propertyNames");
            node.HasConst = source.ContainsKey("const");
            node.Const = source.GetValueOrDefault("const");
        }

        if (draft >= SchemaDraft.Draft7 && source.ContainsKey("if"))
        {
            node.If = One("if");
            node.Then = One("then");
            node.Else = One("else");
        }

        if (draft >= SchemaDraft.Draft2019)
        {
            if (draft == SchemaDraft.Draft2019 && source.GetValueOrDefault("$recursiveRef") is string recursive)
            {
                node.RecursiveRef = Follow(recursive, node);
            }

            if (node.Contains is not null)
            {
                node.MinContains = Integer(source, "minContains");
                node.MaxContains = Integer(source, "maxContains");
            }

            node.UnevaluatedItems = One("unevaluatedItems");
            node.UnevaluatedProperties = One("unevaluatedProperties");
        }

        if (draft >= SchemaDraft.Draft2020)
        {
            node.DynamicAnchor = source.GetValueOrDefault("$dynamicAnchor") as string ?? "";
            if (source.GetValueOrDefault("$dynamicRef") is string dynamic)
            {
                node.DynamicRef = Follow(dynamic, node);
                var (_, fragment) = Split(dynamic);
                node.DynamicRefAnchor = fragment.StartsWith('/') ? "" : fragment;
            }
        }

        SchemaNode? One(string keyword) => source.TryGetValue(keyword, out var value) ? Enqueue(value, node.Resource, $"{node.Location}/{keyword}") : null;

        IReadOnlyList<SchemaNode> Many(string keyword) => source.GetValueOrDefault(keyword) is List<object?> list
            ? [.. list.Select((s, i) => Enqueue(s, node.Resource, string.Create(CultureInfo.InvariantCulture, $"{node.Location}/{keyword}/{i}")))]
            : [];

        Dictionary<string, SchemaNode> Map(string keyword) => source.GetValueOrDefault(keyword) is Dictionary<string, object?> map
            ? map.ToDictionary(e => e.Key, e => Enqueue(e.Value, node.Resource, $"{node.Location}/{keyword}/{e.Key}"), StringComparer.Ordinal)
            : [];
    }

    private void FillDependencies(Dictionary<string, object?> source, SchemaNode node)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["dependencies", "dependentSchemas", "dependentRequired"])
        {
            if ((keyword != "dependencies" && node.Draft < SchemaDraft.Draft2019) || source.GetValueOrDefault(keyword) is not Dictionary<string, object?> map)
            {
                continue;
            }

            foreach (var (property, dependency) in map)
            {
                if (dependency is List<object?> list)
                {
                    node.DependentRequired[property] = [.. list.OfType<string>()];
                }
                else
                {
                    node.DependentSchemas[property] = Enqueue(dependency, node.Resource, $"{node.Location}/{keyword}/{property}");
                }
            }
        }
    }

    private static void FillItems(Dictionary<string, object?> source, SchemaNode node, Func<string, SchemaNode?> one, Func<string, IReadOnlyList<SchemaNode>> many)
    {
        if (node.Draft >= SchemaDraft.Draft2020)
        {
            node.PrefixItems = many("prefixItems");
            node.Items = one("items");
        }
        else if (source.GetValueOrDefault("items") is List<object?>)
        {
            node.PrefixItems = many("items");
            node.Items = one("additionalItems");
            node.ItemsAreAdditional = true;
        }
        else
        {
            node.Items = one("items");
        }
    }

    private static void FillAssertions(Dictionary<string, object?> source, SchemaNode node)
    {
        node.Types = source.GetValueOrDefault("type") switch
        {
            string type => [type],
            List<object?> list => [.. TypeNames.Where(list.Contains)],
            _ => [],
        };
        node.Enum = source.GetValueOrDefault("enum") as List<object?>;
        node.MultipleOf = Number(source, "multipleOf");
        node.Maximum = Number(source, "maximum");
        node.Minimum = Number(source, "minimum");
        node.ExclusiveMaximum = Number(source, "exclusiveMaximum");
        node.ExclusiveMinimum = Number(source, "exclusiveMinimum");
        if (source.GetValueOrDefault("exclusiveMaximum") is true)
        {
            (node.ExclusiveMaximum, node.Maximum) = (node.Maximum, null);
        }

        if (source.GetValueOrDefault("exclusiveMinimum") is true)
        {
            (node.ExclusiveMinimum, node.Minimum) = (node.Minimum, null);
        }

        node.MinLength = Integer(source, "minLength");
        node.MaxLength = Integer(source, "maxLength");
        if (source.GetValueOrDefault("pattern") is string pattern)
        {
            node.Pattern = SchemaRegex.Compile(pattern, $"{node.Location}/pattern");
            node.PatternText = pattern;
        }

        node.MinItems = Integer(source, "minItems");
        node.MaxItems = Integer(source, "maxItems");
        node.UniqueItems = source.GetValueOrDefault("uniqueItems") is true;
        node.MinProperties = Integer(source, "minProperties");
        node.MaxProperties = Integer(source, "maxProperties");
        node.Required = source.GetValueOrDefault("required") is List<object?> required ? [.. required.OfType<string>()] : [];

        // Later drafts take a format for a remark.
        node.Format = node.Draft < SchemaDraft.Draft2019 ? source.GetValueOrDefault("format") as string : null;
    }

    private SchemaNode Follow(string reference, SchemaNode from)
    {
        var (uri, fragment) = Split(Resolve(from.Resource.Id, reference));
        if (!_resources.TryGetValue(uri, out var resource))
        {
            if (uri.StartsWith("urn:", StringComparison.Ordinal))
            {
                // Helm takes a URN it cannot resolve for a schema that allows everything, which has no parts.
                return fragment.Length == 0
                    ? new SchemaNode(uri, from.Draft, from.Resource) { Bool = true }
                    : throw new SchemaException(fragment.StartsWith('/') ? $"json-pointer in \"{uri}#{fragment}\" not found" : $"anchor in \"{uri}#{fragment}\" not found in schema \"{uri}\"");
            }

            if (fragment.Length == 0 && KnownDraft(uri) is { } draft)
            {
                return new SchemaNode(uri, draft, from.Resource) { Metaschema = draft };
            }

            throw new SchemaException($"failing loading \"{uri}\": a schema may only refer to itself, nothing is read from disk or network (at {from.Location})");
        }

        var location = $"{resource.Id}#{fragment}";
        if (fragment.Length == 0)
        {
            return Enqueue(resource.Root, resource, location);
        }

        if (!fragment.StartsWith('/'))
        {
            return resource.Anchors.TryGetValue(fragment, out var anchored)
                ? Enqueue(anchored, resource, location)
                : throw new SchemaException($"anchor in \"{location}\" not found in schema \"{resource.Id}\"");
        }

        var current = resource.Root;
        foreach (var part in fragment[1..].Split('/'))
        {
            var token = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (part.AsSpan().Count('~') != part.AsSpan().Count("~0") + part.AsSpan().Count("~1"))
            {
                throw new SchemaException($"invalid json-pointer \"{location}\"");
            }

            current = current switch
            {
                Dictionary<string, object?> map when map.TryGetValue(token, out var next) => next,
                List<object?> list when int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < list.Count => list[i],
                _ => throw new SchemaException($"json-pointer in \"{location}\" not found"),
            };
            if (current is Dictionary<string, object?> inner)
            {
                resource = _byRoot.GetValueOrDefault(inner, resource);
            }
        }

        // A reference makes a schema of what it points to, wherever that lies.
        FindResources(current, resource, resource.Id);
        return Enqueue(current, resource, location);
    }

    private static string Resolve(string baseUri, string reference) =>
        Uri.TryCreate(baseUri, UriKind.Absolute, out var parent) && Uri.TryCreate(parent, reference, out var resolved)
            ? reference.StartsWith('#') ? $"{Split(baseUri).Uri}{reference}" : resolved.OriginalString.Contains("://", StringComparison.Ordinal) || resolved.OriginalString.StartsWith("urn:", StringComparison.Ordinal) ? resolved.OriginalString : resolved.AbsoluteUri
            : reference;

    private static (string Uri, string Fragment) Split(string reference)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? (reference, "") : (reference[..hash], Uri.UnescapeDataString(reference[(hash + 1)..]));
    }

    private static double? Number(Dictionary<string, object?> source, string keyword) => source.GetValueOrDefault(keyword) as double?;

    private static int? Integer(Dictionary<string, object?> source, string keyword) =>
        Number(source, keyword) is { } number && number == Math.Floor(number) ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;
}
