using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace GitOps.SchemaTool;

/// <summary>
/// Writes the table that GitOps.Core reads at run time (src/GitOps.Core/Schema/BuiltInTable.cs describes the format):
/// strings once, definitions as small byte codes that refer to strings and to each other, everything Brotli-compressed.
/// </summary>
internal sealed class TableBuilder
{
    private const int Version = 1;
    private readonly Dictionary<string, int> _strings = new(StringComparer.Ordinal);
    private readonly List<string> _stringList = [];
    private readonly Dictionary<string, int> _definitionIndex = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, char>> _zero = new(StringComparer.Ordinal);

    // The API server's OpenAPI carries defaults for keys of associative lists; the definitions file does not.
    private static readonly Dictionary<(string Definition, string Field), string> KeyDefaults = new()
    {
        [("io.k8s.api.core.v1.ServicePort", "protocol")] = "TCP",
        [("io.k8s.api.core.v1.ContainerPort", "protocol")] = "TCP",
        [("io.k8s.api.core.v1.LocalObjectReference", "name")] = "",
    };

    public static byte[] Build(string definitionsFile, string resourcesFile, string zeroFile) =>
        new TableBuilder().Run(definitionsFile, resourcesFile, zeroFile);

    private byte[] Run(string definitionsFile, string resourcesFile, string zeroFile)
    {
        ReadZeroValues(zeroFile);
        using var document = JsonDocument.Parse(ReadText(definitionsFile));
        var definitions = document.RootElement.GetProperty("definitions");
        foreach (var definition in definitions.EnumerateObject())
        {
            _definitionIndex[definition.Name] = _definitionIndex.Count;
        }

        var bodies = new List<byte[]>();
        var kinds = new List<(string Group, string Version, string Kind, int Definition)>();
        foreach (var definition in definitions.EnumerateObject())
        {
            bodies.Add(Body(w => WriteType(w, definition.Value, definition.Name)));
            if (definition.Value.TryGetProperty("x-kubernetes-group-version-kind", out var gvks))
            {
                foreach (var gvk in gvks.EnumerateArray())
                {
                    kinds.Add((gvk.GetProperty("group").GetString()!, gvk.GetProperty("version").GetString()!, gvk.GetProperty("kind").GetString()!, _definitionIndex[definition.Name]));
                }
            }
        }

        using var resourcesDocument = JsonDocument.Parse(ReadText(resourcesFile));
        var resources = Body(w =>
        {
            Int(w, resourcesDocument.RootElement.GetArrayLength());
            foreach (var resource in resourcesDocument.RootElement.EnumerateArray())
            {
                WriteResource(w, resource);
            }
        });

        var kindTable = Body(w =>
        {
            Int(w, kinds.Count);
            foreach (var (group, version, kind, definition) in kinds)
            {
                Int(w, String(group));
                Int(w, String(version));
                Int(w, String(kind));
                Int(w, definition);
            }
        });

        var names = Body(w =>
        {
            foreach (var name in _definitionIndex.Keys)
            {
                Int(w, String(name));
            }
        });

        using var output = new MemoryStream();
        output.WriteByte(Version);
        using (var brotli = new BrotliStream(output, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var all = Body(w =>
            {
                WriteText(w, document.RootElement.GetProperty("kubernetesVersion").GetString()!);
                Int(w, _stringList.Count);
                foreach (var text in _stringList)
                {
                    WriteText(w, text);
                }

                Int(w, bodies.Count);
                foreach (var body in bodies)
                {
                    Int(w, body.Length);
                }

                foreach (var body in bodies)
                {
                    w.Write(body);
                }

                w.Write(names);
                w.Write(kindTable);
                w.Write(resources);
            });
            brotli.Write(all);
        }

        return output.ToArray();
    }

    private static string ReadText(string file)
    {
        using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.OpenRead(file), CompressionMode.Decompress)
            : File.OpenRead(file);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void ReadZeroValues(string file)
    {
        foreach (var line in File.ReadLines(file))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var parts = line.Split(' ');
            _zero[parts[0]] = parts.Skip(1).Select(p => p.Split(':')).ToDictionary(p => p[0], p => p[1][0], StringComparer.Ordinal);
        }
    }

    private void WriteType(MemoryStream w, JsonElement type, string definition)
    {
        if (type.TryGetProperty("$ref", out var reference))
        {
            // Only a map type may stand beside a reference; it overrides the definition's own.
            var map = type.TryGetProperty("x-kubernetes-map-type", out var mapType) ? mapType.GetString() : null;
            w.WriteByte(map switch { "atomic" => (byte)'A', "granular" => (byte)'G', _ => (byte)'R' });
            Int(w, _definitionIndex[reference.GetString()!["#/definitions/".Length..]]);
            return;
        }

        var kind = type.TryGetProperty("type", out var t) ? t.GetString() : null;
        var format = type.TryGetProperty("format", out var f) ? f.GetString() : null;
        if (definition == "io.k8s.apimachinery.pkg.api.resource.Quantity")
        {
            w.WriteByte((byte)'q');
            return;
        }

        switch (kind)
        {
            case "string":
                if (type.TryGetProperty("enum", out var values))
                {
                    w.WriteByte((byte)'e');
                    Int(w, values.GetArrayLength());
                    foreach (var value in values.EnumerateArray())
                    {
                        Int(w, String(value.GetString()!));
                    }

                    return;
                }

                w.WriteByte(format switch { "byte" => (byte)'y', "date-time" => (byte)'t', "int-or-string" => (byte)'o', _ => (byte)'s' });
                return;
            case "integer":
                w.WriteByte(format == "int64" ? (byte)'l' : (byte)'i');
                return;
            case "number":
                w.WriteByte((byte)'d');
                return;
            case "boolean":
                w.WriteByte((byte)'b');
                return;
            case "array":
                WriteList(w, type, definition);
                return;
            case "object":
                WriteMap(w, type, definition);
                return;
            default:
                w.WriteByte((byte)'u');
                return;
        }
    }

    private void WriteList(MemoryStream w, JsonElement type, string definition)
    {
        w.WriteByte((byte)'L');
        var listType = type.TryGetProperty("x-kubernetes-list-type", out var lt) ? lt.GetString() : null;
        w.WriteByte(listType switch { "set" => (byte)'s', "map" => (byte)'m', "atomic" => (byte)'a', _ => (byte)'-' });
        if (listType == "map")
        {
            var keys = type.GetProperty("x-kubernetes-list-map-keys");
            Int(w, keys.GetArrayLength());
            foreach (var key in keys.EnumerateArray())
            {
                Int(w, String(key.GetString()!));
            }
        }

        WriteType(w, type.GetProperty("items"), definition);
    }

    private void WriteMap(MemoryStream w, JsonElement type, string definition)
    {
        w.WriteByte((byte)'M');
        w.WriteByte(type.TryGetProperty("x-kubernetes-map-type", out var mapType) && mapType.GetString() == "atomic" ? (byte)'a' : (byte)'-');
        if (type.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object)
        {
            w.WriteByte(1);
            WriteType(w, values, definition);
        }
        else
        {
            w.WriteByte(0);
        }

        if (!type.TryGetProperty("properties", out var properties))
        {
            Int(w, 0);
            return;
        }

        var required = type.TryGetProperty("required", out var r) ? r.EnumerateArray().Select(x => x.GetString()!).ToHashSet(StringComparer.Ordinal) : [];
        var zero = _zero.GetValueOrDefault(definition);
        Int(w, properties.EnumerateObject().Count());
        foreach (var property in properties.EnumerateObject())
        {
            Int(w, String(property.Name));
            var mergeKey = property.Value.TryGetProperty("x-kubernetes-patch-merge-key", out var mk) ? mk.GetString()! : null;
            var strategy = property.Value.TryGetProperty("x-kubernetes-patch-strategy", out var ps) ? ps.GetString()! : null;
            var keyDefault = KeyDefaults.GetValueOrDefault((definition, property.Name));
            var flags = (required.Contains(property.Name) ? 1 : 0) | (mergeKey is null ? 0 : 2) | (strategy is null ? 0 : 4) | (keyDefault is null ? 0 : 8);
            w.WriteByte((byte)flags);
            w.WriteByte((byte)(zero?.GetValueOrDefault(property.Name, 'v') ?? 'v'));
            if (mergeKey is not null)
            {
                Int(w, String(mergeKey));
            }

            if (strategy is not null)
            {
                Int(w, String(strategy));
            }

            if (keyDefault is not null)
            {
                Int(w, String(keyDefault));
            }

            WriteType(w, property.Value, definition);
        }
    }

    private void WriteResource(MemoryStream w, JsonElement resource)
    {
        Int(w, String(resource.GetProperty("groupVersion").GetString()!));
        Int(w, String(resource.GetProperty("kind").GetString()!));
        Int(w, String(resource.GetProperty("name").GetString()!));
        Int(w, String(resource.GetProperty("singular").GetString()!));
        w.WriteByte(resource.GetProperty("namespaced").GetBoolean() ? (byte)1 : (byte)0);
        foreach (var list in (ReadOnlySpan<string>)["shortNames", "verbs", "categories"])
        {
            var items = resource.GetProperty(list);
            Int(w, items.GetArrayLength());
            foreach (var item in items.EnumerateArray())
            {
                Int(w, String(item.GetString()!));
            }
        }
    }

    private int String(string text)
    {
        if (!_strings.TryGetValue(text, out var index))
        {
            index = _strings.Count;
            _strings.Add(text, index);
            _stringList.Add(text);
        }

        return index;
    }

    private static byte[] Body(Action<MemoryStream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static void WriteText(MemoryStream w, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Int(w, bytes.Length);
        w.Write(bytes);
    }

    private static void Int(MemoryStream w, int value)
    {
        var rest = (uint)value;
        while (rest >= 0x80)
        {
            w.WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        w.WriteByte((byte)rest);
    }
}
