namespace GitOps.Helm.Templates;

/// <summary>One token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Position">Where it starts.</param>
/// <param name="Text">Its text; the message when it is an error.</param>
/// <param name="Line">The line it starts on, from 1.</param>
internal readonly record struct Token(TokenKind Kind, int Position, string Text, int Line)
{
    /// <summary>The token as an error message names it.</summary>
    /// <returns>The description.</returns>
    public string Describe()
    {
        if (Kind == TokenKind.Eof)
            return "EOF";
        if (Kind == TokenKind.Error)
            return Text;
        if (Kind > TokenKind.Keyword)
            return "<" + Text + ">";
        var runes = 0;
        for (var i = 0; i < Text.Length; i++)
        {
            if (char.IsHighSurrogate(Text[i]) && i + 1 < Text.Length)
                i++;
            if (++runes == 10 && i + 1 < Text.Length && GoText.ByteCount(Text) > 10)
                return GoQuote.Quote(Text[..(i + 1)]) + "...";
        }

        return GoQuote.Quote(Text);
    }
}
