using System.Text;

namespace GitOps.Yaml;

/// <content>Directives and tags.</content>
internal sealed partial class YamlScanner
{
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
}
