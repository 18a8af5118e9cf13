using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Reads TOML's four kinds of strings.</summary>
internal sealed class TomlStrings(TomlCursor cursor)
{
    private const string Three = "\"\"\"";

    /// <summary>Reads a string of any kind; its first quote was read.</summary>
    public string Any(int quote)
    {
        if (cursor.Accept((char)quote))
        {
            if (cursor.Accept((char)quote))
            {
                cursor.Start = cursor.Position;
                return quote == '"' ? MultiLine() : MultiLineRaw();
            }

            cursor.Back();
        }

        return SingleLine(quote);
    }

    /// <summary>Reads a string of one line; its first quote was read.</summary>
    public string SingleLine(int quote)
    {
        cursor.Start = cursor.Position;
        var escapes = false;
        while (true)
        {
            var rune = cursor.Next();
            if (rune == TomlCursor.End)
                throw cursor.Fail(quote == '"' ? "unexpected EOF; expected '\"'" : "unexpected EOF; expected \"'\"");
            if (TomlCursor.IsBreak(rune))
                throw cursor.FailBefore("strings cannot contain newlines");
            if (rune == '\\' && quote == '"')
            {
                escapes = true;
                Escape();
            }
            else if (rune == quote)
            {
                var text = cursor.Text[cursor.Start..(cursor.Position - 1)];
                return escapes ? Unescaped(text, cursor.Line) : text;
            }
        }
    }

    private string MultiLine()
    {
        while (true)
        {
            var rune = cursor.Next();
            if (rune == TomlCursor.End)
                throw cursor.Fail("unexpected EOF; expected '" + Three + "'");
            if (rune == '\\')
            {
                if (!TomlCursor.IsBreak(cursor.Next()))
                {
                    cursor.Back();
                    Escape();
                }
            }
            else if (rune == '"' && Closes('"'))
            {
                return Unescaped(WithoutEscapedBreaks(WithoutFirstBreak(cursor.Text[cursor.Start..(cursor.Position - 3)])), cursor.Line);
            }
        }
    }

    private string MultiLineRaw()
    {
        while (true)
        {
            var rune = cursor.Next();
            if (rune == TomlCursor.End)
                throw cursor.Fail("unexpected EOF; expected \"'''\"");
            if (rune == '\'' && Closes('\''))
                return WithoutFirstBreak(cursor.Text[cursor.Start..(cursor.Position - 3)]);
        }
    }

    // One quote was read; whether two more end the string. A string may end in one or two quotes of its own.
    private bool Closes(char quote)
    {
        if (!cursor.Accept(quote))
            return false;
        if (!cursor.Accept(quote))
        {
            cursor.Back();
            return false;
        }

        if (cursor.Peek() != quote)
            return true;
        var five = new string(quote, 5);
        var current = cursor.Current;
        if (current.EndsWith(five, StringComparison.Ordinal) && (quote == '\'' || !current.EndsWith("\\" + five, StringComparison.Ordinal)))
            throw cursor.Fail(quote == '"' ? "unexpected '\"\"\"\"\"\"'" : "unexpected \"''''''\"");
        cursor.Back();
        cursor.Back();
        return false;
    }

    private void Escape()
    {
        var rune = cursor.Next();
        var (digits, count) = rune switch
        {
            'x' => (2, "two"),
            'u' => (4, "four"),
            'U' => (8, "eight"),
            'e' or 'b' or 't' or 'n' or 'f' or 'r' or '"' or ' ' or '\t' or '\\' => (0, string.Empty),
            _ => throw cursor.FailAsIs("invalid escape in string '\\" + TomlCursor.TextOf(rune) + "'"),
        };
        for (var i = 0; i < digits; i++)
        {
            var digit = cursor.Next();
            if (digit >= 0x80 || !char.IsAsciiHexDigit((char)digit))
                throw cursor.Fail($"expected {count} hexadecimal digits after '\\{(char)rune}', but got {GoQuote.Quote(cursor.Current)} instead");
        }
    }

    private static string WithoutFirstBreak(string text) => text.StartsWith('\n') ? text[1..] : text.StartsWith("\r\n", StringComparison.Ordinal) ? text[2..] : text;

    // A backslash at a line's end goes, and all space after it.
    private static string WithoutEscapedBreaks(string text)
    {
        var output = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                output.Append(text[i]);
                continue;
            }

            if (i + 1 < text.Length && text[i + 1] == '\\')
            {
                output.Append("\\\\");
                i++;
                continue;
            }

            var end = i + 1;
            while (end < text.Length && text[end] is ' ' or '\t' or '\r' or '\n')
                end++;
            if (text.AsSpan(i, end - i).Contains('\n'))
                i = end - 1;
            else
                output.Append('\\');
        }

        return output.ToString();
    }

    private string Unescaped(string text, int line)
    {
        var output = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                output.Append(text[i]);
                continue;
            }

            var c = text[++i];
            switch (c)
            {
                case 'b': output.Append('\b'); break;
                case 't': output.Append('\t'); break;
                case 'n': output.Append('\n'); break;
                case 'f': output.Append('\f'); break;
                case 'r': output.Append('\r'); break;
                case 'e': output.Append('\x1b'); break;
                case '"' or '\\': output.Append(c); break;
                case 'x' or 'u' or 'U':
                    var digits = text.Substring(i + 1, c == 'x' ? 2 : c == 'u' ? 4 : 8);
                    var value = uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                    if (value is > 0x10FFFF or (>= 0xD800 and <= 0xDFFF))
                        throw cursor.Fail("Escaped character '\\u" + digits + "' is not valid UTF-8.", line);
                    output.Append(char.ConvertFromUtf32((int)value));
                    i += digits.Length;
                    break;
                default:
                    throw cursor.Fail("invalid escape: '\\" + c + "'", line);
            }
        }

        return output.ToString();
    }
}
