using System.Globalization;

namespace GitOps.Testing;

/// <summary>
/// Brings a tree into the form that a value has after the API server read it into its own types and wrote it again:
/// unknown fields gone, empty values left out or filled in as the type says, quantities and times in their one spelling.
/// </summary>
internal sealed class ServerForm
{
    private readonly string _kind;
    private readonly Action<string>? _unknown;
    private readonly List<string> _path = [];

    private ServerForm(string kind, Action<string>? unknown)
    {
        _kind = kind;
        _unknown = unknown;
    }

    /// <summary>Reads an object.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="root">The object; it is not changed.</param>
    /// <param name="unknown">Told the path of each field that the type does not know.</param>
    /// <returns>The object in server form; the tree is new, so it may be changed.</returns>
    /// <exception cref="DecodeException">A value does not fit its type.</exception>
    public static MapNode Object(SchemaType type, MapNode root, Action<string>? unknown = null)
    {
        var form = new ServerForm(root.GetString("kind") ?? "", unknown);
        var result = form.Struct(type, root);
        return result;
    }

    /// <summary>Reads any value.</summary>
    public static Node Value(SchemaType type, Node value, string kind, Action<string>? unknown = null) => new ServerForm(kind, unknown).Convert(type, value);

    /// <summary>
    /// Brings an object into the form it has after it was stored: lists and maps without content that were written where the type shows
    /// <c>null</c> for nothing are nothing then. Until they are stored they differ from nothing, and whoever wrote them owns them.
    /// </summary>
    public static void Stored(SchemaType type, MapNode root)
    {
        if (HoldsEmpty(root))
        {
            NoEmpties(type, root);
        }
    }

    private static bool HoldsEmpty(MapNode map)
    {
        foreach (var entry in map)
        {
            if (entry.Value is ListNode { Count: 0 } or MapNode { Count: 0 }
                || (entry.Value is MapNode inner && entry.Key != "managedFields" && HoldsEmpty(inner))
                || (entry.Value is ListNode list && entry.Key != "managedFields" && list.Any(static i => i is MapNode item && HoldsEmpty(item))))
            {
                return true;
            }
        }

        return false;
    }

    private static void NoEmpties(SchemaType type, MapNode map)
    {
        foreach (var field in type.Fields)
        {
            switch (map[field.Name])
            {
                case ListNode { Count: 0 } or MapNode { Count: 0 } when IsEmptyAtNull(field, map[field.Name]!):
                    map[field.Name] = ScalarNode.Null();
                    break;
                case MapNode inner when field.Type.Fields.Count > 0:
                    NoEmpties(field.Type, inner);
                    break;
                case ListNode list when field.Type.Items is { } items && items.Fields.Count > 0:
                    foreach (var item in list.OfType<MapNode>())
                    {
                        NoEmpties(items, item);
                    }

                    break;
            }
        }
    }

    private static bool IsEmptyAtNull(SchemaField field, Node value) =>
        field.Zero == ZeroValue.Null && (value is ListNode || (field.Type.Fields.Count == 0 && field.Type.Values is not null && !field.Type.Atomic));

    private MapNode Struct(SchemaType type, MapNode map)
    {
        var result = new MapNode(map.Count + 2);
        var root = _path.Count == 0;
        foreach (var field in type.Fields)
        {
            var value = map[field.Name];
            if (value is null || value.IsNull)
            {
                if (Absent(field) is { } filled)
                {
                    result.Add(new MapEntry(field.Name, filled));
                }

                continue;
            }

            _path.Add(field.Name);
            var converted = Convert(field.Type, value);
            _path.RemoveAt(_path.Count - 1);
            // A list of managed fields without entries asks for a fresh start.
            if (!IsDropped(field, converted) || field.Name == "managedFields")
            {
                result.Add(new MapEntry(field.Name, converted));
            }
        }

        foreach (var entry in map)
        {
            if (type.Field(entry.Key) is null)
            {
                if (root && entry.Key is "apiVersion" or "kind")
                {
                    result.TryAdd(entry);
                }
                else
                {
                    _unknown?.Invoke(_path.Count == 0 ? entry.Key : string.Join('.', _path).Replace(".[", "[", StringComparison.Ordinal) + "." + entry.Key);
                }
            }
        }

        return result;
    }

    private Node? Absent(SchemaField field) => field.Zero switch
    {
        ZeroValue.EmptyMap => Struct(field.Type, new MapNode(0)),
        ZeroValue.Null => ScalarNode.Null(),
        ZeroValue.Written => field.Type.Kind switch
        {
            SchemaKind.Boolean => ScalarNode.Boolean(false),
            SchemaKind.Integer or SchemaKind.Long or SchemaKind.Number or SchemaKind.IntOrString => ScalarNode.Integer(0),
            SchemaKind.Quantity => ScalarNode.String("0"),
            SchemaKind.Map => Struct(field.Type, new MapNode(0)),
            SchemaKind.List or SchemaKind.Deduced or SchemaKind.Untyped => ScalarNode.Null(),
            _ => ScalarNode.String(""),
        },
        _ => null,
    };

    // A list or map without content does not survive storage, whatever its type says about zero values.
    private static bool IsDropped(SchemaField field, Node value) => value switch
    {
        ListNode { Count: 0 } => field.Zero != ZeroValue.Null,
        MapNode { Count: 0 } => field.Zero is ZeroValue.Omitted or ZeroValue.OmittedStruct,
        ScalarNode scalar when field.Zero == ZeroValue.Omitted => scalar.Kind switch
        {
            ScalarKind.Null => true,
            ScalarKind.Boolean => !scalar.AsBoolean(),
            ScalarKind.Integer => scalar.Text is "0" or "-0",
            ScalarKind.Float => scalar.AsDouble() == 0,
            _ => scalar.Text.Length == 0,
        },
        _ => false,
    };

    private Node Convert(SchemaType type, Node value)
    {
        switch (type.Kind)
        {
            case SchemaKind.Map when value is MapNode map:
                return type.Fields.Count > 0 ? Struct(type, map) : Free(type, map);
            case SchemaKind.Map:
                throw Mismatch(value, type.Fields.Count > 0 ? type.Name[(type.Name.LastIndexOf('.') + 1)..] : "map[string]string");
            case SchemaKind.List when value is ListNode list:
                return Items(type, list);
            case SchemaKind.List:
                throw Mismatch(value, "slice");
            case SchemaKind.Deduced or SchemaKind.Untyped:
                return value.DeepClone();
            case SchemaKind.String:
                return value is ScalarNode { Kind: ScalarKind.String or ScalarKind.Timestamp or ScalarKind.Binary } text
                    ? text.Kind == ScalarKind.String ? text : ScalarNode.String(text.Text)
                    : throw Mismatch(value, "string");
            case SchemaKind.Boolean:
                return value is ScalarNode { Kind: ScalarKind.Boolean } ? value : throw Mismatch(value, "bool");
            case SchemaKind.Integer or SchemaKind.Long:
                return Integer(type, value);
            case SchemaKind.Number:
                return value is ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } ? value : throw Mismatch(value, "float64");
            case SchemaKind.IntOrString:
                return value switch
                {
                    ScalarNode { Kind: ScalarKind.String } => value,
                    ScalarNode { Kind: ScalarKind.Integer } => Integer(type, value),
                    _ => throw Mismatch(value, "intstr.IntOrString"),
                };
            case SchemaKind.Quantity:
                return value is ScalarNode { Kind: ScalarKind.String or ScalarKind.Integer or ScalarKind.Float } number && Quantity.Canonical(number.Text) is { } canonical
                    ? number.Kind == ScalarKind.String && canonical == number.Text ? number : ScalarNode.String(canonical)
                    : throw new DecodeException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
            case SchemaKind.Bytes:
                return Bytes(value);
            case SchemaKind.Time:
                return Time(type, value);
            default:
                return value;
        }
    }

    private MapNode Free(SchemaType type, MapNode map)
    {
        var values = type.Values ?? SchemaType.Deduced;
        var result = new MapNode(map.Count);
        foreach (var entry in map)
        {
            _path.Add(entry.Key);
            var value = entry.Value.IsNull ? Zero(values) : Convert(values, entry.Value);
            _path.RemoveAt(_path.Count - 1);
            result[entry.Key] = value;
        }

        return result;
    }

    private ListNode Items(SchemaType type, ListNode list)
    {
        var items = type.Items ?? SchemaType.Untyped;
        var result = new ListNode();
        for (var i = 0; i < list.Count; i++)
        {
            _path.Add(string.Create(CultureInfo.InvariantCulture, $"[{i}]"));
            result.Add(list[i].IsNull ? Zero(items) : Convert(items, list[i]));
            _path.RemoveAt(_path.Count - 1);
        }

        return result;
    }

    private Node Zero(SchemaType type) => type.Kind switch
    {
        SchemaKind.Map => type.Fields.Count > 0 ? Struct(type, new MapNode(0)) : ScalarNode.Null(),
        SchemaKind.String or SchemaKind.Bytes => ScalarNode.String(""),
        SchemaKind.Boolean => ScalarNode.Boolean(false),
        SchemaKind.Integer or SchemaKind.Long or SchemaKind.Number or SchemaKind.IntOrString => ScalarNode.Integer(0),
        SchemaKind.Quantity => ScalarNode.String("0"),
        _ => ScalarNode.Null(),
    };

    private ScalarNode Integer(SchemaType type, Node value)
    {
        var name = type.Kind == SchemaKind.Long ? "int64" : "int32";
        if (value is not ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } scalar)
        {
            throw Mismatch(value, name);
        }

        if (scalar.TryGetInt64(out var number))
        {
            if (type.Kind != SchemaKind.Long && number is < int.MinValue or > int.MaxValue)
            {
                throw new DecodeException($"json: cannot unmarshal number {scalar.Text} into Go struct field {Field()} of type {name}");
            }

            return IsPlain(scalar.Text) ? scalar : ScalarNode.Integer(number);
        }

        throw new DecodeException($"json: cannot unmarshal number {scalar.Text} into Go struct field {Field()} of type {name}");
    }

    private static bool IsPlain(string text) => text.Length > 0 && text[0] is not ('+' or '0') && !text.Contains('_', StringComparison.Ordinal) || text == "0";

    private ScalarNode Bytes(Node value)
    {
        if (value is not ScalarNode { Kind: ScalarKind.String } scalar)
        {
            throw Mismatch(value, "[]uint8");
        }

        try
        {
            var bytes = System.Convert.FromBase64String(scalar.Text);
            var text = System.Convert.ToBase64String(bytes);
            return text == scalar.Text ? scalar : ScalarNode.String(text);
        }
        catch (FormatException)
        {
            throw new DecodeException("illegal base64 data at input byte 0");
        }
    }

    private ScalarNode Time(SchemaType type, Node value)
    {
        if (value is not ScalarNode { Kind: ScalarKind.String or ScalarKind.Timestamp } scalar)
        {
            throw Mismatch(value, "string");
        }

        var micro = type.Name.EndsWith("MicroTime", StringComparison.Ordinal);
        if (micro && !IsMicroTime(scalar.Text))
        {
            throw new DecodeException($"parsing time \"{scalar.Text}\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse the fraction as \".000000\"");
        }

        if (scalar.Text.Length < 11
            || !DateTimeOffset.TryParse(scalar.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            throw new DecodeException($"parsing time \"{scalar.Text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{scalar.Text}\" as \"2006\"");
        }

        return ScalarNode.String(time.UtcDateTime.ToString(micro ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }

    // Six digits of a second, no more and no fewer.
    private static bool IsMicroTime(string text) =>
        text.Length > 26 && text[19] == '.' && !text.AsSpan(20, 6).ContainsAnyExceptInRange('0', '9') && !char.IsAsciiDigit(text[26]);

    private DecodeException Mismatch(Node value, string wanted)
    {
        var found = value switch
        {
            MapNode => "object",
            ListNode => "array",
            ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } => "number",
            ScalarNode { Kind: ScalarKind.Boolean } => "bool",
            _ => "string",
        };
        return new DecodeException($"json: cannot unmarshal {found} into Go struct field {Field()} of type {wanted}");
    }

    private string Field() => $"{_kind}.{string.Join('.', _path.Where(static p => p[0] != '['))}";
}
