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
        var firstWasUpper = Rune.IsUpper(runes[i]);
        var current = Rune.ToUpperInvariant(runes[i++]);
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
                firstWasUpper = Rune.IsUpper(current);
                current = Rune.ToUpperInvariant(current);
                continue;
            }

            if (firstWasUpper)
            {
                if (Rune.IsUpper(current))
                    current = Rune.ToLowerInvariant(current);
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

    private static bool IsPunctuation(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
        or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
        or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    // Only scripts that have case count as an alphabet; Han and its like do not.
    private static bool IsAlphabet(Rune rune) => Rune.IsLetter(rune)
        && !(rune.Value is >= 0x3041 and <= 0x30FF or >= 0x3400 and <= 0x9FFF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x323AF);

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
        else if (Rune.IsUpper(first))
        {
            kind = Word.Upper;
            if (at < runes.Count && Rune.IsUpper(runes[at]))
            {
                SkipWhile(runes, ref at, Rune.IsUpper);

                // In "HTTPStatus" the S begins the next word.
                if (at < runes.Count && IsAlphabet(runes[at]))
                    at--;
            }
            else if (at < runes.Count && IsAlphabet(runes[at]))
            {
                SkipWhile(runes, ref at, static r => IsAlphabet(r) && !Rune.IsUpper(r));
            }
        }
        else if (IsAlphabet(first))
        {
            kind = Word.Alphabet;
            SkipWhile(runes, ref at, static r => IsAlphabet(r) && !Rune.IsUpper(r));
        }
        else if (Rune.IsNumber(first))
        {
            kind = Word.Number;
            SkipWhile(runes, ref at, Rune.IsNumber);
        }
        else
        {
            kind = Word.Other;
            SkipWhile(runes, ref at, static r => !(IsConnector(r) || IsAlphabet(r) || Rune.IsNumber(r) || IsPunctuation(r)));
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
                output.Append((change ? Rune.ToLowerInvariant(rune) : rune).ToString());
        }
    }
}
