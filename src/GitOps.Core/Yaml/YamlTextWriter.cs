using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;

namespace GitOps.Yaml;

/// <summary>
/// Writes trees and plain values as go-yaml's emitter does, byte for byte: the choice of plain, quoted or block scalars, folding, indentation and key order.
/// </summary>
/// <remarks>One writer makes any number of documents into one pooled buffer. Not thread-safe.</remarks>
internal sealed partial class YamlTextWriter : IDisposable
{
    private const int BestIndent = 2;
    private const int MaxSimpleKeyLength = 128;
    private const int MaxDepth = 1024;

    // Text of only these never needs quotes unless the whole word means something else.
    private static readonly SearchValues<char> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=+()$^;<\\");

    private static readonly SearchValues<char> s_flowSpecial = SearchValues.Create(",?[]{}:");

    private readonly bool _v3;
    private readonly bool _keepsForm;
    private readonly YamlForm? _form;
    private readonly int _bestWidth;
    private readonly bool _keepsBraces;
    private readonly NaturalKeyComparer _keys;
    private readonly List<Entry> _entries = [];
    private readonly Comparer<Entry> _byKey;

    private char[] _buffer;
    private int _length;
    private int _column;
    private int _indent = -1;
    private int _depth;
    private int _flowLevel;
    private bool _whitespace = true;
    private bool _indention = true;

    public YamlTextWriter(YamlWriterOptions? options = null, int capacity = 16 * 1024)
    {
        _v3 = options?.IsV3 == true;
        _keepsForm = options?.KeepsForm == true;
        _form = options?.Form;
        _keepsBraces = options?.KeepsBraces == true;
        _bestWidth = _v3 ? int.MaxValue : 80;
        _keys = _v3 ? NaturalKeyComparer.V3 : NaturalKeyComparer.V2;
        _byKey = Comparer<Entry>.Create((a, b) => _keys.Compare(a.Key, b.Key));
        _buffer = ArrayPool<char>.Shared.Rent(capacity);
    }

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<char> Written => _buffer.AsSpan(0, _length);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>Writes text as it is, for example a document separator.</summary>
    public void WriteRaw(ReadOnlySpan<char> text)
    {
        Ensure(text.Length);
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }

    /// <summary>Writes one document and ends it with a line break.</summary>
    /// <param name="value">A <see cref="Node"/>, or null, bool, string, a number, a dictionary with string keys or a list of such values.</param>
    public void WriteDocument(object? value)
    {
        _column = 0;
        _indent = -1;
        _depth = 0;
        _whitespace = true;
        _indention = true;
        WriteNode(value, inMapping: false, simpleKey: false);
        WriteIndent();
    }

    /// <summary>What was written, as UTF-8.</summary>
    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_buffer, 0, _length);

    /// <inheritdoc/>
    public override string ToString() => new(_buffer, 0, _length);

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void WriteNode(object? value, bool inMapping, bool simpleKey)
    {
        if (_form is not null && WriteProperties((Node)value!))
        {
            return;
        }

        switch (value)
        {
            case ScalarNode scalar:
                WriteScalarNode(scalar, simpleKey);
                break;
            case MapNode { Count: > 0 } map when _flowLevel > 0 || (_keepsBraces && map.IsFlow):
                WriteFlow(map);
                break;
            case ListNode { Count: > 0 } list when _flowLevel > 0 || (_keepsBraces && list.IsFlow):
                WriteFlow(list);
                break;
            case MapNode map:
                WriteMap(map);
                break;
            case ListNode list:
                WriteList(list, list.Count, inMapping);
                break;
            case null:
                WritePlain("null");
                break;
            case string text:
                WriteString(text, simpleKey);
                break;
            case bool flag:
                WritePlain(flag ? "true" : "false");
                break;
            case int number:
                WritePlain(number.ToString(CultureInfo.InvariantCulture));
                break;
            case long number:
                WritePlain(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                WriteFloat(number);
                break;
            case float number:
                WriteFloat(number);
                break;
            case IReadOnlyDictionary<string, object?> map:
                WriteMap(map);
                break;
            case IDictionary map:
                WriteMap(map);
                break;
            case IReadOnlyList<KeyValuePair<string, object?>> ordered:
                WriteOrdered(ordered);
                break;
            case IReadOnlyList<object?> list:
                WriteList(list, list.Count, inMapping);
                break;
            case IEnumerable items:
                var all = items.Cast<object?>().ToList();
                WriteList(all, all.Count, inMapping);
                break;
            case IFormattable number:
                WritePlain(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                throw new YamlException(Reasons.BuildFailed, $"a value of type {value.GetType().Name} cannot be written as YAML", new SourceLocation(""));
        }
    }

    private void WriteScalarNode(ScalarNode scalar, bool simpleKey)
    {
        if (_keepsForm)
        {
            WriteInStyle(scalar, simpleKey);
            return;
        }

        switch (scalar.Kind)
        {
            case ScalarKind.String:
                WriteString(scalar.Text, simpleKey);
                break;
            case ScalarKind.Null:
                WritePlain("null");
                break;
            case ScalarKind.Boolean:
                WritePlain(scalar.AsBoolean() ? "true" : "false");
                break;
            case ScalarKind.Integer:
                WritePlain(GoNumber.FormatInteger(scalar));
                break;
            case ScalarKind.Float:
                WriteFloat(scalar.AsDouble());
                break;
            case ScalarKind.Timestamp:
                WriteString(YamlTimestamp.TryParse(scalar.Text, out var time) ? time : scalar.Text, simpleKey);
                break;
            default:
                WriteString(DecodeBinary(scalar), simpleKey);
                break;
        }
    }

    internal static string DecodeBinary(ScalarNode scalar)
    {
        var clean = scalar.Text.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal);
        var bytes = new byte[(clean.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(clean, bytes, out var count)
            ? Encoding.UTF8.GetString(bytes, 0, count)
            : throw new YamlException(Reasons.BuildFailed, "!!binary value contains invalid base64 data", new SourceLocation("", scalar.Line, scalar.Column));
    }

    private void WriteFloat(double value)
    {
        if (_v3)
        {
            WritePlain(GoNumber.FormatG(value));
        }
        else if (double.IsFinite(value))
        {
            WritePlain(GoNumber.FormatThroughJson(value));
        }
        else
        {
            throw new YamlException(Reasons.BuildFailed, $"json: unsupported value: {(double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf")}", new SourceLocation(""));
        }
    }

    private void WriteFlow(Node node)
    {
        var map = node as MapNode;
        var count = map?.Count ?? ((ListNode)node).Count;
        WriteIndicator(map is null ? '[' : '{', needWhitespace: true, isWhitespace: true, isIndention: false);
        if (++_depth > MaxDepth)
        {
            throw new YamlException(Reasons.LimitExceeded, $"maps and lists nest deeper than the limit of {MaxDepth}", new SourceLocation(""));
        }

        _flowLevel++;
        var indent = IncreaseForScalar();
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                WriteIndicator(',', needWhitespace: false, isWhitespace: false, isIndention: false);
                WriteCommentInFlow(node, i);
            }

            if (map is not null)
            {
                ref readonly var entry = ref map.EntryAt(i);
                WriteKey(map, entry);
                WriteIndicator(':', needWhitespace: false, isWhitespace: false, isIndention: false);
                WriteNode(entry.Value, inMapping: true, simpleKey: false);
            }
            else
            {
                WriteNode(((ListNode)node)[i], inMapping: false, simpleKey: false);
            }
        }

        _indent = indent;
        _flowLevel--;
        _depth--;
        WriteIndicator(map is null ? ']' : '}', needWhitespace: false, isWhitespace: false, isIndention: false);
    }

    private void WriteMap(MapNode map)
    {
        if (map.Count == 0)
        {
            WriteEmpty("{}");
            return;
        }

        var sorted = true;
        for (var i = 1; i < map.Count && sorted && !_keepsForm; i++)
        {
            sorted = _keys.Compare(map.EntryAt(i - 1).Key, map.EntryAt(i).Key) < 0;
        }

        if (sorted)
        {
            var indent = BeginBlock(indentless: false);
            for (var i = 0; i < map.Count; i++)
            {
                ref readonly var entry = ref map.EntryAt(i);
                if (_keepsForm && IsSimpleKey(entry.Key))
                {
                    WriteIndent();
                    WriteKey(map, entry);
                    WriteIndicator(':', needWhitespace: false, isWhitespace: false, isIndention: false);
                    WriteNode(entry.Value, inMapping: true, simpleKey: false);
                }
                else
                {
                    WriteEntry(entry.Key, entry.Value);
                }
            }

            EndBlock(indent);
            return;
        }

        var start = _entries.Count;
        for (var i = 0; i < map.Count; i++)
        {
            ref readonly var entry = ref map.EntryAt(i);
            _entries.Add(new Entry(entry.Key, entry.Value));
        }

        WriteEntries(start);
    }

    private void WriteMap(IReadOnlyDictionary<string, object?> map)
    {
        var start = _entries.Count;
        foreach (var (key, value) in map)
        {
            _entries.Add(new Entry(key, value));
        }

        WriteEntries(start);
    }

    private void WriteMap(IDictionary map)
    {
        var start = _entries.Count;
        foreach (DictionaryEntry entry in map)
        {
            _entries.Add(new Entry(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "", entry.Value));
        }

        WriteEntries(start);
    }

    // A Go struct under go-yaml v3: its fields keep their order.
    private void WriteOrdered(IReadOnlyList<KeyValuePair<string, object?>> entries)
    {
        if (entries.Count == 0)
        {
            WriteEmpty("{}");
            return;
        }

        var indent = BeginBlock(indentless: false);
        foreach (var (key, value) in entries)
        {
            WriteEntry(key, value);
        }

        EndBlock(indent);
    }

    private void WriteEntries(int start)
    {
        var count = _entries.Count - start;
        if (count == 0)
        {
            WriteEmpty("{}");
            return;
        }

        _entries.Sort(start, count, _byKey);
        var indent = BeginBlock(indentless: false);
        for (var i = start; i < start + count; i++)
        {
            var entry = _entries[i];
            WriteEntry(entry.Key, entry.Value);
        }

        EndBlock(indent);
        _entries.RemoveRange(start, count);
    }

    private void WriteEntry(string key, object? value)
    {
        WriteIndent();
        if (IsSimpleKey(key))
        {
            WriteString(key, simpleKey: true);
            WriteIndicator(':', needWhitespace: false, isWhitespace: false, isIndention: false);
        }
        else
        {
            WriteIndicator('?', needWhitespace: true, isWhitespace: false, isIndention: true);
            WriteString(key, simpleKey: false);
            WriteIndent();
            WriteIndicator(':', needWhitespace: true, isWhitespace: false, isIndention: true);
        }

        WriteNode(value, inMapping: true, simpleKey: false);
    }

    private void WriteList(IEnumerable list, int count, bool inMapping)
    {
        if (count == 0)
        {
            WriteEmpty("[]");
            return;
        }

        var indent = BeginBlock(indentless: (!_v3 || _keepsForm) && inMapping && !_indention);
        if (list is ListNode nodes)
        {
            for (var i = 0; i < nodes.Count; i++)
            {
                WriteItem(nodes[i]);
            }
        }
        else
        {
            foreach (var item in list)
            {
                WriteItem(item);
            }
        }

        EndBlock(indent);
    }

    private void WriteItem(object? item)
    {
        WriteIndent();
        WriteIndicator('-', needWhitespace: true, isWhitespace: false, isIndention: true);
        WriteNode(item, inMapping: false, simpleKey: false);
    }

    private int BeginBlock(bool indentless)
    {
        if (++_depth > MaxDepth)
        {
            throw new YamlException(Reasons.LimitExceeded, $"maps and lists nest deeper than the limit of {MaxDepth}", new SourceLocation(""));
        }

        var before = _indent;
        if (_indent < 0)
        {
            _indent = 0;
        }
        else if (!indentless)
        {
            _indent += BestIndent;
        }

        return before;
    }

    private void EndBlock(int indent)
    {
        _depth--;
        _indent = indent;
    }

    private void WriteEmpty(string text)
    {
        if (!_whitespace)
        {
            Put(' ');
        }

        PutAscii(text);
        _whitespace = false;
        _indention = false;
    }

    private void WriteString(string text, bool simpleKey)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAnyExcept(s_plain) && char.IsAsciiLetter(text[0]))
        {
            if (IsPlainWord(text))
            {
                WritePlain(text);
                return;
            }

            WriteDoubleQuoted(text, simpleKey);
            return;
        }

        var style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
            : IsPlainWord(text) ? ScalarStyle.Plain
            : ScalarStyle.DoubleQuoted;
        WriteText(text, style, simpleKey);
    }

    private readonly record struct Entry(string Key, object? Value);
}
