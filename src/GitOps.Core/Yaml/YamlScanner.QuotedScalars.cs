using System.Text;

namespace GitOps.Yaml;

/// <content>Scalars in quotes, with their escapes.</content>
internal sealed partial class YamlScanner
{
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
}
