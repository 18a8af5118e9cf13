using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace GitOps.Yaml;

/// <summary>
/// Cuts YAML text into tokens with the rules of libyaml, which go-yaml and therefore kubectl, Helm and kustomize use:
/// what they accept and refuse is accepted and refused here.
/// </summary>
internal sealed class YamlScanner : IDisposable
{
    // go-yaml's bounds on nesting; the composer's own limit is lower and gives the better message.
    private const int MaxFlowLevel = 10_000;
    private const int MaxIndents = 10_000;
    private const int MaxSimpleKeyLength = 1024;
    private const int Padding = 8;

    // Characters that never end or bend a plain scalar, in block or flow context.
    private static readonly SearchValues<char> s_plainSafe = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=+$@*&!<>|%\\\"'`~^();");

    private readonly string _file;
    private readonly StringPool _pool;
    private readonly bool _jsonEscapes;
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _trailing = new();
    private readonly List<SimpleKey> _simpleKeys = [];
    private readonly List<int> _indents = [];

    private char[] _buffer;
    private readonly int _length;
    private int _at;
    private int _line;
    private int _lineStart;
    private bool _atStart = true;
    private int _indent = -1;
    private int _flowLevel;
    private bool _simpleKeyAllowed = true;
    private bool _ended;

    private YamlToken[] _tokens = new YamlToken[16];
    private int _head;
    private int _count;
    private int _taken;

    public YamlScanner(ReadOnlySpan<char> text, string file, StringPool pool, int linesBefore = 0, bool jsonEscapes = true)
    {
        _jsonEscapes = jsonEscapes;
        _line = linesBefore;
        _file = file;
        _pool = pool;
        _buffer = ArrayPool<char>.Shared.Rent(text.Length + Padding);
        text.CopyTo(_buffer);
        _length = text.Length;
        _buffer.AsSpan(_length, Padding).Clear();
        RefuseControlCharacters();
        _simpleKeys.Add(default);
    }

    public string File => _file;

    private int Column => _at - _lineStart;

    /// <summary>The next token; it stays the next one until <see cref="Take"/>.</summary>
    public ref readonly YamlToken Peek()
    {
        if (NeedsMore())
        {
            FetchMore();
        }

        return ref _tokens[_head];
    }

    public YamlToken Take()
    {
        var token = Peek();
        _head++;
        _count--;
        _taken++;
        if (_count == 0)
        {
            _head = 0;
        }

        return token;
    }

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Fails with a problem of the scanner: go-yaml v2 prints the line it has reached, unless that is the first.</summary>
    [DoesNotReturn]
    public void Fail(string problem, int line, int column) => Fail(problem, line, column, GoText(problem, _line != 0 ? _line + 1 : 0));

    /// <summary>Fails with a problem of the parser: go-yaml v2 prints these lines counted from 0, and none for the first.</summary>
    [DoesNotReturn]
    public void FailParser(string problem, int line, int column) => Fail(problem, line, column, GoText(problem, line));

    /// <summary>Fails with a problem that go-yaml words differently or gives no line for.</summary>
    [DoesNotReturn]
    public void Fail(string problem, int line, int column, string goMessage) =>
        throw new YamlException(Reasons.BuildFailed, problem, new SourceLocation(_file, line + 1, column + 1)) { GoMessage = goMessage };

    private static string GoText(string problem, int line)
    {
        // The context ("while parsing a flow node: ") is not printed.
        var at = problem.StartsWith("while ", StringComparison.Ordinal) ? problem.IndexOf(": ", StringComparison.Ordinal) + 2 : 0;
        var place = line == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"line {line}: ");
        return $"yaml: {place}{problem.AsSpan(at)}";
    }

    [DoesNotReturn]
    private void Fail(string problem) => Fail(problem, _line, Column);

    private void RefuseControlCharacters()
    {
        var span = _buffer.AsSpan(0, _length);
        var bad = -1;
        for (var i = 0; i < span.Length; i++)
        {
            var c = span[i];
            if (c is >= ' ' and < '\x7f' or '\n' or '\r' or '\t')
            {
                continue;
            }

            if (c < ' ' || c is >= '\x7f' and < '\xa0' and not '\x85' || c is '\ufffe' or '\uffff')
            {
                bad = i;
                break;
            }
        }

        if (bad >= 0)
        {
            var line = span[..bad].Count('\n');
            Fail(string.Create(CultureInfo.InvariantCulture, $"control characters are not allowed (U+{(int)span[bad]:X4})"), _line + line, bad - span[..bad].LastIndexOf('\n') - 1);
        }
    }

    private bool NeedsMore()
    {
        if (_ended && _count > 0)
        {
            return false;
        }

        if (_count == 0)
        {
            return true;
        }

        // The head may still turn out to be a key, and then a KEY token goes before it.
        for (var i = 0; i < _simpleKeys.Count; i++)
        {
            var key = _simpleKeys[i];
            if (key.Possible && key.TokenNumber == _taken && IsValid(i))
            {
                return true;
            }
        }

        return false;
    }

    private void FetchMore()
    {
        do
        {
            FetchNext();
        }
        while (NeedsMore());
    }

    private void Append(in YamlToken token)
    {
        if (_head + _count == _tokens.Length)
        {
            MakeRoom();
        }

        _tokens[_head + _count++] = token;
    }

    private void InsertAt(int number, in YamlToken token)
    {
        if (_head + _count == _tokens.Length)
        {
            MakeRoom();
        }

        var place = _head + (number - _taken);
        Array.Copy(_tokens, place, _tokens, place + 1, _head + _count - place);
        _tokens[place] = token;
        _count++;
    }

    private void MakeRoom()
    {
        if (_head > _tokens.Length / 2)
        {
            Array.Copy(_tokens, _head, _tokens, 0, _count);
        }
        else
        {
            var bigger = new YamlToken[_tokens.Length * 2];
            Array.Copy(_tokens, _head, bigger, 0, _count);
            _tokens = bigger;
        }

        _head = 0;
    }

    private void FetchNext()
    {
        SkipToNextToken();
        UnrollIndent(Column);
        var c = _buffer[_at];
        if (c == '\0' && _at >= _length)
        {
            FetchStreamEnd();
            return;
        }

        if (Column == 0)
        {
            if (c == '%')
            {
                FetchDirective();
                return;
            }

            if (c is '-' or '.' && IsDocumentIndicator())
            {
                FetchDocumentIndicator(c == '-' ? YamlTokenKind.DocumentStart : YamlTokenKind.DocumentEnd);
                return;
            }
        }

        switch (c)
        {
            case '[':
                FetchFlowStart(YamlTokenKind.FlowSequenceStart);
                return;
            case '{':
                FetchFlowStart(YamlTokenKind.FlowMappingStart);
                return;
            case ']':
                FetchFlowEnd(YamlTokenKind.FlowSequenceEnd);
                return;
            case '}':
                FetchFlowEnd(YamlTokenKind.FlowMappingEnd);
                return;
            case ',':
                RemoveSimpleKey();
                _simpleKeyAllowed = true;
                FetchIndicator(YamlTokenKind.FlowEntry);
                return;
            case '-' when IsBlankOrEnd(_at + 1):
                FetchBlockEntry();
                return;
            case '?' when _flowLevel > 0 || IsBlankOrEnd(_at + 1):
                FetchKey();
                return;
            case ':' when _flowLevel > 0 || IsBlankOrEnd(_at + 1):
                FetchValue();
                return;
            case '*':
                FetchAnchor(YamlTokenKind.Alias);
                return;
            case '&':
                FetchAnchor(YamlTokenKind.Anchor);
                return;
            case '!':
                SaveSimpleKey();
                _simpleKeyAllowed = false;
                ScanTag();
                return;
            case '|' when _flowLevel == 0:
                RemoveSimpleKey();
                _simpleKeyAllowed = true;
                ScanBlockScalar(literal: true);
                return;
            case '>' when _flowLevel == 0:
                RemoveSimpleKey();
                _simpleKeyAllowed = true;
                ScanBlockScalar(literal: false);
                return;
            case '\'':
                SaveSimpleKey();
                _simpleKeyAllowed = false;
                ScanQuoted(single: true);
                return;
            case '"':
                SaveSimpleKey();
                _simpleKeyAllowed = false;
                ScanQuoted(single: false);
                return;
            default:
                if (!StartsPlain(c))
                {
                    Fail("found character that cannot start any token");
                }

                SaveSimpleKey();
                _simpleKeyAllowed = false;
                ScanPlain();
                return;
        }
    }

    private bool StartsPlain(char c) => c switch
    {
        '-' => !IsBlank(_buffer[_at + 1]),
        '?' or ':' => _flowLevel == 0 && !IsBlankOrEnd(_at + 1),
        ',' or '[' or ']' or '{' or '}' or '#' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' => false,
        _ => !IsBlankOrEnd(_at),
    };

    private bool IsDocumentIndicator() =>
        _buffer[_at] is '-' or '.' && _buffer[_at + 1] == _buffer[_at] && _buffer[_at + 2] == _buffer[_at] && IsBlankOrEnd(_at + 3);

    private void FetchIndicator(YamlTokenKind kind)
    {
        Append(new YamlToken(kind, _line, Column));
        _at++;
    }

    private void FetchStreamEnd()
    {
        if (Column != 0)
        {
            _line++;
            _lineStart = _at;
        }

        UnrollIndent(-1);
        RemoveSimpleKey();
        _simpleKeyAllowed = false;
        _ended = true;
        Append(new YamlToken(YamlTokenKind.StreamEnd, _line, Column));
    }

    private void FetchDocumentIndicator(YamlTokenKind kind)
    {
        UnrollIndent(-1);
        RemoveSimpleKey();
        _simpleKeyAllowed = false;
        Append(new YamlToken(kind, _line, Column));
        _at += 3;
        _atStart = true;
    }

    private void FetchFlowStart(YamlTokenKind kind)
    {
        SaveSimpleKey();
        _simpleKeys.Add(default);
        if (++_flowLevel > MaxFlowLevel)
        {
            Fail("exceeded max depth of flow collections");
        }

        _simpleKeyAllowed = true;
        FetchIndicator(kind);
    }

    private void FetchFlowEnd(YamlTokenKind kind)
    {
        RemoveSimpleKey();
        if (_flowLevel > 0)
        {
            _flowLevel--;
            _simpleKeys.RemoveAt(_simpleKeys.Count - 1);
        }

        _simpleKeyAllowed = false;
        FetchIndicator(kind);
    }

    private void FetchBlockEntry()
    {
        if (_flowLevel == 0)
        {
            if (!_simpleKeyAllowed)
            {
                Fail("block sequence entries are not allowed in this context");
            }

            RollIndent(Column, -1, YamlTokenKind.BlockSequenceStart, _line, Column);
        }

        RemoveSimpleKey();
        _simpleKeyAllowed = true;
        FetchIndicator(YamlTokenKind.BlockEntry);
    }

    private void FetchKey()
    {
        if (_flowLevel == 0)
        {
            if (!_simpleKeyAllowed)
            {
                Fail("mapping keys are not allowed in this context");
            }

            RollIndent(Column, -1, YamlTokenKind.BlockMappingStart, _line, Column);
        }

        RemoveSimpleKey();
        _simpleKeyAllowed = _flowLevel == 0;
        FetchIndicator(YamlTokenKind.Key);
    }

    private void FetchValue()
    {
        var top = _simpleKeys.Count - 1;
        var key = _simpleKeys[top];
        if (key.Possible && IsValid(top))
        {
            InsertAt(key.TokenNumber, new YamlToken(YamlTokenKind.Key, key.Line, key.Column));
            RollIndent(key.Column, key.TokenNumber, YamlTokenKind.BlockMappingStart, key.Line, key.Column);
            _simpleKeys[top] = key with { Possible = false };
            _simpleKeyAllowed = false;
        }
        else
        {
            if (_flowLevel == 0)
            {
                if (!_simpleKeyAllowed)
                {
                    Fail("mapping values are not allowed in this context");
                }

                RollIndent(Column, -1, YamlTokenKind.BlockMappingStart, _line, Column);
            }

            _simpleKeyAllowed = _flowLevel == 0;
        }

        FetchIndicator(YamlTokenKind.Value);
    }

    private void FetchAnchor(YamlTokenKind kind)
    {
        SaveSimpleKey();
        _simpleKeyAllowed = false;
        var (line, column) = (_line, Column);
        var start = ++_at;
        while (IsWord(_buffer[_at]))
        {
            _at++;
        }

        if (_at == start || !(IsBlankOrEnd(_at) || _buffer[_at] is '?' or ':' or ',' or ']' or '}' or '%' or '@' or '`'))
        {
            Fail($"while scanning an {(kind == YamlTokenKind.Alias ? "alias" : "anchor")}: did not find expected alphabetic or numeric character", line, column);
        }

        Append(new YamlToken(kind, line, column, _pool.Get(_buffer.AsSpan(start, _at - start))));
    }

    private bool IsValid(int index)
    {
        var key = _simpleKeys[index];
        if (key.Line < _line || key.At + MaxSimpleKeyLength < _at)
        {
            if (key.Required)
            {
                Fail("while scanning a simple key: could not find expected ':'", key.Line, key.Column);
            }

            _simpleKeys[index] = key with { Possible = false };
            return false;
        }

        return true;
    }

    private void SaveSimpleKey()
    {
        if (_simpleKeyAllowed)
        {
            RemoveSimpleKey();
            _simpleKeys[^1] = new SimpleKey(true, _flowLevel == 0 && _indent == Column, _taken + _count, _at, _line, Column);
        }
    }

    private void RemoveSimpleKey()
    {
        var key = _simpleKeys[^1];
        if (key is { Possible: true, Required: true })
        {
            Fail("while scanning a simple key: could not find expected ':'", key.Line, key.Column);
        }

        if (key.Possible)
        {
            _simpleKeys[^1] = key with { Possible = false };
        }
    }

    private void RollIndent(int column, int number, YamlTokenKind kind, int line, int tokenColumn)
    {
        if (_flowLevel > 0 || _indent >= column)
        {
            return;
        }

        _indents.Add(_indent);
        _indent = column;
        if (_indents.Count > MaxIndents)
        {
            Fail("exceeded max depth of nesting");
        }

        var token = new YamlToken(kind, line, tokenColumn);
        if (number < 0)
        {
            Append(token);
        }
        else
        {
            InsertAt(number, token);
        }
    }

    private void UnrollIndent(int column)
    {
        if (_flowLevel > 0)
        {
            return;
        }

        while (_indent > column)
        {
            Append(new YamlToken(YamlTokenKind.BlockEnd, _line, Column));
            _indent = _indents[^1];
            _indents.RemoveAt(_indents.Count - 1);
        }
    }

    private void SkipToNextToken()
    {
        // A byte order mark may start a stream, or a document where several files were joined; anywhere else it is a character like any other.
        var atStart = _atStart;
        _atStart = false;
        while (true)
        {
            if (atStart && Column == 0 && _buffer[_at] == '\ufeff')
            {
                _at++;
                _lineStart++;
            }

            while (_buffer[_at] == ' ' || (_buffer[_at] == '\t' && (_flowLevel > 0 || !_simpleKeyAllowed)))
            {
                _at++;
            }

            if (_buffer[_at] == '#')
            {
                SkipToLineEnd();
            }

            if (!IsBreak(_buffer[_at]))
            {
                return;
            }

            SkipBreak();
            if (_flowLevel == 0)
            {
                _simpleKeyAllowed = true;
            }
        }
    }

    private void SkipToLineEnd()
    {
        while (_at < _length && !IsBreak(_buffer[_at]))
        {
            _at++;
        }
    }

    private void SkipBreak()
    {
        _at += _buffer[_at] == '\r' && _buffer[_at + 1] == '\n' ? 2 : 1;
        _line++;
        _lineStart = _at;
    }

    private void ReadBreak(StringBuilder into)
    {
        if (_at < _length && IsBreak(_buffer[_at]))
        {
            into.Append(_buffer[_at] is '\u2028' or '\u2029' ? _buffer[_at] : '\n');
            SkipBreak();
        }
    }

    private void FetchDirective()
    {
        UnrollIndent(-1);
        RemoveSimpleKey();
        _simpleKeyAllowed = false;
        var (line, column) = (_line, Column);
        var start = ++_at;
        while (IsWord(_buffer[_at]))
        {
            _at++;
        }

        var name = _buffer.AsSpan(start, _at - start);
        var isKnownVersion = true;
        if (name is "YAML")
        {
            SkipBlanks();
            var major = ScanVersionNumber(line, column);
            if (_buffer[_at] != '.')
            {
                Fail("while scanning a %YAML directive: did not find expected digit or '.' character", line, column);
            }

            _at++;
            isKnownVersion = ScanVersionNumber(line, column) == 1 && major == 1;
            Append(new YamlToken(YamlTokenKind.VersionDirective, line, column));
        }
        else if (name is "TAG")
        {
            SkipBlanks();
            var handle = ScanTagHandle(line, column);
            if (!IsBlank(_buffer[_at]))
            {
                Fail("while scanning a %TAG directive: did not find expected whitespace", line, column);
            }

            SkipBlanks();
            var prefix = ScanTagUri("", line, column);
            Append(new YamlToken(YamlTokenKind.TagDirective, line, column, handle, prefix));
        }
        else
        {
            Fail("while scanning a directive: found unknown directive name", line, column);
        }

        SkipBlanks();
        if (_buffer[_at] == '#')
        {
            SkipToLineEnd();
        }

        if (_at < _length && !IsBreak(_buffer[_at]))
        {
            Fail("while scanning a directive: did not find expected comment or line break", line, column);
        }

        if (!isKnownVersion)
        {
            Fail("found incompatible YAML document", line, column);
        }

        if (_at < _length)
        {
            SkipBreak();
        }
    }

    private int ScanVersionNumber(int line, int column)
    {
        const int maxDigits = 9;
        var (from, number) = (_at, 0);
        for (; _buffer[_at] is >= '0' and <= '9'; _at++)
        {
            if (_at - from == maxDigits)
            {
                Fail("while scanning a %YAML directive: found extremely long version number", line, column);
            }

            number = (number * 10) + (_buffer[_at] - '0');
        }

        if (_at == from)
        {
            Fail("while scanning a %YAML directive: did not find expected version number", line, column);
        }

        return number;
    }

    private void SkipBlanks()
    {
        while (IsBlank(_buffer[_at]))
        {
            _at++;
        }
    }

    private string ScanTagHandle(int line, int column)
    {
        var start = _at;
        if (_buffer[_at] != '!')
        {
            Fail("while scanning a tag: did not find expected '!'", line, column);
        }

        _at++;
        while (IsWord(_buffer[_at]))
        {
            _at++;
        }

        if (_buffer[_at] == '!')
        {
            _at++;
        }

        return _pool.Get(_buffer.AsSpan(start, _at - start));
    }

    private string ScanTagUri(string head, int line, int column)
    {
        _text.Clear();
        if (head.Length > 1)
        {
            _text.Append(head, 1, head.Length - 1);
        }

        var any = head.Length > 0;
        while (IsWord(_buffer[_at]) || _buffer[_at] is ';' or '/' or '?' or ':' or '@' or '&' or '=' or '+' or '$' or ',' or '.' or '!' or '~' or '*' or '\'' or '(' or ')' or '[' or ']' or '%')
        {
            any = true;
            if (_buffer[_at] == '%')
            {
                ScanUriEscapes(line, column);
            }
            else
            {
                _text.Append(_buffer[_at++]);
            }
        }

        if (!any)
        {
            Fail("while parsing a tag: did not find expected tag URI", line, column);
        }

        return _text.ToString();
    }

    private void ScanUriEscapes(int line, int column)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        var width = 0;
        do
        {
            if (_buffer[_at] != '%' || !char.IsAsciiHexDigit(_buffer[_at + 1]) || !char.IsAsciiHexDigit(_buffer[_at + 2]))
            {
                Fail("while parsing a tag: did not find URI escaped octet", line, column);
            }

            var octet = (byte)((HexValue(_buffer[_at + 1]) << 4) | HexValue(_buffer[_at + 2]));
            if (count == 0)
            {
                width = octet switch { < 0x80 => 1, >= 0xC0 and < 0xE0 => 2, >= 0xE0 and < 0xF0 => 3, >= 0xF0 and < 0xF8 => 4, _ => 0 };
                if (width == 0)
                {
                    Fail("while parsing a tag: found an incorrect leading UTF-8 octet", line, column);
                }
            }
            else if ((octet & 0xC0) != 0x80)
            {
                Fail("while parsing a tag: found an incorrect trailing UTF-8 octet", line, column);
            }

            bytes[count++] = octet;
            _at += 3;
        }
        while (count < width);
        _text.Append(Encoding.UTF8.GetString(bytes[..count]));
    }

    private void ScanTag()
    {
        var (line, column) = (_line, Column);
        string handle;
        string suffix;
        if (_buffer[_at + 1] == '<')
        {
            _at += 2;
            handle = "";
            suffix = ScanTagUri("", line, column);
            if (_buffer[_at] != '>')
            {
                Fail("while scanning a tag: did not find the expected '>'", line, column);
            }

            _at++;
        }
        else
        {
            handle = ScanTagHandle(line, column);
            if (handle.Length > 1 && handle[^1] == '!')
            {
                suffix = ScanTagUri("", line, column);
            }
            else
            {
                suffix = ScanTagUri(handle, line, column);
                handle = "!";
                if (suffix.Length == 0)
                {
                    (handle, suffix) = ("", "!");
                }
            }
        }

        if (!IsBlankOrEnd(_at))
        {
            Fail("while scanning a tag: did not find expected whitespace or line break", line, column);
        }

        Append(new YamlToken(YamlTokenKind.Tag, line, column, handle, suffix));
    }

    private void ScanBlockScalar(bool literal)
    {
        var (line, column) = (_line, Column);
        _at++;
        var chomping = 0;
        var increment = 0;
        if (_buffer[_at] is '+' or '-')
        {
            chomping = _buffer[_at++] == '+' ? 1 : -1;
            increment = ScanIndentIndicator(line, column);
        }
        else if (char.IsAsciiDigit(_buffer[_at]))
        {
            increment = ScanIndentIndicator(line, column);
            if (_buffer[_at] is '+' or '-')
            {
                chomping = _buffer[_at++] == '+' ? 1 : -1;
            }
        }

        SkipBlanks();
        if (_buffer[_at] == '#')
        {
            SkipToLineEnd();
        }

        if (_at < _length)
        {
            if (!IsBreak(_buffer[_at]))
            {
                Fail("while scanning a block scalar: did not find expected comment or line break", line, column);
            }

            SkipBreak();
        }

        var indent = increment == 0 ? 0 : _indent >= 0 ? _indent + increment : increment;
        _text.Clear();
        _trailing.Clear();
        ScanBlockBreaks(ref indent, line, column);
        var leadingBreak = '\0';
        var leadingBlank = false;
        while (Column == indent && _at < _length)
        {
            var trailingBlank = IsBlank(_buffer[_at]);
            if (!literal && leadingBreak == '\n' && !leadingBlank && !trailingBlank)
            {
                if (_trailing.Length == 0)
                {
                    _text.Append(' ');
                }
            }
            else if (leadingBreak != '\0')
            {
                _text.Append(leadingBreak);
            }

            _text.Append(_trailing);
            _trailing.Clear();
            leadingBlank = IsBlank(_buffer[_at]);
            var start = _at;
            SkipToLineEnd();
            _text.Append(_buffer, start, _at - start);
            leadingBreak = '\0';
            if (_at < _length)
            {
                leadingBreak = _buffer[_at] is '\u2028' or '\u2029' ? _buffer[_at] : '\n';
                SkipBreak();
            }

            ScanBlockBreaks(ref indent, line, column);
        }

        if (chomping != -1 && leadingBreak != '\0')
        {
            _text.Append(leadingBreak);
        }

        if (chomping == 1)
        {
            _text.Append(_trailing);
        }

        Append(new YamlToken(YamlTokenKind.Scalar, line, column, _text.ToString(), null, literal ? ScalarStyle.Literal : ScalarStyle.Folded));
    }

    private int ScanIndentIndicator(int line, int column)
    {
        if (!char.IsAsciiDigit(_buffer[_at]))
        {
            return 0;
        }

        if (_buffer[_at] == '0')
        {
            Fail("while scanning a block scalar: found an indentation indicator equal to 0", line, column);
        }

        return _buffer[_at++] - '0';
    }

    private void ScanBlockBreaks(ref int indent, int line, int column)
    {
        var maxIndent = 0;
        while (true)
        {
            while ((indent == 0 || Column < indent) && _buffer[_at] == ' ')
            {
                _at++;
            }

            maxIndent = Math.Max(maxIndent, Column);
            if ((indent == 0 || Column < indent) && _buffer[_at] == '\t')
            {
                Fail("while scanning a block scalar: found a tab character where an indentation space is expected", line, column);
            }

            if (!IsBreak(_buffer[_at]))
            {
                break;
            }

            ReadBreak(_trailing);
        }

        if (indent == 0)
        {
            indent = Math.Max(Math.Max(maxIndent, _indent + 1), 1);
        }
    }

    private void ScanQuoted(bool single)
    {
        var (line, column) = (_line, Column);
        var quote = single ? '\'' : '"';
        _at++;

        // Most quoted scalars are one line without an escape.
        var end = _at;
        while (end < _length && _buffer[end] != quote && _buffer[end] != '\\' && !IsBreak(_buffer[end]))
        {
            end++;
        }

        if (_buffer[end] == quote && (!single || _buffer[end + 1] != '\''))
        {
            Append(new YamlToken(YamlTokenKind.Scalar, line, column, _pool.Get(_buffer.AsSpan(_at, end - _at)), null, single ? ScalarStyle.SingleQuoted : ScalarStyle.DoubleQuoted));
            _at = end + 1;
            return;
        }

        _text.Clear();
        while (true)
        {
            if (Column == 0 && IsDocumentIndicator())
            {
                Fail("while scanning a quoted scalar: found unexpected document indicator", line, column);
            }

            if (_at >= _length)
            {
                Fail("while scanning a quoted scalar: found unexpected end of stream", line, column);
            }

            var leadingBlanks = ScanQuotedWord(single, quote, line, column);
            if (_buffer[_at] == quote)
            {
                break;
            }

            FoldQuotedBlanks(leadingBlanks);
        }

        _at++;
        Append(new YamlToken(YamlTokenKind.Scalar, line, column, _text.ToString(), null, single ? ScalarStyle.SingleQuoted : ScalarStyle.DoubleQuoted));
    }

    private bool ScanQuotedWord(bool single, char quote, int line, int column)
    {
        while (!IsBlankOrEnd(_at))
        {
            var c = _buffer[_at];
            if (c == quote)
            {
                if (!single || _buffer[_at + 1] != '\'')
                {
                    return false;
                }

                _text.Append('\'');
                _at += 2;
            }
            else if (!single && c == '\\')
            {
                if (IsBreak(_buffer[_at + 1]))
                {
                    _at++;
                    SkipBreak();
                    return true;
                }

                ScanEscape(line, column);
            }
            else
            {
                _text.Append(c);
                _at++;
            }
        }

        return false;
    }

    private void FoldQuotedBlanks(bool leadingBlanks)
    {
        var blanksFrom = _text.Length;
        var leadingBreak = '\0';
        _trailing.Clear();
        while (_at < _length && (IsBlank(_buffer[_at]) || IsBreak(_buffer[_at])))
        {
            if (IsBlank(_buffer[_at]))
            {
                if (!leadingBlanks)
                {
                    _text.Append(_buffer[_at]);
                }

                _at++;
            }
            else if (!leadingBlanks)
            {
                _text.Length = blanksFrom;
                leadingBreak = _buffer[_at] is '\u2028' or '\u2029' ? _buffer[_at] : '\n';
                SkipBreak();
                leadingBlanks = true;
            }
            else
            {
                ReadBreak(_trailing);
            }
        }

        if (!leadingBlanks)
        {
            return;
        }

        AppendFolded(leadingBreak);
    }

    private void AppendFolded(char leadingBreak)
    {
        if (leadingBreak == '\n')
        {
            if (_trailing.Length == 0)
            {
                _text.Append(' ');
            }
        }
        else if (leadingBreak != '\0')
        {
            _text.Append(leadingBreak);
        }

        _text.Append(_trailing);
        _trailing.Clear();
    }

    private void ScanEscape(int line, int column)
    {
        var digits = 0;
        switch (_buffer[_at + 1])
        {
            case '0': _text.Append('\0'); break;
            case 'a': _text.Append('\a'); break;
            case 'b': _text.Append('\b'); break;
            case 't' or '\t': _text.Append('\t'); break;
            case 'n': _text.Append('\n'); break;
            case 'v': _text.Append('\v'); break;
            case 'f': _text.Append('\f'); break;
            case 'r': _text.Append('\r'); break;
            case 'e': _text.Append('\e'); break;
            case ' ': _text.Append(' '); break;
            case '"': _text.Append('"'); break;
            case '\'': _text.Append('\''); break;
            case '/' when _jsonEscapes: _text.Append('/'); break;
            case '\\': _text.Append('\\'); break;
            case 'N': _text.Append('\x85'); break;
            case '_': _text.Append('\xa0'); break;
            case 'L': _text.Append('\u2028'); break;
            case 'P': _text.Append('\u2029'); break;
            case 'x': digits = 2; break;
            case 'u': digits = 4; break;
            case 'U': digits = 8; break;
            default:
                Fail("while parsing a quoted scalar: found unknown escape character", line, column);
                break;
        }

        _at += 2;
        if (digits == 0)
        {
            return;
        }

        var value = ScanHex(digits, line, column);
        if (value is >= 0xD800 and <= 0xDBFF && digits == 4 && _jsonEscapes && _buffer[_at] == '\\' && _buffer[_at + 1] == 'u')
        {
            // JSON writes characters beyond U+FFFF as two escapes.
            _at += 2;
            var low = ScanHex(4, line, column);
            if (low is >= 0xDC00 and <= 0xDFFF)
            {
                value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
            }
        }

        if (value is (>= 0xD800 and <= 0xDFFF) or > 0x10FFFF)
        {
            Fail("while parsing a quoted scalar: found invalid Unicode character escape code", line, column);
        }

        _text.Append(new Rune((uint)value).ToString());
    }

    private long ScanHex(int digits, int line, int column)
    {
        long value = 0;
        for (var i = 0; i < digits; i++)
        {
            if (_at + i >= _length || !char.IsAsciiHexDigit(_buffer[_at + i]))
            {
                Fail("while parsing a quoted scalar: did not find expected hexdecimal number", line, column);
            }

            value = (value << 4) | (long)HexValue(_buffer[_at + i]);
        }

        _at += digits;
        return value;
    }

    private void ScanPlain()
    {
        var (line, column) = (_line, Column);
        var indent = _indent + 1;
        var start = _at;
        var end = ScanPlainWords();

        var copied = false;
        var leadingBlanks = false;
        while (_at < _length && IsBreak(_buffer[_at]))
        {
            // At a line break that follows content: find where the scalar goes on, if it does.
            _trailing.Clear();
            var leadingBreak = _buffer[_at] is '\u2028' or '\u2029' ? _buffer[_at] : '\n';
            SkipBreak();
            leadingBlanks = true;
            while (_at < _length && (IsBlank(_buffer[_at]) || IsBreak(_buffer[_at])))
            {
                if (IsBlank(_buffer[_at]))
                {
                    if (_buffer[_at] == '\t' && Column < indent)
                    {
                        Fail("while scanning a plain scalar: found a tab character that violates indentation", line, column);
                    }

                    _at++;
                }
                else
                {
                    ReadBreak(_trailing);
                }
            }

            if ((_flowLevel == 0 && Column < indent) || _at >= _length || _buffer[_at] == '#' || (Column == 0 && IsDocumentIndicator()) || EndsPlain())
            {
                break;
            }

            // Most scalars end on their own line and need no copy.
            if (!copied)
            {
                _text.Clear();
                _text.Append(_buffer, start, end - start);
                copied = true;
            }

            AppendFolded(leadingBreak);
            start = _at;
            end = ScanPlainWords();
            _text.Append(_buffer, start, end - start);
            leadingBlanks = false;
        }

        Append(new YamlToken(YamlTokenKind.Scalar, line, column, copied ? _text.ToString() : _pool.Get(_buffer.AsSpan(start, end - start))));
        if (leadingBlanks)
        {
            _simpleKeyAllowed = true;
        }
    }

    /// <summary>Whether the character here is an indicator that ends a plain scalar.</summary>
    private bool EndsPlain() => _buffer[_at] switch
    {
        ':' => IsBlankOrEnd(_at + 1),
        ',' or '?' or '[' or ']' or '{' or '}' => _flowLevel > 0,
        _ => false,
    };

    /// <summary>Reads the words of a plain scalar up to a line end, comment or indicator, and the blanks after the last; returns where the last word ends.</summary>
    private int ScanPlainWords()
    {
        var end = _at;
        while (true)
        {
            var span = _buffer.AsSpan(_at, _length - _at);
            var safe = span.IndexOfAnyExcept(s_plainSafe);
            _at += safe < 0 ? span.Length : safe;
            if (_at >= _length)
            {
                return _at;
            }

            var c = _buffer[_at];
            if (IsBlank(c))
            {
                end = _at;
                SkipBlanks();
                if (_at >= _length || IsBreak(_buffer[_at]) || _buffer[_at] == '#' || EndsPlain())
                {
                    return end;
                }

                continue;
            }

            if (IsBreak(c) || EndsPlain())
            {
                return _at;
            }

            _at++;
        }
    }

    private bool IsBlankOrEnd(int at) => _buffer[at] is ' ' or '\t' or '\n' or '\r' or '\x85' or '\u2028' or '\u2029' || at >= _length;

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private static bool IsBreak(char c) => c is '\n' or '\r' or '\x85' or '\u2028' or '\u2029';

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private static int HexValue(char c) => c switch { <= '9' => c - '0', <= 'F' => c - 'A' + 10, _ => c - 'a' + 10 };

    private readonly record struct SimpleKey(bool Possible, bool Required, int TokenNumber, int At, int Line, int Column);
}
