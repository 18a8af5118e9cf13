using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GitOps.Json;

/// <summary>Writes an object tree as UTF-8 JSON.</summary>
internal static class JsonTreeWriter
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonWriterOptions Indented = Compact with { Indented = true, IndentSize = 2, NewLine = "\n" };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <summary>Writes a tree.</summary>
    /// <param name="node">The tree.</param>
    /// <param name="indented">Whether to break lines and indent by two spaces.</param>
    /// <returns>The text.</returns>
    public static byte[] Write(Node node, bool indented = false)
    {
        var scratch = _scratch ??= new ArrayBufferWriter<byte>(16 * 1024);
        scratch.ResetWrittenCount();
        Write(scratch, node, indented);
        var result = scratch.WrittenSpan.ToArray();
        if (scratch.Capacity > 1024 * 1024)
        {
            _scratch = null;
        }

        return result;
    }

    /// <summary>Writes a tree as a string.</summary>
    /// <param name="node">The tree.</param>
    /// <param name="indented">Whether to break lines and indent by two spaces.</param>
    /// <returns>The text.</returns>
    public static string WriteText(Node node, bool indented = false) => Encoding.UTF8.GetString(Write(node, indented));

    /// <summary>Writes a tree to a buffer.</summary>
    /// <param name="output">The buffer.</param>
    /// <param name="node">The tree.</param>
    /// <param name="indented">Whether to break lines and indent by two spaces.</param>
    public static void Write(IBufferWriter<byte> output, Node node, bool indented = false)
    {
        using var writer = new Utf8JsonWriter(output, indented ? Indented : Compact);
        Write(writer, node);
        writer.Flush();
    }

    /// <summary>Writes a tree to a JSON writer.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="node">The tree.</param>
    public static void Write(Utf8JsonWriter writer, Node node)
    {
        switch (node)
        {
            case MapNode map:
                writer.WriteStartObject();
                for (var i = 0; i < map.Count; i++)
                {
                    ref readonly var entry = ref map.EntryAt(i);
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case ListNode list:
                writer.WriteStartArray();
                for (var i = 0; i < list.Count; i++)
                {
                    Write(writer, list[i]);
                }

                writer.WriteEndArray();
                break;
            case ScalarNode scalar:
                WriteScalar(writer, scalar);
                break;
            default:
                throw new ArgumentException($"Unknown node type {node.GetType().Name}.", nameof(node));
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, ScalarNode scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                writer.WriteNullValue();
                break;
            case ScalarKind.Boolean:
                writer.WriteBooleanValue(scalar.AsBoolean());
                break;
            case ScalarKind.Integer:
                WriteNumber(writer, JsonNumber.FromInteger(scalar));
                break;
            case ScalarKind.Float:
                WriteNumber(writer, JsonNumber.FromFloat(scalar));
                break;
            case ScalarKind.Timestamp:
                writer.WriteStringValue(Timestamp(scalar.Text));
                break;
            case ScalarKind.Binary:
                writer.WriteStringValue(Binary(scalar.Text));
                break;
            default:
                writer.WriteStringValue(scalar.Text);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string number)
    {
        Span<byte> buffer = stackalloc byte[128];
        if (Encoding.ASCII.TryGetBytes(number, buffer, out var written))
        {
            writer.WriteRawValue(buffer[..written], skipInputValidation: true);
        }
        else
        {
            writer.WriteRawValue(number, skipInputValidation: true);
        }
    }

    // sigs.k8s.io/yaml turns a bare date into a time and that into its RFC 3339 text.
    private static string Timestamp(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.Offset == TimeSpan.Zero
                ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)
                : time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture)
            : text;

    private static string Binary(string text)
    {
        var bytes = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(text, bytes, out var written) ? Encoding.UTF8.GetString(bytes, 0, written) : text;
    }
}
