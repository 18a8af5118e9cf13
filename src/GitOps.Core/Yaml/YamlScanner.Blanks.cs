using System.Text;

namespace GitOps.Yaml;

/// <content>Space between tokens: blanks, line breaks, comments and the byte order mark.</content>
internal sealed partial class YamlScanner
{
    /// <summary>A mark at the beginning says how the text is encoded; anywhere else it is a character like any other.</summary>
    private void SkipByteOrderMark()
    {
        if (_buffer[_at] != ByteOrderMark)
        {
            return;
        }

        _lineStart = ++_at;
        if (_buffer[_at] != ByteOrderMark)
        {
            return;
        }

        // go-yaml skips the second mark, and then the first character of each line as if it were one.
        _lineStart = ++_at;
        var text = _buffer.AsSpan(0, _length);
        for (var next = text.IndexOf('\n') + 1; next > 0 && next < _length; next += text[next..].IndexOf('\n') + 1)
        {
            if (text[next] is not (' ' or '\r' or '\n'))
            {
                Fail("found a second byte order mark", _line, 1);
            }

            if (!text[next..].Contains('\n'))
            {
                break;
            }
        }
    }

    private void SkipToNextToken()
    {
        while (true)
        {
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
        var start = _at;
        while (_at < _length && !IsBreak(_buffer[_at]))
        {
            _at++;
        }

        if (Comments is not null && _buffer[start] == '#')
        {
            var before = _buffer.AsSpan(_lineStart, start - _lineStart);
            Comments.Add(new YamlComment(_line + 1, before.Length, _buffer.AsSpan(start, _at - start).ToString(), before.IsWhiteSpace()));
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

    private void SkipBlanks()
    {
        while (IsBlank(_buffer[_at]))
        {
            _at++;
        }
    }
}
