using GitOps.Yaml;

namespace GitOps.Helm.Values;

/// <summary>
/// Reads YAML into the plain value model the way Helm does (sigs.k8s.io/yaml: YAML to JSON to <c>interface{}</c>):
/// every number is a float64, keys are strings, dates stay text.
/// </summary>
internal static class YamlValues
{
    private static readonly YamlReaderOptions Options = new() { DuplicateKeys = DuplicateKeys.LastWins };

    /// <summary>Reads the first document of a text, as Go's Unmarshal does.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The document's tree; null when there is none.</returns>
    /// <exception cref="HelmException">The text is no YAML.</exception>
    public static Node? ReadFirst(ReadOnlySpan<char> text)
    {
        try
        {
            if (YamlEncoding.TryDecode(text, out var decoded))
            {
                text = decoded;
            }

            var pool = new StringPool();
            using var scanner = new YamlScanner(text, "", pool, jsonEscapes: false);
            return new YamlComposer(scanner, Options, pool).Next();
        }
        catch (YamlException e)
        {
            throw new HelmException($"error converting YAML to JSON: {e.GoMessage ?? $"yaml: {Place(e)}{e.Problem}"}", e);
        }
    }

    /// <summary>Reads a values file: its documents are merged, each must be a map.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The values.</returns>
    /// <exception cref="HelmException">The text is no YAML, or a document is no map.</exception>
    public static Dictionary<string, object?> ReadValues(string text)
    {
        var values = ValueTree.NewMap();
        foreach (var document in SplitDocuments(text))
        {
            try
            {
                values = ValueTree.Merge(values, ToMap(ReadFirst(document.Span)));
            }
            catch (HelmException e)
            {
                throw new HelmException($"cannot unmarshal yaml document: {e.Message}", e);
            }
        }

        return values;
    }

    /// <summary>Turns a tree into a map; null gives an empty one.</summary>
    /// <exception cref="HelmException">The tree is no map.</exception>
    public static Dictionary<string, object?> ToMap(Node? node) => node switch
    {
        null => ValueTree.NewMap(),
        MapNode map => ToMap(map),
        { IsNull: true } => ValueTree.NewMap(),
        _ => throw NotAMap(node),
    };

    /// <summary>Turns a tree into plain values.</summary>
    /// <exception cref="HelmException">A number has no JSON form.</exception>
    public static object? ToValue(Node node) => node switch
    {
        MapNode map => ToMap(map),
        ListNode list => ToList(list),
        ScalarNode scalar => ToValue(scalar),
        _ => null,
    };

    /// <summary>What encoding/json calls the JSON form of a node.</summary>
    public static string JsonKind(Node node) => node switch
    {
        MapNode => "object",
        ListNode => "array",
        ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } => "number",
        ScalarNode { Kind: ScalarKind.Boolean } => "bool",
        ScalarNode { Kind: ScalarKind.Null } => "null",
        _ => "string",
    };

    private static HelmException NotAMap(Node node)
    {
        // Its numbers become JSON before anyone looks at its kind, and may have none.
        _ = ToValue(node);
        return new HelmException($"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {JsonKind(node)} into Go value of type map[string]interface {{}}");
    }

    private static Dictionary<string, object?> ToMap(MapNode node)
    {
        var map = ValueTree.NewMap(node.Count);
        for (var i = 0; i < node.Count; i++)
        {
            ref readonly var entry = ref node.EntryAt(i);
            map[entry.Key] = ToValue(entry.Value);
        }

        return map;
    }

    private static List<object?> ToList(ListNode node)
    {
        var list = new List<object?>(node.Count);
        foreach (var item in node)
        {
            list.Add(ToValue(item));
        }

        return list;
    }

    private static object? ToValue(ScalarNode scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                return null;
            case ScalarKind.Boolean:
                return scalar.AsBoolean();
            case ScalarKind.Integer:
                return scalar.TryGetInt64(out var integer) ? (double)integer : scalar.AsDouble();
            case ScalarKind.Float:
                var number = scalar.AsDouble();
                return double.IsFinite(number) ? number : throw new HelmException($"error converting YAML to JSON: json: unsupported value: {(double.IsNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf")}");
            case ScalarKind.Binary:
                try
                {
                    return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(scalar.Text));
                }
                catch (FormatException e)
                {
                    throw new HelmException("error converting YAML to JSON: yaml: !!binary value contains invalid base64 data", e);
                }

            default:
                return scalar.Text;
        }
    }

    private static string Place(YamlException e) => e.Location is { Line: > 0 } at ? $"line {at.Line}: " : "";

    /// <summary>Cuts a text at lines that start with <c>---</c>; such a line may hold nothing but a comment.</summary>
    private static IEnumerable<ReadOnlyMemory<char>> SplitDocuments(string text)
    {
        // Helm reads line by line and ends each with a line feed, the last one too, which a literal block keeps.
        if (text.Length > 0 && !text.EndsWith('\n'))
        {
            text += "\n";
        }

        if (!text.Contains("---", StringComparison.Ordinal))
        {
            return [text.AsMemory()];
        }

        var documents = new List<ReadOnlyMemory<char>>();
        int start = 0, at = 0;
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            var line = text.AsSpan(at, end - at);
            if (line.StartsWith("---", StringComparison.Ordinal))
            {
                var rest = line[3..].Trim();
                if (!rest.IsEmpty && rest[0] != '#')
                {
                    throw new HelmException($"error reading yaml document: invalid Yaml document separator: {rest}");
                }

                if (at > start)
                {
                    documents.Add(text.AsMemory(start, at - start));
                    start = end;
                }
            }

            at = end;
        }

        if (start < text.Length)
        {
            documents.Add(text.AsMemory(start));
        }

        return documents;
    }
}
