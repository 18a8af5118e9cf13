namespace GitOps.Helm.Templates;

/// <summary>Cuts template text into tokens, on demand, with Go's rules for trimming and Go's error messages.</summary>
internal sealed partial class Lexer
{
    private const char EndOfText = '\uffff';
    private readonly string input;
    private int end;
    private int position;
    private int start;
    private int line = 1;
    private int startLine = 1;
    private int parenDepth;
    private bool atEof;
    private bool insideAction;
    private Token token;

    public Lexer(string input)
    {
        this.input = input;
        end = input.Length;
    }

    private enum State
    {
        Done,
        Text,
        LeftDelim,
        Comment,
        RightDelim,
        Action,
    }

    /// <summary>The next token. After an error or the end it is end-of-text forever.</summary>
    /// <returns>The token.</returns>
    public Token Next()
    {
        token = new Token(TokenKind.Eof, position, "EOF", startLine);
        var state = insideAction ? State.Action : State.Text;
        while (state != State.Done)
        {
            state = state switch
            {
                State.Text => LexText(),
                State.LeftDelim => LexLeftDelim(),
                State.Comment => LexComment(),
                State.RightDelim => LexRightDelim(),
                _ => LexAction(),
            };
        }

        return token;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsDigitOrLetter(string text, int index, out int width)
    {
        width = 1;
        var c = text[index];
        if (c < 128)
            return c == '_' || char.IsAsciiLetterOrDigit(c);
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            width = 2;
            var rune = new System.Text.Rune(c, text[index + 1]);
            return System.Text.Rune.IsLetter(rune) || System.Text.Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.DecimalDigitNumber;
        }

        return char.IsLetter(c) || char.IsDigit(c);
    }

    private char Peek() => position < end ? input[position] : EndOfText;

    private char Read()
    {
        if (position >= end)
        {
            atEof = true;
            return EndOfText;
        }

        var c = input[position++];
        if (c == '\n')
            line++;
        return c;
    }

    private void Backup()
    {
        if (atEof || position == 0)
            return;
        position--;
        if (input[position] == '\n')
            line--;
    }

    private bool StartsWith(int at, string text) => at >= 0 && end - at >= text.Length && string.CompareOrdinal(input, at, text, 0, text.Length) == 0;

    private int CountLines(int from, int to) => input.AsSpan(from, to - from).Count('\n');

    private Token Take(TokenKind kind)
    {
        var taken = new Token(kind, start, input[start..position], startLine);
        start = position;
        startLine = line;
        return taken;
    }

    private State Emit(TokenKind kind)
    {
        token = Take(kind);
        return State.Done;
    }

    private State Emit(Token taken)
    {
        token = taken;
        return State.Done;
    }

    private void Ignore()
    {
        line += CountLines(start, position);
        start = position;
        startLine = line;
    }

    private State Fail(string message)
    {
        token = new Token(TokenKind.Error, start, message, startLine);
        start = 0;
        position = 0;
        end = 0;
        return State.Done;
    }

    private bool HasLeftTrim(int at) => at + 1 < end && input[at] == '-' && IsSpace(input[at + 1]);

    private bool HasRightTrim(int at) => at >= 0 && at + 1 < end && IsSpace(input[at]) && input[at + 1] == '-';

    private bool AtRightDelim(out bool trim)
    {
        if (HasRightTrim(position) && StartsWith(position + 2, "}}"))
        {
            trim = true;
            return true;
        }

        trim = false;
        return StartsWith(position, "}}");
    }

    private int SpaceAfter(int at)
    {
        var i = at;
        while (i < end && IsSpace(input[i]))
            i++;
        return i - at;
    }

    private State LexText()
    {
        var found = input.AsSpan(position, end - position).IndexOf("{{", StringComparison.Ordinal);
        if (found >= 0)
        {
            if (found > 0)
            {
                position += found;
                var trim = 0;
                if (HasLeftTrim(position + 2))
                {
                    while (position - trim > start && IsSpace(input[position - trim - 1]))
                        trim++;
                }

                position -= trim;
                line += CountLines(start, position);
                var text = Take(TokenKind.Text);
                position += trim;
                Ignore();
                if (text.Text.Length > 0)
                    return Emit(text);
            }

            return State.LeftDelim;
        }

        position = end;
        if (position > start)
        {
            line += CountLines(start, position);
            return Emit(TokenKind.Text);
        }

        return Emit(TokenKind.Eof);
    }

    private State LexLeftDelim()
    {
        position += 2;
        var marker = HasLeftTrim(position) ? 2 : 0;
        if (StartsWith(position + marker, "/*"))
        {
            position += marker;
            Ignore();
            return State.Comment;
        }

        var delim = Take(TokenKind.LeftDelim);
        insideAction = true;
        position += marker;
        Ignore();
        parenDepth = 0;
        return Emit(delim);
    }

    private State LexComment()
    {
        position += 2;
        var found = input.AsSpan(position, end - position).IndexOf("*/", StringComparison.Ordinal);
        if (found < 0)
            return Fail("unclosed comment");
        position += found + 2;
        if (!AtRightDelim(out var trim))
            return Fail("comment ends before closing delimiter");
        line += CountLines(start, position);
        Take(TokenKind.Text);
        if (trim)
            position += 2;
        position += 2;
        if (trim)
            position += SpaceAfter(position);
        Ignore();
        return State.Text;
    }

    private State LexRightDelim()
    {
        AtRightDelim(out var trim);
        if (trim)
        {
            position += 2;
            Ignore();
        }

        position += 2;
        var delim = Take(TokenKind.RightDelim);
        if (trim)
        {
            position += SpaceAfter(position);
            Ignore();
        }

        insideAction = false;
        return Emit(delim);
    }

    private State LexAction()
    {
        if (AtRightDelim(out _))
            return parenDepth == 0 ? State.RightDelim : Fail("unclosed left paren");
        var c = Read();
        switch (c)
        {
            case EndOfText when atEof:
                return Fail("unclosed action");
            case ' ' or '\t' or '\r' or '\n':
                Backup();
                return LexSpace();
            case '=':
                return Emit(TokenKind.Assign);
            case ':':
                return Read() != '=' ? Fail("expected :=") : Emit(TokenKind.Declare);
            case '|':
                return Emit(TokenKind.Pipe);
            case '"':
                return LexQuote();
            case '`':
                return LexRawQuote();
            case '$':
                return AtTerminator() ? Emit(TokenKind.Variable) : LexFieldOrVariable(TokenKind.Variable);
            case '\'':
                return LexCharacter();
            case '.' when position < end && !char.IsAsciiDigit(input[position]):
                return LexFieldOrVariable(TokenKind.Field);
            case '.' or '+' or '-' or (>= '0' and <= '9'):
                Backup();
                return LexNumber();
            case '(':
                parenDepth++;
                return Emit(TokenKind.LeftParen);
            case ')':
                parenDepth--;
                return parenDepth < 0 ? Fail("unexpected right paren") : Emit(TokenKind.RightParen);
        }

        if (IsDigitOrLetter(input, position - 1, out _))
        {
            Backup();
            return LexIdentifier();
        }

        if (c is > ' ' and < '\x7f')
            return Emit(TokenKind.Char);
        return Fail("unrecognized character in action: " + GoQuote.DescribeRune(input, position - 1));
    }

    private State LexSpace()
    {
        var spaces = 0;
        while (position < end && IsSpace(input[position]))
        {
            Read();
            spaces++;
        }

        // The last space may belong to a closing delimiter with a trim marker.
        if (HasRightTrim(position - 1) && StartsWith(position + 1, "}}"))
        {
            Backup();
            if (spaces == 1)
                return State.RightDelim;
        }

        return Emit(TokenKind.Space);
    }

    private void SkipAlphanumeric()
    {
        while (position < end && IsDigitOrLetter(input, position, out var width))
            position += width;
    }

    private State LexIdentifier()
    {
        SkipAlphanumeric();
        if (!AtTerminator())
            return Fail("bad character " + GoQuote.DescribeRune(input, position));
        return Emit(input.AsSpan(start, position - start) switch
        {
            "block" => TokenKind.Block,
            "break" => TokenKind.Break,
            "continue" => TokenKind.Continue,
            "define" => TokenKind.Define,
            "else" => TokenKind.Else,
            "end" => TokenKind.End,
            "if" => TokenKind.If,
            "nil" => TokenKind.Nil,
            "range" => TokenKind.Range,
            "template" => TokenKind.Template,
            "with" => TokenKind.With,
            "true" or "false" => TokenKind.Bool,
            _ => TokenKind.Identifier,
        });
    }

    private State LexFieldOrVariable(TokenKind kind)
    {
        if (AtTerminator())
            return Emit(kind == TokenKind.Variable ? TokenKind.Variable : TokenKind.Dot);
        SkipAlphanumeric();
        return AtTerminator() ? Emit(kind) : Fail("bad character " + GoQuote.DescribeRune(input, position));
    }

    private bool AtTerminator()
    {
        if (position >= end)
            return true;
        var c = input[position];
        return IsSpace(c) || c is '.' or ',' or '|' or ':' or ')' or '(' || StartsWith(position, "}}");
    }

    private State LexCharacter()
    {
        while (true)
        {
            if (position >= end)
                return Fail("unterminated character constant");
            var c = Read();
            if (c == '\\')
            {
                if (position < end && Read() != '\n')
                    continue;
                return Fail("unterminated character constant");
            }

            if (c == '\n')
                return Fail("unterminated character constant");
            if (c == '\'')
                return Emit(TokenKind.CharConstant);
        }
    }

    private State LexQuote()
    {
        while (true)
        {
            if (position >= end)
                return Fail("unterminated quoted string");
            var c = Read();
            if (c == '\\')
            {
                if (position < end && Read() != '\n')
                    continue;
                return Fail("unterminated quoted string");
            }

            if (c == '\n')
                return Fail("unterminated quoted string");
            if (c == '"')
                return Emit(TokenKind.String);
        }
    }

    private State LexRawQuote()
    {
        while (true)
        {
            if (position >= end)
                return Fail("unterminated raw quoted string");
            if (Read() == '`')
                return Emit(TokenKind.RawString);
        }
    }
}
