using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Reads TOML into template values as the library Helm uses does, with its messages, which templates can print.</summary>
internal sealed class TomlReader
{
    private const int MaxNesting = 200;
    private const int MaxLength = 16 * 1024 * 1024;

    private readonly TomlCursor _cursor;
    private readonly TomlTables _tables;
    private int _depth;

    private TomlReader(string text)
    {
        _tables = new TomlTables();
        _cursor = new TomlCursor(text) { LastKey = () => _tables.Current };
        _tables.Cursor = _cursor;
    }

    /// <summary>Reads a document.</summary>
    /// <param name="text">The TOML text.</param>
    /// <returns>Its table.</returns>
    /// <exception cref="FunctionException">The text is not TOML.</exception>
    public static Dictionary<string, object?> Read(string text)
    {
        if (text.Length > MaxLength)
            throw new FunctionException("toml: the document is too large");
        if (text.StartsWith('\uFEFF'))
            text = text[1..];
        if (text.AsSpan(0, Math.Min(6, text.Length)).Contains('\0'))
            throw new FunctionException("toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8");
        var reader = new TomlReader(text);
        reader.Document();
        return reader._tables.ToValue();
    }

    /// <summary>How a time without a zone is written.</summary>
    /// <param name="time">A time.</param>
    /// <returns>Go's layout, or <see langword="null"/> for a time with a zone.</returns>
    public static string? LocalLayout(GoTime time) => TomlScalars.LocalLayout(time);

    private void Document()
    {
        while (true)
        {
            var rune = _cursor.Next();
            if (TomlCursor.IsBlank(rune) || TomlCursor.IsBreak(rune))
                continue;
            switch (rune)
            {
                case '#':
                    Comment();
                    continue;
                case '[':
                    Header();
                    break;
                case TomlCursor.End:
                    return;
                default:
                    _cursor.Back();
                    Entry();
                    _tables.Leave();
                    break;
            }

            if (!EndOfItem())
                return;
        }
    }

    // True when the text goes on.
    private bool EndOfItem()
    {
        while (true)
        {
            var rune = _cursor.Next();
            if (TomlCursor.IsBlank(rune))
                continue;
            if (rune == '#')
                Comment();
            else if (rune == TomlCursor.End)
                return false;
            else if (!TomlCursor.IsBreak(rune))
                throw _cursor.Fail("expected a top-level item to end with a newline, comment, or EOF, but got " + TomlCursor.Quoted(rune) + " instead");
            return true;
        }
    }

    private void Comment()
    {
        while (_cursor.Next() is var rune && !TomlCursor.IsBreak(rune) && rune != TomlCursor.End)
        {
        }

        _cursor.Back();
    }

    private void Header()
    {
        var isArray = _cursor.Peek() == '[';
        if (isArray)
            _cursor.Next();
        var key = new List<string>();
        while (true)
        {
            _cursor.SkipBlanks();
            switch (_cursor.Peek())
            {
                case ']' or TomlCursor.End:
                    throw _cursor.Fail("unexpected end of table name (table names cannot be empty)");
                case '.':
                    throw _cursor.Fail("unexpected table separator (table names cannot be empty)");
            }

            key.Add(NamePart());
            if (key.Count == 1)
                _tables.Line = _cursor.Line;
            _cursor.SkipBlanks();
            var rune = _cursor.Next();
            if (rune == ']')
                break;
            if (rune != '.')
                throw _cursor.Fail("expected '.' or ']' to end table name, but got " + TomlCursor.Quoted(rune) + " instead");
        }

        if (isArray && _cursor.Next() is var last && last != ']')
            throw _cursor.Fail("expected end of table array name delimiter ']', but got " + TomlCursor.Quoted(last) + " instead");
        _tables.Enter(key, isArray);
    }

    private string NamePart()
    {
        switch (_cursor.Peek())
        {
            case '"' or '\'':
                return new TomlStrings(_cursor).SingleLine(_cursor.Next());
        }

        _cursor.Start = _cursor.Position;
        while (_cursor.Next() is var rune && rune < 0x80 && (char.IsAsciiLetterOrDigit((char)rune) || rune is '_' or '-'))
        {
        }

        _cursor.Back();
        return _cursor.Current;
    }

    // A key, '=' and a value, at the top or in an inline table; gives the key.
    private (List<string> Key, object? Value) Entry()
    {
        _cursor.SkipBlanks();
        switch (_cursor.Peek())
        {
            case '=' or TomlCursor.End:
                throw _cursor.Fail("unexpected '=': key name appears blank");
            case '.':
                throw _cursor.Fail("unexpected '.': keys cannot start with a '.'");
        }

        var key = new List<string>();
        while (true)
        {
            _cursor.SkipBlanks();
            switch (_cursor.Peek())
            {
                case '=' or TomlCursor.End:
                    throw _cursor.Fail("unexpected '='");
                case '.':
                    throw _cursor.Fail("unexpected '.'");
            }

            key.Add(NamePart());
            if (key.Count == 1)
                _tables.Line = _cursor.Line;
            _cursor.SkipBlanks();
            var rune = _cursor.Next();
            if (rune == '=')
                break;
            if (rune == '.')
                continue;
            throw rune switch
            {
                TomlCursor.End => _cursor.Fail("unexpected EOF; expected key separator '='"),
                '\n' => _cursor.FailBefore("expected '.' or '=', but got '\\n' instead"),
                _ => _cursor.Fail("expected '.' or '=', but got " + TomlCursor.Quoted(rune) + " instead"),
            };
        }

        var outer = _tables.BeginEntry(key);
        var value = Value(inArray: false);
        _tables.EndEntry(key[^1], value, value is List<object?>, outer);
        return (key, value);
    }

    private object? Value(bool inArray)
    {
        if (++_depth > MaxNesting)
            throw new FunctionException("toml: values are nested too deeply");
        _cursor.SkipBlanks();
        var rune = _cursor.Next();
        object? value;
        switch (rune)
        {
            case '[':
                value = Array();
                break;
            case '{':
                value = InlineTable(inArray);
                break;
            case '"' or '\'':
                value = new TomlStrings(_cursor).Any(rune);
                break;
            default:
                value = new TomlScalars(_cursor).Read(rune);
                break;
        }

        _depth--;
        return value;
    }

    private List<object?> Array()
    {
        _tables.MarkArray();
        var items = new List<object?>();
        while (true)
        {
            var rune = SkipSpace();
            if (rune == ',')
                throw _cursor.Fail("unexpected comma");
            if (rune == ']')
                return items;
            _cursor.Back();
            items.Add(Value(inArray: true));
            rune = SkipSpace();
            if (rune == ']')
                return items;
            if (rune != ',')
                throw _cursor.Fail("expected a comma (',') or array terminator (']'), but got " + Shown(rune));
        }
    }

    private Dictionary<string, object?> InlineTable(bool inArray)
    {
        var table = new Dictionary<string, object?>(StringComparer.Ordinal);
        var outer = _tables.BeginInline(inArray);
        while (true)
        {
            var rune = SkipSpace();
            if (rune == ',')
                throw _cursor.Fail("unexpected comma");
            if (rune == '}')
                break;
            _cursor.Back();
            var (key, value) = Entry();
            Put(table, key, value);
            rune = SkipSpace();
            if (rune == '}')
                break;
            if (rune != ',')
                throw _cursor.Fail("expected a comma or an inline table terminator '}', but got " + Shown(rune) + " instead");
        }

        _tables.EndInline(outer);
        return table;
    }

    private void Put(Dictionary<string, object?> table, List<string> key, object? value)
    {
        foreach (var part in key.Take(key.Count - 1))
        {
            if (!table.TryGetValue(part, out var inner))
                table[part] = inner = new Dictionary<string, object?>(StringComparer.Ordinal);
            table = inner as Dictionary<string, object?> ?? throw _cursor.Fail(GoQuote.Quote(_tables.ContextName) + " is not a table", _tables.Line);
        }

        table[key[^1]] = value;
    }

    // Passes over space, line breaks and comments, and reads what follows.
    private int SkipSpace()
    {
        while (true)
        {
            var rune = _cursor.Next();
            if (rune == '#')
                Comment();
            else if (!TomlCursor.IsBlank(rune) && !TomlCursor.IsBreak(rune))
                return rune;
        }
    }

    private static string Shown(int rune) => rune == TomlCursor.End ? "end of file" : "'" + TomlCursor.TextOf(rune) + "'";
}
