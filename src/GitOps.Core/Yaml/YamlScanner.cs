using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace GitOps.Yaml;

/// <summary>
/// Cuts YAML text into tokens with the rules of libyaml, which go-yaml and therefore kubectl, Helm and kustomize use:
/// what they accept and refuse is accepted and refused here.
/// </summary>
internal sealed partial class YamlScanner : IDisposable
{
    // go-yaml's bounds on nesting; the composer's own limit is lower and gives the better message.
    private const int MaxFlowLevel = 10_000;
    private const int MaxIndents = 10_000;
    private const int MaxSimpleKeyLength = 1024;
    private const int Padding = 8;
    private const char ByteOrderMark = '\ufeff';

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
        SkipByteOrderMark();
    }

    public string File => _file;

    /// <summary>Where comments are gathered; null when they are of no interest.</summary>
    public List<YamlComment>? Comments { get; init; }

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

    private bool IsBlankOrEnd(int at) => _buffer[at] is ' ' or '\t' or '\n' or '\r' or '\x85' or '\u2028' or '\u2029' || at >= _length;

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private static bool IsBreak(char c) => c is '\n' or '\r' or '\x85' or '\u2028' or '\u2029';

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private static int HexValue(char c) => c switch { <= '9' => c - '0', <= 'F' => c - 'A' + 10, _ => c - 'a' + 10 };

    private readonly record struct SimpleKey(bool Possible, bool Required, int TokenNumber, int At, int Line, int Column);
}
