using GitOps.Helm.Templates;
using GitOps.Helm.Values;
using GitOps.Yaml;

namespace GitOps.Helm.Functions;

/// <summary>YAML, JSON and TOML in both directions.</summary>
internal static class DataFunctions
{
    private const string NotAMap = "Go value of type map[string]interface {}";
    private const string NotAList = "Go value of type []interface {}";
    private static readonly GoType[] One = [GoType.Any];
    private static readonly GoType[] Text = [GoType.String];

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "toYaml", One, static (_, a) => OrEmpty(a[0], ToYaml) },
        { "mustToYaml", One, static (_, a) => ToYaml(a[0]) },
        { "toYamlPretty", One, static (_, a) => OrEmpty(a[0], static v => WriteYaml(YamlShape.Pretty(v), YamlWriterOptions.Pretty)) },
        { "fromYaml", Text, static (_, a) => FromYaml((string)a[0]!) },
        { "fromYamlArray", Text, static (_, a) => FromYamlArray((string)a[0]!) },
        { "toJson", One, static (_, a) => OrEmpty(a[0], static v => GoJson.Write(v)) },
        { "mustToJson", One, static (_, a) => GoJson.Write(a[0]) },
        { "toPrettyJson", One, static (_, a) => OrEmpty(a[0], static v => GoJson.Write(v, indent: "  ")) },
        { "mustToPrettyJson", One, static (_, a) => GoJson.Write(a[0], indent: "  ") },
        { "toRawJson", One, static (_, a) => GoJson.Write(a[0], escapeHtml: false) },
        { "mustToRawJson", One, static (_, a) => GoJson.Write(a[0], escapeHtml: false) },
        { "fromJson", Text, static (_, a) => FromJson((string)a[0]!) },
        { "mustFromJson", Text, static (_, a) => GoJsonReader.Read((string)a[0]!) },
        { "fromJsonArray", Text, static (_, a) => FromJsonArray((string)a[0]!) },
        { "toToml", One, static (_, a) => ToToml(a[0]) },
        { "mustToToml", One, static (_, a) => TomlWriter.Write(a[0]) },
        { "fromToml", Text, static (_, a) => FromToml((string)a[0]!) },
    };

    /// <summary>Helm's <c>toYaml</c> without the fallback for failures.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The YAML without its last line break.</returns>
    public static string ToYaml(object? value) => WriteYaml(YamlShape.ThroughJson(value), YamlWriterOptions.Kubernetes);

    private static string WriteYaml(object? shape, YamlWriterOptions options)
    {
        try
        {
            using var writer = new YamlTextWriter(options, 1024);
            writer.WriteDocument(shape);
            var written = writer.Written;
            return (written.EndsWith('\n') ? written[..^1] : written).ToString();
        }
        catch (YamlException e)
        {
            throw new FunctionException(e.Problem, e);
        }
    }

    private static string OrEmpty(object? value, Func<object?, string> write)
    {
        try
        {
            return write(value);
        }
        catch (FunctionException)
        {
            // Helm swallows what cannot be written; only the must- variants fail.
            return string.Empty;
        }
    }

    private static Dictionary<string, object?> FromYaml(string text)
    {
        try
        {
            return YamlValues.ToMap(YamlValues.ReadFirst(text));
        }
        catch (HelmException e)
        {
            return Error(e.Message);
        }
    }

    private static List<object?> FromYamlArray(string text)
    {
        try
        {
            var node = YamlValues.ReadFirst(text);
            if (node is null || node.IsNull)
                return [];
            var value = YamlValues.ToValue(node);
            return node is ListNode
                ? (List<object?>)value!
                : [Unmarshal("error unmarshaling JSON: while decoding JSON: ", YamlValues.JsonKind(node), NotAList)];
        }
        catch (HelmException e)
        {
            return [e.Message];
        }
    }

    private static Dictionary<string, object?> FromJson(string text)
    {
        try
        {
            return GoJsonReader.Read(text) switch
            {
                Dictionary<string, object?> map => map,
                null => new NilMap(),
                var other => Error(Unmarshal(string.Empty, GoJsonReader.KindOf(other), NotAMap)),
            };
        }
        catch (FunctionException e)
        {
            return Error(e.Message);
        }
    }

    private static List<object?> FromJsonArray(string text)
    {
        try
        {
            return GoJsonReader.Read(text) switch
            {
                List<object?> list => list,
                null => new NilList(),
                var other => [Unmarshal(string.Empty, GoJsonReader.KindOf(other), NotAList)],
            };
        }
        catch (FunctionException e)
        {
            return [e.Message];
        }
    }

    private static string ToToml(object? value)
    {
        if (value is null)
            throw new FunctionException("reflect: call of reflect.Value.Type on zero Value");
        try
        {
            return TomlWriter.Write(value);
        }
        catch (FunctionException e)
        {
            return e.Message;
        }
    }

    private static Dictionary<string, object?> FromToml(string text)
    {
        try
        {
            return TomlReader.Read(text);
        }
        catch (FunctionException e)
        {
            return Error(e.Message);
        }
    }

    private static string Unmarshal(string prefix, string kind, string target) => prefix + "json: cannot unmarshal " + kind + " into " + target;

    private static Dictionary<string, object?> Error(string message) => new(StringComparer.Ordinal) { ["Error"] = message };
}
