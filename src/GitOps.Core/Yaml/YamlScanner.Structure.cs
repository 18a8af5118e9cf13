namespace GitOps.Yaml;

/// <content>What gives a document its structure: indicators, simple keys and indentation.</content>
internal sealed partial class YamlScanner
{
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
}
