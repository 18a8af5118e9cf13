using System.Globalization;
using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>Go's quoting of strings and runes, and its reverse.</summary>
internal static class GoQuote
{
    /// <summary>A double-quoted Go string.</summary>
    /// <param name="text">The string.</param>
    /// <param name="asciiOnly">Whether everything outside ASCII is escaped (<c>%+q</c>).</param>
    /// <returns>What <c>%q</c> prints.</returns>
    public static string Quote(string text, bool asciiOnly = false)
    {
        var builder = new StringBuilder(text.Length + 2);
        builder.Append('"');
        AppendEscaped(builder, text, '"', asciiOnly);
        return builder.Append('"').ToString();
    }

    /// <summary>A single-quoted Go rune.</summary>
    /// <param name="codePoint">The rune.</param>
    /// <param name="asciiOnly">Whether everything outside ASCII is escaped.</param>
    /// <returns>What <c>%q</c> prints for an integer.</returns>
    public static string QuoteRune(long codePoint, bool asciiOnly = false)
    {
        var valid = codePoint is >= 0 and <= 0x10FFFF and not (>= 0xD800 and <= 0xDFFF);
        var builder = new StringBuilder();
        builder.Append('\'');
        AppendEscaped(builder, valid ? char.ConvertFromUtf32((int)codePoint) : "\uFFFD", '\'', asciiOnly);
        return builder.Append('\'').ToString();
    }

    /// <summary>Whether a string can stand between backquotes.</summary>
    /// <param name="text">The string.</param>
    /// <returns>Go's <c>strconv.CanBackquote</c>.</returns>
    public static bool CanBackquote(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '`' or '\x7f' or '\ufeff' || (c < ' ' && c != '\t') || (char.IsSurrogate(c) && GoText.RuneWidth(text, i) == 1 && !IsLowOfPair(text, i)))
                return false;
        }

        return true;
    }

    /// <summary>A character as <c>%#U</c> prints it, for example <c>U+0021 '!'</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">Where the character is; the text's end stands for no character.</param>
    /// <returns>The description.</returns>
    public static string DescribeRune(string text, int index)
    {
        if (index >= text.Length)
            return "U+FFFFFFFFFFFFFFFF";
        return Unicode(GoText.RuneAt(text, index), withCharacter: true);
    }

    /// <summary>A code point in Unicode notation.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <param name="withCharacter">Whether the character follows, if it can be printed.</param>
    /// <returns>What <c>%U</c> or <c>%#U</c> prints.</returns>
    public static string Unicode(long codePoint, bool withCharacter)
    {
        var text = "U+" + codePoint.ToString("X4", CultureInfo.InvariantCulture);
        if (withCharacter && codePoint is >= 0 and <= 0x10FFFF and not (>= 0xD800 and <= 0xDFFF) && IsPrint((int)codePoint))
            text += " '" + char.ConvertFromUtf32((int)codePoint) + "'";
        return text;
    }

    /// <summary>Whether Go prints the rune as it is.</summary>
    /// <param name="codePoint">The rune.</param>
    /// <returns>Go's <c>strconv.IsPrint</c>.</returns>
    public static bool IsPrint(int codePoint)
    {
        if (codePoint < 0x7f)
            return codePoint >= ' ';
        if (codePoint is >= 0xD800 and <= 0xDFFF)
            return false;
        return GoCategory.Of(codePoint) switch
        {
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator => false,
            _ => true,
        };
    }

    /// <summary>Reads a Go string literal (double-quoted or raw).</summary>
    /// <param name="literal">The literal with its quotes.</param>
    /// <param name="value">The string it stands for.</param>
    /// <returns>Whether it is a valid literal.</returns>
    public static bool TryUnquote(string literal, out string value)
    {
        value = string.Empty;
        if (literal.Length < 2 || literal[0] != literal[^1])
            return false;
        var body = literal.AsSpan(1, literal.Length - 2);
        if (literal[0] == '`')
        {
            value = body.Contains('\r') ? body.ToString().Replace("\r", string.Empty, StringComparison.Ordinal) : body.ToString();
            return !body.Contains('`');
        }

        if (literal[0] != '"' || body.Contains('\n'))
            return false;
        if (!body.Contains('\\') && !body.Contains('"'))
        {
            value = body.ToString();
            return true;
        }

        var builder = new StringBuilder(body.Length);
        var stray = false;
        var rest = body;
        while (rest.Length > 0)
        {
            if (rest[0] == '"')
                return false;
            if (rest[0] != '\\')
            {
                builder.Append(rest[0]);
                rest = rest[1..];
                continue;
            }

            if (!TryUnescape(ref rest, '"', out var codePoint, out var isByte))
                return false;
            if (isByte && codePoint >= 0x80)
            {
                builder.Append((char)(0xDC00 + codePoint));
                stray = true;
            }
            else
            {
                builder.Append(char.ConvertFromUtf32(codePoint));
            }
        }

        value = builder.ToString();
        if (stray)
            value = GoText.FromBytes(GoText.GetBytes(value));
        return true;
    }

    /// <summary>Reads a Go character constant.</summary>
    /// <param name="literal">The literal with its quotes.</param>
    /// <param name="codePoint">The rune.</param>
    /// <returns>Whether it is one valid character.</returns>
    public static bool TryUnquoteRune(string literal, out int codePoint)
    {
        codePoint = 0;
        if (literal.Length < 3 || literal[0] != '\'' || literal[^1] != '\'')
            return false;
        var rest = literal.AsSpan(1, literal.Length - 2);
        if (rest[0] == '\'')
            return false;
        if (rest[0] == '\\')
            return TryUnescape(ref rest, '\'', out codePoint, out _) && rest.IsEmpty;
        codePoint = GoText.RuneAt(rest, 0);
        return rest.Length == GoText.RuneWidth(rest, 0);
    }

    private static bool IsLowOfPair(string text, int index) => index > 0 && char.IsLowSurrogate(text[index]) && char.IsHighSurrogate(text[index - 1]);

    private static bool TryUnescape(ref ReadOnlySpan<char> rest, char quote, out int value, out bool isByte)
    {
        value = 0;
        isByte = false;
        if (rest.Length < 2)
            return false;
        var c = rest[1];
        rest = rest[2..];
        switch (c)
        {
            case 'a': value = '\a'; return true;
            case 'b': value = '\b'; return true;
            case 'f': value = '\f'; return true;
            case 'n': value = '\n'; return true;
            case 'r': value = '\r'; return true;
            case 't': value = '\t'; return true;
            case 'v': value = '\v'; return true;
            case '\\': value = '\\'; return true;
            case '\'' or '"':
                value = c;
                return c == quote;
            case 'x' or 'u' or 'U':
                var digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
                isByte = c == 'x';
                if (rest.Length < digits || !int.TryParse(rest[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
                    return false;
                rest = rest[digits..];
                return isByte || value is >= 0 and <= 0x10FFFF and not (>= 0xD800 and <= 0xDFFF);
            case >= '0' and <= '7':
                if (rest.Length < 2 || rest[0] is < '0' or > '7' || rest[1] is < '0' or > '7')
                    return false;
                value = ((c - '0') * 64) + ((rest[0] - '0') * 8) + (rest[1] - '0');
                rest = rest[2..];
                isByte = true;
                return value <= 255;
            default:
                return false;
        }
    }

    private static void AppendEscaped(StringBuilder builder, string text, char quote, bool asciiOnly)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < 0x80)
            {
                AppendAscii(builder, c, quote);
                continue;
            }

            if (GoText.RuneWidth(text, i) == 1 && char.IsSurrogate(c))
            {
                if (GoText.IsEscapedByte(c, out var raw))
                    builder.Append("\\x").Append(raw.ToString("x2", CultureInfo.InvariantCulture));
                else
                    builder.Append('\uFFFD');
                continue;
            }

            var codePoint = GoText.RuneAt(text, i);
            if (!asciiOnly && IsPrint(codePoint))
            {
                builder.Append(c);
                if (codePoint > 0xFFFF)
                    builder.Append(text[i + 1]);
            }
            else if (codePoint < 0x10000)
            {
                builder.Append("\\u").Append(codePoint.ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                builder.Append("\\U").Append(codePoint.ToString("x8", CultureInfo.InvariantCulture));
            }

            if (codePoint > 0xFFFF)
                i++;
        }
    }

    private static void AppendAscii(StringBuilder builder, char c, char quote)
    {
        if (c == quote || c == '\\')
        {
            builder.Append('\\').Append(c);
            return;
        }

        if (c is >= ' ' and < '\x7f')
        {
            builder.Append(c);
            return;
        }

        switch (c)
        {
            case '\a': builder.Append("\\a"); break;
            case '\b': builder.Append("\\b"); break;
            case '\f': builder.Append("\\f"); break;
            case '\n': builder.Append("\\n"); break;
            case '\r': builder.Append("\\r"); break;
            case '\t': builder.Append("\\t"); break;
            case '\v': builder.Append("\\v"); break;
            default: builder.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture)); break;
        }
    }
}
