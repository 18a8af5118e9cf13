namespace GitOps.Yaml;

/// <content>Scalars without quotes.</content>
internal sealed partial class YamlScanner
{
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
}
