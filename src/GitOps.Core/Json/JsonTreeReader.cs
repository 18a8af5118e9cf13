using System.Globalization;
using System.Text;
using System.Text.Json;

namespace GitOps.Json;

/// <summary>Reads UTF-8 JSON into an object tree.</summary>
internal static class JsonTreeReader
{
    /// <summary>Reads one JSON value; anything but white space after it is an error.</summary>
    /// <param name="utf8">The text; a byte order mark is skipped.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <returns>The tree.</returns>
    /// <exception cref="JsonFormatException">The text is not JSON or goes over a limit.</exception>
    public static Node Read(ReadOnlySpan<byte> utf8, JsonReadOptions? options = null)
    {
        options ??= JsonReadOptions.Default;
        if (utf8.Length > options.MaxBytes)
        {
            throw new JsonFormatException(
                Reasons.LimitExceeded,
                string.Create(CultureInfo.InvariantCulture, $"the JSON text has {utf8.Length} bytes, more than the {options.MaxBytes} allowed."),
                new SourceLocation(options.File));
        }

        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        var walk = new Walk(utf8, options);
        try
        {
            return walk.Document();
        }
        catch (JsonException e)
        {
            var line = (int)(e.LineNumber ?? 0) + 1;
            var column = (int)(e.BytePositionInLine ?? 0) + 1;
            throw new JsonFormatException(Reasons.BuildFailed, $"not valid JSON: {Short(e.Message)}", new SourceLocation(options.File, line, column));
        }
        catch (InvalidOperationException e) when (e.InnerException is DecoderFallbackException or null)
        {
            // Utf8JsonReader reports broken UTF-8 and lone surrogates of a string this way.
            throw walk.Error(Reasons.BuildFailed, "not valid JSON: a string is not valid UTF-8 or holds half a surrogate pair.");
        }
    }

    /// <summary>Reads one JSON map.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <returns>The map.</returns>
    /// <exception cref="JsonFormatException">The text is not a JSON map or goes over a limit.</exception>
    public static MapNode ReadMap(ReadOnlySpan<byte> utf8, JsonReadOptions? options = null) =>
        Read(utf8, options) as MapNode
        ?? throw new JsonFormatException(Reasons.BuildFailed, "the JSON value is not a map ({...}).", new SourceLocation(options?.File ?? "", 1, 1));

    private static string Short(string message)
    {
        // System.Text.Json appends "LineNumber: .. | BytePositionInLine: .."; the location says that already.
        var cut = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return cut < 0 ? message : message[..cut];
    }

    private ref struct Walk
    {
        private readonly JsonReadOptions _options;
        private readonly ReadOnlySpan<byte> _text;
        private Utf8JsonReader _reader;
        private int _nodes;
        private int _line = 1;
        private int _lineStart;
        private int _scanned;
        private List<string>? _path;

        public Walk(ReadOnlySpan<byte> text, JsonReadOptions options)
        {
            _text = text;
            _options = options;
            _reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = options.MaxDepth });
            if (options.OnDuplicateKey is not null)
            {
                _path = [];
            }
        }

        public Node Document()
        {
            _reader.Read();
            var node = Value();
            _reader.Read();
            return node;
        }

        public JsonFormatException Error(string reason, string message)
        {
            Locate((int)_reader.TokenStartIndex, out var line, out var column);
            return new JsonFormatException(reason, message, new SourceLocation(_options.File, line, column));
        }

        private Node Value()
        {
            if (++_nodes > _options.MaxNodes)
            {
                throw Error(Reasons.LimitExceeded, string.Create(CultureInfo.InvariantCulture, $"the JSON text has more than the {_options.MaxNodes} values allowed."));
            }

            var start = (int)_reader.TokenStartIndex;
            Node node = _reader.TokenType switch
            {
                JsonTokenType.StartObject => Map(),
                JsonTokenType.StartArray => List(),
                JsonTokenType.String => new ScalarNode(ScalarKind.String, Text(), ScalarStyle.DoubleQuoted),
                JsonTokenType.Number => Number(),
                JsonTokenType.True => new ScalarNode(ScalarKind.Boolean, "true"),
                JsonTokenType.False => new ScalarNode(ScalarKind.Boolean, "false"),
                _ => new ScalarNode(ScalarKind.Null, "null"),
            };
            if (_options.Positions)
            {
                LocateForward(start, node);
            }

            return node;
        }

        private MapNode Map()
        {
            var map = new MapNode();
            if (_options.Positions)
            {
                LocateForward((int)_reader.TokenStartIndex, map);
            }

            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = Text();
                var keyStart = (int)_reader.TokenStartIndex;
                var line = 0;
                var column = 0;
                if (_options.Positions)
                {
                    Advance(keyStart);
                    line = _line;
                    column = keyStart - _lineStart + 1;
                }

                _path?.Add(_path.Count == 0 ? key : "." + key);
                _reader.Read();
                var value = Value();
                if (!map.TryAdd(new MapEntry(key, value, ScalarKind.String, line, column)))
                {
                    map[key] = value;
                    if (_path is not null)
                    {
                        _options.OnDuplicateKey!(string.Concat(_path));
                    }
                }

                _path?.RemoveAt(_path.Count - 1);
            }

            return map;
        }

        private ListNode List()
        {
            var list = new ListNode();
            if (_options.Positions)
            {
                LocateForward((int)_reader.TokenStartIndex, list);
            }

            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                _path?.Add(string.Create(CultureInfo.InvariantCulture, $"[{list.Count}]"));
                list.Add(Value());
                _path?.RemoveAt(_path.Count - 1);
            }

            return list;
        }

        private readonly string Text()
        {
            if (!_reader.ValueIsEscaped)
            {
                var span = _reader.ValueSpan;
                if (Ascii.IsValid(span))
                {
                    return Utf8StringCache.Get(span);
                }
            }

            // Checks the UTF-8 and undoes the escapes.
            return _reader.GetString()!;
        }

        private readonly ScalarNode Number()
        {
            var span = _reader.ValueSpan;
            var kind = span.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 ? ScalarKind.Integer : ScalarKind.Float;
            return new ScalarNode(kind, Utf8StringCache.Get(span));
        }

        // Tokens come in text order, so the line count only ever moves forward; maps are located before their content for that reason.
        private void LocateForward(int index, Node node)
        {
            if (node.Line != 0)
            {
                return;
            }

            Advance(index);
            node.Line = _line;
            node.Column = index - _lineStart + 1;
        }

        private void Advance(int index)
        {
            while (_scanned < index)
            {
                var next = _text[_scanned..index].IndexOf((byte)'\n');
                if (next < 0)
                {
                    _scanned = index;
                    return;
                }

                _scanned += next + 1;
                _line++;
                _lineStart = _scanned;
            }
        }

        private readonly void Locate(int index, out int line, out int column)
        {
            index = Math.Min(index, _text.Length);
            var before = _text[..index];
            line = before.Count((byte)'\n') + 1;
            column = index - (before.LastIndexOf((byte)'\n') + 1) + 1;
        }
    }
}
