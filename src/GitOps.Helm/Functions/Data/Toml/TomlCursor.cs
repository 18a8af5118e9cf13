using System.Globalization;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Walks over a TOML text rune by rune and knows which line an error is told for.</summary>
/// <remarks>
/// The lines are those of the library Helm uses: a line break that was read counts, so a mistake found in it is on the next line
/// unless it is told for the previous one.
/// </remarks>
internal sealed class TomlCursor(string text)
{
    /// <summary>What stands for the end of the text.</summary>
    public const int End = 0;

    private bool _atEnd;

    /// <summary>The text.</summary>
    public string Text => text;

    /// <summary>Where the next rune is.</summary>
    public int Position { get; private set; }

    /// <summary>Where the token began.</summary>
    public int Start { get; set; }

    /// <summary>The line, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>The full name of what is being read, for messages.</summary>
    public Func<string> LastKey { get; init; } = static () => string.Empty;

    /// <summary>The token as far as it was read.</summary>
    public string Current => text[Start..Position];

    /// <summary>Whether a rune is a blank or a tab.</summary>
    public static bool IsBlank(int rune) => rune is '\t' or ' ';

    /// <summary>Whether a rune ends a line.</summary>
    public static bool IsBreak(int rune) => rune is '\n' or '\r';

    /// <summary>A rune in single quotes.</summary>
    public static string Quoted(int rune) => GoQuote.QuoteRune(rune);

    /// <summary>A rune as text.</summary>
    public static string TextOf(int rune) => char.ConvertFromUtf32(rune);

    /// <summary>Reads a rune; 0 at the end.</summary>
    public int Next()
    {
        if (Position >= text.Length)
        {
            _atEnd = true;
            return End;
        }

        _atEnd = false;
        var c = text[Position];
        if (c == '\n')
            Line++;
        var width = GoText.RuneWidth(text, Position);
        if (width == 1 && GoText.IsEscapedByte(c, out var stray))
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"invalid UTF-8 byte: 0x{stray:x2}"), Line);
        if (c is (< ' ' and not '\t' and not '\n' and not '\r') or '\x7f' || (c == '\r' && (Position + 1 >= text.Length || text[Position + 1] != '\n')))
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"TOML files cannot contain control characters: '0x{(int)c:x2}'"), Line);
        var rune = GoText.RuneAt(text, Position);
        Position += width;
        return rune;
    }

    /// <summary>Takes back the rune that was read last.</summary>
    public void Back()
    {
        if (_atEnd)
        {
            _atEnd = false;
            return;
        }

        Position -= Position > 1 && char.IsLowSurrogate(text[Position - 1]) && char.IsHighSurrogate(text[Position - 2]) ? 2 : 1;
        if (text[Position] == '\n')
            Line--;
    }

    /// <summary>The next rune, which stays unread.</summary>
    public int Peek()
    {
        var rune = Next();
        Back();
        return rune;
    }

    /// <summary>Reads a rune if it is the wanted one.</summary>
    public bool Accept(char wanted)
    {
        if (Next() == wanted)
            return true;
        Back();
        return false;
    }

    /// <summary>Passes over blanks and tabs.</summary>
    public void SkipBlanks()
    {
        while (IsBlank(Next()))
        {
        }

        Back();
        Start = Position;
    }

    /// <summary>A mistake where the text was read to.</summary>
    public FunctionException Fail(string message) => Fail(message, _atEnd && Position >= 1 && text[Position - 1] == '\n' ? Line - 1 : Line);

    /// <summary>A mistake of a kind of its own, which is told for the previous line at the end of the text.</summary>
    public FunctionException FailAsIs(string message) => Fail(message, _atEnd ? Line - 1 : Line);

    /// <summary>A mistake in the line before.</summary>
    public FunctionException FailBefore(string message) => Fail(message, Line - 1);

    /// <summary>A mistake in a line.</summary>
    public FunctionException Fail(string message, int line)
    {
        var key = LastKey();
        return new FunctionException(string.Create(
            CultureInfo.InvariantCulture, $"toml: line {line}{(key.Length == 0 ? string.Empty : $" (last key {GoQuote.Quote(key)})")}: {message}"));
    }
}
