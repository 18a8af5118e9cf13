using System.Globalization;
using GitOps.Json;

namespace GitOps.Testing;

/// <summary>Reads objects in the protobuf form of Kubernetes, which typed Go clients such as <c>kubectl create configmap</c> send.</summary>
internal static class ProtobufBody
{
    public const string ContentType = "application/vnd.kubernetes.protobuf";
    private const int MaxDepth = 64;

    // Four bytes precede the envelope, so that nobody takes the stored form for JSON.
    private static ReadOnlySpan<byte> Magic => [0x6b, 0x38, 0x73, 0x00];

    public static MapNode Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            throw WireReader.Broken("it does not start with the four bytes that mark the form");
        }

        var apiVersion = "";
        var kind = "";
        ReadOnlySpan<byte> raw = default;
        var envelope = new WireReader(body[Magic.Length..]);
        while (envelope.Next())
        {
            if (envelope.Number == 1)
            {
                var type = new WireReader(envelope.Bytes);
                while (type.Next())
                {
                    if (type.Number == 1)
                    {
                        apiVersion = type.Text();
                    }
                    else if (type.Number == 2)
                    {
                        kind = type.Text();
                    }
                }
            }
            else if (envelope.Number == 2)
            {
                raw = envelope.Bytes;
            }
        }

        var message = WireSchema.MessageOf(apiVersion, kind)
            ?? throw WireReader.Broken($"the kind {kind} of {apiVersion} has no protobuf form here; send JSON");
        var root = new MapNode();
        root.Set("apiVersion", apiVersion);
        root.Set("kind", kind);
        Fill(root, message, raw, 0);
        return root;
    }

    private static void Fill(MapNode target, string message, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth)
        {
            throw WireReader.Broken($"it is nested more than {MaxDepth} levels deep");
        }

        var fields = WireSchema.FieldsOf(message);
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            if (!fields.TryGetValue(reader.Number, out var field))
            {
                continue;
            }

            switch (field.Mark)
            {
                case '^':
                    Fill(target, field.Type, reader.Bytes, depth + 1);
                    break;
                case '*':
                    target[field.Name] ??= new ListNode();
                    ((ListNode)target[field.Name]!).Add(Value(field.Type, reader, depth));
                    break;
                case '%':
                    Entry(target.GetOrAddMap(field.Name), field.Type, reader.Bytes, depth);
                    break;
                default:
                    var value = Value(field.Type, reader, depth);

                    // Go writes every field that is no pointer; the empty ones mean that nothing was given.
                    if (field.Mark == '?' || value is not ScalarNode { Text: "" or "0" or "false" or "null" })
                    {
                        target[field.Name] = value;
                    }

                    break;
            }
        }
    }

    private static void Entry(MapNode map, string type, ReadOnlySpan<byte> bytes, int depth)
    {
        var key = "";
        Node? value = null;
        var entry = new WireReader(bytes);
        while (entry.Next())
        {
            if (entry.Number == 1)
            {
                key = entry.Text();
            }
            else if (entry.Number == 2)
            {
                value = Value(type, entry, depth);
            }
        }

        map[key] = value ?? ScalarNode.String("");
    }

    private static Node Value(string type, WireReader reader, int depth)
    {
        switch (type)
        {
            case "string":
                return ScalarNode.String(reader.Text());
            case "bytes":
                return ScalarNode.String(Convert.ToBase64String(reader.Bytes));
            case "bool":
                return ScalarNode.Boolean(reader.Value != 0);
            case "double":
                var number = BitConverter.UInt64BitsToDouble(reader.Value);
                return JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "0"));
            case "int32" or "int64":
                return ScalarNode.Integer((long)reader.Value);
            case "resource.Quantity":
                return ScalarNode.String(First(reader.Bytes, 1, out _));
            case "intstr.IntOrString":
                First(reader.Bytes, 1, out var isText);
                First(reader.Bytes, 2, out var integer);
                return isText == 1 ? ScalarNode.String(First(reader.Bytes, 3, out _)) : ScalarNode.Integer((long)integer);
            case "meta.v1.Time" or "meta.v1.MicroTime":
                return Time(reader.Bytes, type == "meta.v1.MicroTime");
            case "meta.v1.FieldsV1" or "runtime.RawExtension" or "apiextensions.v1.JSON":
                return Json(reader.Bytes);
            default:
                var map = new MapNode();
                Fill(map, type, reader.Bytes, depth + 1);

                // These are lists in JSON and wrapped in a message on the wire alone.
                return type.EndsWith(".ExtraValue", StringComparison.Ordinal) ? map["items"] ?? new ListNode()
                    : type == "apiextensions.v1.JSONSchemaPropsOrBool" ? map["schema"] is MapNode { Count: > 0 } schema ? schema : map["allows"] ?? ScalarNode.Boolean(false)
                    : type == "apiextensions.v1.JSONSchemaPropsOrArray" ? map["schema"] ?? map["jSONSchemas"] ?? new MapNode()
                    : map;
        }
    }

    private static Node Json(ReadOnlySpan<byte> message)
    {
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number == 1 && !reader.Bytes.IsEmpty)
            {
                try
                {
                    return JsonTreeReader.Read(reader.Bytes);
                }
                catch (GitOpsException e)
                {
                    throw WireReader.Broken(e.Message);
                }
            }
        }

        return ScalarNode.Null();
    }

    private static Node Time(ReadOnlySpan<byte> message, bool micro)
    {
        if (message.IsEmpty)
        {
            return ScalarNode.Null();
        }

        First(message, 1, out var seconds);
        First(message, 2, out var nanos);
        if ((long)seconds is < -62_135_596_800 or > 253_402_300_799 || nanos > 999_999_999)
        {
            throw WireReader.Broken("a time lies outside the years 1 to 9999");
        }

        var time = DateTimeOffset.FromUnixTimeSeconds((long)seconds).AddTicks((long)nanos / 100);
        return ScalarNode.String(time.ToString(micro ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }

    private static string First(ReadOnlySpan<byte> message, int number, out ulong value)
    {
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number == number)
            {
                value = reader.Value;
                return reader.Text();
            }
        }

        value = 0;
        return "";
    }
}
