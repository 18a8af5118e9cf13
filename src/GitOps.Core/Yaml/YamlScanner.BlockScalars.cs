namespace GitOps.Yaml;

/// <content>Literal and folded scalars.</content>
internal sealed partial class YamlScanner
{
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
}
