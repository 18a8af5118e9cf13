using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Snake, kebab and Pascal case with the word boundaries of the library Sprig uses.</summary>
internal static class WordCase
{
    private enum Word
    {
        Invalid,
        Number,
        Upper,
        Alphabet,
        Connector,
        Punctuation,
        Other,
    }

    /// <summary>First letters large, connectors gone, for example <c>http_server</c> to <c>HttpServer</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text in Pascal case.</returns>
    public static string ToPascal(string text)
    {
        var runes = Runes(text);
        if (runes.Count == 0)
            return string.Empty;
        var output = new StringBuilder(text.Length);
        var i = 0;
        while (i < runes.Count && IsConnector(runes[i]))
            output.Append(runes[i++].ToString());
        if (i == runes.Count)
            return output.ToString();
        var firstWasUpper = GoUnicode.IsUpper(runes[i]);
        var current = GoUnicode.ToUpper(runes[i++]);
        if (i == runes.Count)
            return output.Append(current.ToString()).ToString();
        for (; i < runes.Count; i++)
        {
            var previous = current;
            current = runes[i];
            if (IsConnector(current) && IsConnector(previous))
            {
                output.Append(previous.ToString());
                continue;
            }

            if (IsConnector(previous))
            {
                firstWasUpper = GoUnicode.IsUpper(current);
                current = GoUnicode.ToUpper(current);
                continue;
            }

            if (firstWasUpper)
            {
                if (GoUnicode.IsUpper(current))
                    current = GoUnicode.ToLower(current);
                else
                    firstWasUpper = false;
            }

            output.Append(previous.ToString());
        }

        return output.Append(current.ToString()).ToString();
    }

    /// <summary>Small letters with a connector between words.</summary>
    /// <param name="text">The text.</param>
    /// <param name="connector">The connector.</param>
    /// <returns>The text in snake or kebab case.</returns>
    public static string ToLower(string text, char connector)
    {
        var runes = Runes(text);
        if (runes.Count == 0)
            return string.Empty;
        var output = new StringBuilder(text.Length + 8);
        var at = 0;
        var (kind, word) = NextWord(runes, ref at);
        while (at < runes.Count)
        {
            if (kind != Word.Connector)
                Append(output, kind, word, connector);
            var previous = kind;
            var last = word;
            (kind, word) = NextWord(runes, ref at);
            switch (previous)
            {
                case Word.Number:
                    while (kind is Word.Alphabet or Word.Number)
                    {
                        Append(output, kind, word, connector);
                        (kind, word) = NextWord(runes, ref at);
                    }

                    if (kind is not Word.Invalid and not Word.Punctuation and not Word.Connector)
                        output.Append(connector);
                    break;
                case Word.Connector:
                    Append(output, previous, last, connector);
                    break;
                case Word.Punctuation:
                    break;
                default:
                    if (kind != Word.Number)
                    {
                        if (kind is not Word.Connector and not Word.Punctuation)
                            output.Append(connector);
                        break;
                    }

                    if (at >= runes.Count)
                        break;
                    last = word;
                    (kind, word) = NextWord(runes, ref at);

                    // A number belongs to the word before it, unless small letters follow it.
                    if (kind != Word.Alphabet)
                    {
                        Append(output, Word.Number, last, connector);
                        if (kind is not Word.Connector and not Word.Punctuation)
                            output.Append(connector);
                        break;
                    }

                    output.Append(connector);
                    Append(output, Word.Number, last, connector);
                    while (kind is Word.Alphabet or Word.Number)
                    {
                        Append(output, kind, word, connector);
                        (kind, word) = NextWord(runes, ref at);
                    }

                    if (kind is not Word.Invalid and not Word.Connector and not Word.Punctuation)
                        output.Append(connector);
                    break;
            }
        }

        Append(output, kind, word, connector);
        return output.ToString();
    }

    private static List<Rune> Runes(string text)
    {
        var runes = new List<Rune>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var width = GoText.RuneWidth(text, i);
            runes.Add(new Rune(GoText.RuneAt(text, i)));
            i += width;
        }

        return runes;
    }

    private static bool IsConnector(Rune rune) => rune.Value is '-' or '_' || (rune.IsBmp && GoUnicode.IsSpace((char)rune.Value));

    private static bool IsPunctuation(Rune rune) => GoCategory.Of(rune.Value) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
        or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
        or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    // The Han blocks, as they were when the library was written, have no alphabet.
    private static bool IsAlphabet(Rune rune) => GoUnicode.IsLetter(rune)
        && rune.Value is not ((>= 0x3400 and <= 0x4D85) or (>= 0x4E00 and <= 0x9FCC) or (>= 0x20000 and <= 0x2B81D));

    private static (Word Kind, List<Rune> Runes) NextWord(List<Rune> runes, ref int at)
    {
        var start = at;
        if (at >= runes.Count)
            return (Word.Invalid, []);
        var first = runes[at++];
        Word kind;
        if (IsConnector(first))
        {
            kind = Word.Connector;
            SkipWhile(runes, ref at, IsConnector);
        }
        else if (IsPunctuation(first))
        {
            kind = Word.Punctuation;
            SkipWhile(runes, ref at, IsPunctuation);
        }
        else if (GoUnicode.IsUpper(first))
        {
            kind = Word.Upper;
            if (at < runes.Count && GoUnicode.IsUpper(runes[at]))
            {
                SkipWhile(runes, ref at, GoUnicode.IsUpper);

                // In "HTTPStatus" the S begins the next word.
                if (at < runes.Count && IsAlphabet(runes[at]))
                    at--;
            }
            else if (at < runes.Count && IsAlphabet(runes[at]))
            {
                SkipWhile(runes, ref at, static r => IsAlphabet(r) && !GoUnicode.IsUpper(r));
            }
        }
        else if (IsAlphabet(first))
        {
            kind = Word.Alphabet;
            SkipWhile(runes, ref at, static r => IsAlphabet(r) && !GoUnicode.IsUpper(r));
        }
        else if (GoUnicode.IsNumber(first))
        {
            kind = Word.Number;
            SkipWhile(runes, ref at, GoUnicode.IsNumber);
        }
        else
        {
            kind = Word.Other;
            SkipWhile(runes, ref at, static r => !(IsConnector(r) || IsAlphabet(r) || GoUnicode.IsNumber(r) || IsPunctuation(r)));
        }

        return (kind, runes.GetRange(start, at - start));
    }

    private static void SkipWhile(List<Rune> runes, ref int at, Func<Rune, bool> condition)
    {
        while (at < runes.Count && condition(runes[at]))
            at++;
    }

    private static void Append(StringBuilder output, Word kind, List<Rune> word, char connector)
    {
        var change = kind is Word.Upper or Word.Connector;
        foreach (var rune in word)
        {
            if (change && IsConnector(rune))
                output.Append(connector);
            else
                output.Append((change && GoUnicode.IsUpper(rune) ? GoUnicode.ToLower(rune) : rune).ToString());
        }
    }
}
