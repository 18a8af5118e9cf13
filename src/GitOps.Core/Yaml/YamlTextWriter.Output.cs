using System.Buffers;

namespace GitOps.Yaml;

/// <content>Characters, indentation and line breaks.</content>
internal sealed partial class YamlTextWriter
{
    private void WriteIndicator(char indicator, bool needWhitespace, bool isWhitespace, bool isIndention)
    {
        if (needWhitespace && !_whitespace)
        {
            Put(' ');
        }

        Put(indicator);
        _whitespace = isWhitespace;
        _indention = _indention && isIndention;
    }

    private void WriteIndent()
    {
        var indent = Math.Max(_indent, 0);
        if (!_indention || _column > indent || (_column == indent && !_whitespace))
        {
            PutBreak();
        }

        if (_column < indent)
        {
            var count = indent - _column;
            Ensure(count);
            _buffer.AsSpan(_length, count).Fill(' ');
            _length += count;
            _column = indent;
        }

        _whitespace = true;
        _indention = true;
    }

    private void PutBreak()
    {
        Ensure(1);
        _buffer[_length++] = '\n';
        _column = 0;
    }

    private void WriteBreak(char c)
    {
        if (c == '\n')
        {
            PutBreak();
        }
        else
        {
            Put(c);
            _column = 0;
        }
    }

    private void Put(char c)
    {
        Ensure(1);
        _buffer[_length++] = c;

        // Columns count characters, and a pair of surrogates is one.
        if (!char.IsLowSurrogate(c))
        {
            _column++;
        }
    }

    private void PutAscii(string text)
    {
        Ensure(text.Length);
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
        _column += text.Length;
    }

    private void Ensure(int more)
    {
        if (_length + more > _buffer.Length)
        {
            var bigger = ArrayPool<char>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + more));
            _buffer.AsSpan(0, _length).CopyTo(bigger);
            ArrayPool<char>.Shared.Return(_buffer);
            _buffer = bigger;
        }
    }

    private static bool IsPrintable(char c) => c is '\n' or (>= ' ' and <= '~') or (>= '\xa0' and < '\ud800') or (>= '\ue000' and < '\ufffe' and not '\ufeff');

    // NEL is no break that may stay as it is; the line and paragraph separators are printable.
    private static bool IsBreakThatPrints(char c) => c is '\n' or '\u2028' or '\u2029';

    private static bool IsBreak(char c) => c is '\n' or '\r' or '\x85' or '\u2028' or '\u2029';

    private static bool IsBlankOrBreak(char c) => c is ' ' or '\t' || IsBreak(c);
}
