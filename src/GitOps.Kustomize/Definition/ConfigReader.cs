using System.Globalization;
using GitOps.Yaml;

namespace GitOps.Kustomize.Definition;

/// <summary>Reads one map of a kustomization or plugin configuration into fields, as Go's JSON decoder does: names match in any case, types must fit.</summary>
internal sealed class ConfigReader
{
    private readonly MapNode _map;
    private readonly string _file;
    private readonly bool _strict;
    private readonly bool _converts;
    private readonly bool[] _known;

    /// <param name="map">The map.</param>
    /// <param name="file">Its file, for messages.</param>
    /// <param name="strict">Whether unknown fields are refused.</param>
    /// <param name="converts">Whether numbers and truth values are taken for text where text is wanted.</param>
    public ConfigReader(MapNode map, string file, bool strict, bool? converts = null)
    {
        _converts = converts ?? !strict;
        _map = map;
        _file = file;
        _strict = strict;
        _known = new bool[map.Count];
    }

    public string File => _file;

    /// <summary>Refuses fields that nobody asked for.</summary>
    public void Finish()
    {
        for (var i = 0; _strict && i < _known.Length; i++)
        {
            if (!_known[i])
            {
                ref readonly var entry = ref _map.EntryAt(i);
                throw Error($"unknown field \"{entry.Key}\"", entry.KeyLine, entry.KeyColumn);
            }
        }
    }

    public Node? Take(string name)
    {
        Node? found = null;
        var key = "";
        for (var i = 0; i < _known.Length; i++)
        {
            ref readonly var entry = ref _map.EntryAt(i);
            if (string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                _known[i] = true;

                // The decoder gets the fields sorted, so that of several spellings the last one counts.
                if (found is null || string.CompareOrdinal(entry.Key, key) >= 0)
                {
                    (found, key) = (entry.Value, entry.Key);
                }
            }
        }

        return found is null or ScalarNode { Kind: ScalarKind.Null } ? null : found;
    }

    public string Text(string name) => TextOrNull(name) ?? "";

    public string? TextOrNull(string name) => Take(name) is { } node ? String(node, name) : null;

    /// <summary>A text that is never made of a number or truth value: that of a struct that is embedded in another one in kustomize.</summary>
    public string EmbeddedText(string name) => Take(name) is { } node ? String(node, name, converts: false) : "";

    public bool Flag(string name) => Take(name) switch
    {
        null => false,
        ScalarNode { Kind: ScalarKind.Boolean } flag => flag.AsBoolean(),
        var other => throw WrongType(other, name, "bool"),
    };

    public long Number(string name) => Take(name) switch
    {
        null => 0,
        ScalarNode { Kind: ScalarKind.Integer } number when number.TryGetInt64(out var value) => value,
        ScalarNode { Kind: ScalarKind.Float } number when number.AsDouble() is var value && value == Math.Floor(value) && Math.Abs(value) < 1e18 => (long)value,
        var other => throw WrongType(other, name, "int"),
    };

    public List<string> Strings(string name) => [.. List(name).Select(i => i.IsNull ? "" : String(i, name))];

    public SortedDictionary<string, string>? Map(string name)
    {
        var node = Take(name);
        if (node is null)
        {
            return null;
        }

        if (node is not MapNode map)
        {
            throw WrongType(node, name, "map[string]string");
        }

        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < map.Count; i++)
        {
            ref readonly var entry = ref map.EntryAt(i);
            result[entry.Key] = entry.Value.IsNull ? "" : String(entry.Value, name);
        }

        return result;
    }

    public ConfigReader? Object(string name) => Take(name) switch
    {
        null => null,
        MapNode map => new ConfigReader(map, _file, _strict, _converts),
        var other => throw WrongType(other, name, "object"),
    };

    public T? Object<T>(string name, Func<ConfigReader, T> read)
        where T : class
    {
        if (Object(name) is not { } reader)
        {
            return null;
        }

        var value = read(reader);
        reader.Finish();
        return value;
    }

    public List<T> Objects<T>(string name, Func<ConfigReader, T> read)
    {
        var result = new List<T>();
        foreach (var item in List(name))
        {
            if (item is not MapNode and not ScalarNode { Kind: ScalarKind.Null })
            {
                throw WrongType(item, name, "object");
            }

            var reader = new ConfigReader(item as MapNode ?? new MapNode(), _file, _strict, _converts);
            result.Add(read(reader));
            reader.Finish();
        }

        return result;
    }

    /// <summary>A map that is taken as it is.</summary>
    public MapNode? ObjectNode(string name) => Take(name) switch
    {
        null => null,
        MapNode map => map,
        var other => throw WrongType(other, name, "object"),
    };

    /// <summary>Gives a node the place of the map that is read, for messages.</summary>
    public T Place<T>(T node)
        where T : Node
    {
        node.Line = _map.Line;
        node.Column = _map.Column;
        return node;
    }

    public bool Has(string name) => Take(name) is not null;

    public KustomizeException Error(string message, int line = 0, int column = 0)
    {
        var location = new SourceLocation(_file, line, column);
        return new KustomizeException($"invalid Kustomization: {location}: {message}", location);
    }

    private IEnumerable<Node> List(string name) => Take(name) switch
    {
        null => [],
        ListNode list => list,
        var other => throw WrongType(other, name, "list"),
    };

    private string String(Node node, string name, bool converts = true) => node is ScalarNode { Kind: ScalarKind.String or ScalarKind.Binary } scalar ? scalar.Text
        : node is ScalarNode { Kind: ScalarKind.Timestamp } time && YamlTimestamp.TryParse(time.Text, out var rfc) ? rfc
        : converts && _converts && node is ScalarNode other ? Convert(other)
        : throw WrongType(node, name, "string");

    private static string Convert(ScalarNode scalar) => scalar.Kind switch
    {
        ScalarKind.Integer => GoNumber.FormatInteger(scalar),
        ScalarKind.Float => GoNumber.FormatG(scalar.AsDouble()),
        ScalarKind.Boolean => scalar.AsBoolean() ? "true" : "false",
        _ => scalar.Text,
    };

    private KustomizeException WrongType(Node node, string name, string wanted)
    {
        var found = node switch
        {
            MapNode => "object",
            ListNode => "array",
            ScalarNode { Kind: ScalarKind.Boolean } => "bool",
            ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } => "number",
            _ => "string",
        };
        return Error(string.Create(CultureInfo.InvariantCulture, $"cannot unmarshal {found} into field {name} of type {wanted}"), node.Line, node.Column);
    }
}
