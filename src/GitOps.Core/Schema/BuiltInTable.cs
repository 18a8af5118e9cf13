using System.IO.Compression;
using System.Text;

namespace GitOps.Schema;

/// <summary>
/// Reads the embedded table that eng/SchemaTool writes: one version byte, then Brotli of
/// Kubernetes version, strings, lengths and bodies of the definitions, their names, the kinds, the resources.
/// </summary>
/// <remarks>
/// A type is one byte code: <c>R A G</c> reference (A atomic, G granular override), <c>M</c> map, <c>L</c> list, <c>s e y t o i l d b q u</c> scalars.
/// Bodies are decoded when first asked for: a process that meets ten kinds pays for ten.
/// </remarks>
internal sealed class BuiltInTable
{
    private const byte FormatVersion = 1;
    private static readonly ScalarNode EmptyKey = ScalarNode.String("");
    private static readonly ScalarNode ZeroKey = ScalarNode.Integer(0);
    private readonly string[] _strings;
    private readonly byte[] _data;
    private readonly int[] _offsets;
    private readonly SchemaType?[] _types;
    private readonly string[] _definitionNames;
    private readonly Dictionary<(string Group, string Version, string Kind), int> _kinds = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    private BuiltInTable(byte[] data)
    {
        _data = data;
        var reader = new Cursor(data, 0);
        KubernetesVersion = reader.Text();
        _strings = new string[reader.Int()];
        for (var i = 0; i < _strings.Length; i++)
        {
            _strings[i] = string.Intern(reader.Text());
        }

        _offsets = new int[reader.Int()];
        _types = new SchemaType?[_offsets.Length];
        _definitionNames = new string[_offsets.Length];
        var lengths = new int[_offsets.Length];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = reader.Int();
        }

        for (var i = 0; i < lengths.Length; i++)
        {
            _offsets[i] = reader.Position;
            reader.Position += lengths[i];
        }

        for (var i = 0; i < lengths.Length; i++)
        {
            _definitionNames[i] = _strings[reader.Int()];
            _names[_definitionNames[i]] = i;
        }

        var kinds = reader.Int();
        for (var i = 0; i < kinds; i++)
        {
            var key = (_strings[reader.Int()], _strings[reader.Int()], _strings[reader.Int()]);
            _kinds[key] = reader.Int();
        }

        var resources = new ResourceInfo[reader.Int()];
        for (var i = 0; i < resources.Length; i++)
        {
            var groupVersion = _strings[reader.Int()];
            var slash = groupVersion.IndexOf('/', StringComparison.Ordinal);
            resources[i] = new ResourceInfo(
                slash < 0 ? "" : groupVersion[..slash],
                groupVersion[(slash + 1)..],
                _strings[reader.Int()],
                _strings[reader.Int()],
                _strings[reader.Int()],
                reader.Byte() == 1,
                Strings(ref reader),
                Strings(ref reader),
                Strings(ref reader));
        }

        Resources = resources;
    }

    public string KubernetesVersion { get; }

    public IReadOnlyList<ResourceInfo> Resources { get; }

    public static BuiltInTable Load()
    {
        using var stream = typeof(BuiltInTable).Assembly.GetManifestResourceStream("GitOps.Schema.builtin.bin")
            ?? throw new InvalidOperationException("The embedded schema table is missing from the assembly.");
        var version = stream.ReadByte();
        if (version != FormatVersion)
        {
            throw new InvalidOperationException($"The embedded schema table has format {version}, not {FormatVersion}: run eng/SchemaTool.");
        }

        using var brotli = new BrotliStream(stream, CompressionMode.Decompress);
        using var memory = new MemoryStream(256 * 1024);
        brotli.CopyTo(memory);
        return new BuiltInTable(memory.ToArray());
    }

    public SchemaType? Find(string group, string version, string kind) =>
        _kinds.TryGetValue((group, version, kind), out var index) ? At(index) : null;

    public SchemaType? Definition(string name) => _names.TryGetValue(name, out var index) ? At(index) : null;

    private SchemaType At(int index)
    {
        // Two threads may build the same type; the first one stored wins so that identity stays stable.
        if (_types[index] is { } known)
        {
            return known;
        }

        var reader = new Cursor(_data, _offsets[index]);
        var made = Type(ref reader, _definitionNames[index]);
        return Interlocked.CompareExchange(ref _types[index], made, null) ?? made;
    }

    private SchemaType Type(ref Cursor reader, string name = "")
    {
        var code = (char)reader.Byte();
        switch (code)
        {
            case 'R':
                return At(reader.Int());
            case 'A':
                return At(reader.Int()).WithAtomic(true);
            case 'G':
                return At(reader.Int()).WithAtomic(false);
            case 'M':
                return Map(ref reader, name);
            case 'L':
                return List(ref reader);
            case 'e':
                var values = Strings(ref reader);
                return new SchemaType(SchemaKind.String) { Enum = values };
            case 't' when name.Length > 0:
                // Times with microseconds and times without share a code; the name tells them apart.
                return new SchemaType(SchemaKind.Time) { Name = name };
            default:
                return Scalars[code];
        }
    }

    private static readonly Dictionary<char, SchemaType> Scalars = new()
    {
        ['s'] = new(SchemaKind.String),
        ['y'] = new(SchemaKind.Bytes),
        ['t'] = new(SchemaKind.Time),
        ['o'] = new(SchemaKind.IntOrString),
        ['i'] = new(SchemaKind.Integer),
        ['l'] = new(SchemaKind.Long),
        ['d'] = new(SchemaKind.Number),
        ['b'] = new(SchemaKind.Boolean),
        ['q'] = new(SchemaKind.Quantity),
        ['u'] = SchemaType.Untyped,
    };

    private SchemaType List(ref Cursor reader)
    {
        var listType = (char)reader.Byte() switch { 's' => ListType.Set, 'm' => ListType.Map, _ => ListType.Atomic };
        string[] keys = listType == ListType.Map ? Strings(ref reader) : [];
        var start = reader.Position;
        Skip(ref reader);
        return new SchemaType(SchemaKind.List, () =>
        {
            var inner = new Cursor(_data, start);
            return new SchemaType.Content { Items = Type(ref inner) };
        })
        {
            ListType = listType,
            Keys = keys,
        };
    }

    private SchemaType Map(ref Cursor reader, string name)
    {
        var start = reader.Position;
        var atomic = reader.Byte() == (byte)'a';
        // A map with neither fields nor a value type holds whatever its owner puts there (RawExtension, FieldsV1), and is owned as a whole.
        var anything = reader.Byte() == 0 && reader.Int() == 0;
        reader.Position = start;
        SkipMap(ref reader);
        return new SchemaType(SchemaKind.Map, () => MapContent(start)) { Name = name, Atomic = atomic || anything };
    }

    private SchemaType.Content MapContent(int start)
    {
        var reader = new Cursor(_data, start);
        reader.Byte();
        var values = reader.Byte() == 1 ? Type(ref reader) : null;
        var count = reader.Int();
        var fields = new Dictionary<string, SchemaField>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var name = _strings[reader.Int()];
            var flags = reader.Byte();
            var zero = Zero((char)reader.Byte());
            var mergeKey = (flags & 2) != 0 ? _strings[reader.Int()] : null;
            var strategy = (flags & 4) != 0 ? _strings[reader.Int()] : null;
            var keyDefault = (flags & 8) != 0 ? ScalarNode.String(_strings[reader.Int()]) : null;
            var type = Type(ref reader);
            fields[name] = new SchemaField(name, type)
            {
                Required = (flags & 1) != 0,
                PatchMergeKey = mergeKey,
                PatchStrategy = strategy,
                Default = keyDefault ?? (zero == ZeroValue.Written ? KeyZero(type.Kind) : null),
                Zero = zero,
            };
        }

        return new SchemaType.Content { Fields = fields, Values = values ?? (count == 0 ? SchemaType.Deduced : null) };
    }

    // Fields that are always written have their zero value as the default in OpenAPI, which stands in for a key that a list item lacks.
    private static ScalarNode? KeyZero(SchemaKind kind) => kind switch
    {
        SchemaKind.String => EmptyKey,
        SchemaKind.Integer or SchemaKind.Long => ZeroKey,
        _ => null,
    };

    private static ZeroValue Zero(char code) => code switch
    {
        'p' or 'r' => ZeroValue.Kept,
        'a' or 'i' or 'q' => ZeroValue.Written,
        's' => ZeroValue.EmptyMap,
        'z' => ZeroValue.OmittedStruct,
        'n' or 't' => ZeroValue.Null,
        _ => ZeroValue.Omitted,
    };

    private static void Skip(ref Cursor reader)
    {
        switch ((char)reader.Byte())
        {
            case 'R' or 'A' or 'G':
                reader.Int();
                break;
            case 'M':
                SkipMap(ref reader);
                break;
            case 'L':
                if (reader.Byte() == (byte)'m')
                {
                    SkipStrings(ref reader);
                }

                Skip(ref reader);
                break;
            case 'e':
                SkipStrings(ref reader);
                break;
        }
    }

    private static void SkipMap(ref Cursor reader)
    {
        reader.Byte();
        if (reader.Byte() == 1)
        {
            Skip(ref reader);
        }

        var count = reader.Int();
        for (var i = 0; i < count; i++)
        {
            reader.Int();
            var flags = reader.Byte();
            reader.Byte();
            for (var bit = 2; bit <= 8; bit <<= 1)
            {
                if ((flags & bit) != 0)
                {
                    reader.Int();
                }
            }

            Skip(ref reader);
        }
    }

    private static void SkipStrings(ref Cursor reader)
    {
        var count = reader.Int();
        for (var i = 0; i < count; i++)
        {
            reader.Int();
        }
    }

    private string[] Strings(ref Cursor reader)
    {
        var strings = new string[reader.Int()];
        for (var i = 0; i < strings.Length; i++)
        {
            strings[i] = _strings[reader.Int()];
        }

        return strings;
    }

    private struct Cursor(byte[] data, int position)
    {
        public int Position { get; set; } = position;

        public byte Byte() => data[Position++];

        public int Int()
        {
            var value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var b = data[Position++];
                value |= (b & 0x7F) << shift;
                if (b < 0x80)
                {
                    return value;
                }
            }
        }

        public string Text()
        {
            var length = Int();
            var text = Encoding.UTF8.GetString(data, Position, length);
            Position += length;
            return text;
        }
    }
}
