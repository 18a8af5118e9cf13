using System.Text;

namespace GitOps.Yaml;

/// <content>Scalars in each of the styles.</content>
internal sealed partial class YamlTextWriter
{
    private void WritePlain(string text)
    {
        if (!_whitespace)
        {
            Put(' ');
        }

        PutAscii(text);
        _whitespace = false;
        _indention = false;
    }

    private void WritePlainText(string text, bool simpleKey)
    {
        var indent = IncreaseForScalar();
        if (!_whitespace && (text.Length > 0 || !_v3))
        {
            Put(' ');
        }

        var spaces = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ' ')
            {
                if (!simpleKey && !spaces && _column > _bestWidth && !(i + 1 < text.Length && text[i + 1] == ' '))
                {
                    WriteIndent();
                }
                else
                {
                    Put(c);
                }

                spaces = true;
            }
            else
            {
                Put(c);
                _indention = false;
                spaces = false;
            }
        }

        _whitespace = false;
        _indention = false;
        _indent = indent;
    }

    private void WriteSingleQuoted(string text, bool simpleKey)
    {
        var indent = IncreaseForScalar();
        WriteIndicator('\'', needWhitespace: true, isWhitespace: false, isIndention: false);
        var spaces = false;
        var breaks = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ' ')
            {
                if (!simpleKey && !spaces && _column > _bestWidth && i > 0 && i < text.Length - 1 && text[i + 1] != ' ')
                {
                    WriteIndent();
                }
                else
                {
                    Put(c);
                }

                spaces = true;
            }
            else if (IsBreak(c))
            {
                if (!breaks && c == '\n')
                {
                    PutBreak();
                }

                WriteBreak(c);
                _indention = true;
                breaks = true;
            }
            else
            {
                if (breaks)
                {
                    WriteIndent();
                }

                if (c == '\'')
                {
                    Put(c);
                }

                Put(c);
                _indention = false;
                spaces = false;
                breaks = false;
            }
        }

        WriteIndicator('\'', needWhitespace: false, isWhitespace: false, isIndention: false);
        _whitespace = false;
        _indention = false;
        _indent = indent;
    }

    private void WriteDoubleQuoted(string text, bool simpleKey)
    {
        var indent = IncreaseForScalar();
        WriteIndicator('"', needWhitespace: true, isWhitespace: false, isIndention: false);
        var spaces = false;

        // go-yaml looks for the byte order mark at the start whichever character it is at, so such a text is escaped as a whole.
        var startsWithMark = text.StartsWith('\ufeff');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ' ' && !startsWithMark)
            {
                if (!simpleKey && !spaces && _column > _bestWidth && i > 0 && i < text.Length - 1)
                {
                    WriteIndent();
                    if (text[i + 1] == ' ')
                    {
                        Put('\\');
                    }
                }
                else
                {
                    Put(c);
                }

                spaces = true;
                continue;
            }

            spaces = false;
            if (startsWithMark || c is '"' or '\\' || !IsPrintable(c) || IsBreak(c))
            {
                i += WriteEscape(text, i);
            }
            else
            {
                Put(c);
            }
        }

        WriteIndicator('"', needWhitespace: false, isWhitespace: false, isIndention: false);
        _whitespace = false;
        _indention = false;
        _indent = indent;
    }

    /// <summary>Writes an escape; returns how many characters beyond the first it took.</summary>
    private int WriteEscape(string text, int at)
    {
        Put('\\');
        var c = text[at];
        var letter = c switch
        {
            '\0' => '0',
            '\a' => 'a',
            '\b' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\v' => 'v',
            '\f' => 'f',
            '\r' => 'r',
            '\e' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\x85' => 'N',
            '\xa0' => '_',
            '\u2028' => 'L',
            '\u2029' => 'P',
            _ => '\xffff',
        };
        if (letter != '\xffff')
        {
            Put(letter);
            return 0;
        }

        var rune = Rune.TryGetRuneAt(text, at, out var found) ? found : Rune.ReplacementChar;
        var (prefix, digits) = rune.Value <= 0xFF ? ('x', 2) : rune.Value <= 0xFFFF ? ('u', 4) : ('U', 8);
        Put(prefix);
        for (var shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        {
            Put("0123456789ABCDEF"[(rune.Value >> shift) & 15]);
        }

        return rune.Utf16SequenceLength - 1;
    }

    private void WriteLiteral(string text)
    {
        var indent = IncreaseForScalar();
        WriteIndicator('|', needWhitespace: true, isWhitespace: false, isIndention: false);
        WriteBlockHints(text);
        PutBreak();
        _indention = true;
        _whitespace = true;
        var breaks = true;
        var at = 0;
        while (at < text.Length)
        {
            var c = text[at];
            if (IsBreak(c))
            {
                WriteBreak(c);
                _indention = true;
                breaks = true;
                at++;
                continue;
            }

            if (breaks)
            {
                WriteIndent();
            }

            var rest = text.AsSpan(at);
            var end = rest.IndexOfAny('\n', '\r');
            var line = end < 0 ? rest : rest[..end];
            foreach (var ch in line)
            {
                if (IsBreak(ch))
                {
                    line = line[..line.IndexOf(ch)];
                    break;
                }
            }

            WriteRaw(line);
            _column += line.Length;
            at += line.Length;
            _indention = false;
            breaks = false;
        }

        _indent = indent;
    }

    private void WriteBlockHints(string text)
    {
        if (text[0] == ' ' || IsBreak(text[0]))
        {
            WriteIndicator((char)('0' + BestIndent), needWhitespace: false, isWhitespace: false, isIndention: false);
        }

        if (!IsBreak(text[^1]))
        {
            WriteIndicator('-', needWhitespace: false, isWhitespace: false, isIndention: false);
        }
        else if (text.Length == 1 || IsBreak(text[^2]))
        {
            WriteIndicator('+', needWhitespace: false, isWhitespace: false, isIndention: false);
        }
    }

    private int IncreaseForScalar()
    {
        var before = _indent;
        _indent = _indent < 0 ? BestIndent : _indent + BestIndent;
        return before;
    }
}
