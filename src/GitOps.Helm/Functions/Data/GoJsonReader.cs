using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Reads JSON as Go's <c>encoding/json</c> does, with its error messages; every number is a float64.</summary>
internal sealed class GoJsonReader
{
    private const int MaxNesting = 1000;
    private readonly string text;
    private int at;

    private GoJsonReader(string text) => this.text = text;

    /// <summary>Reads one value.</summary>
    /// <param name="text">The JSON text.</param>
    /// <returns>The value.</returns>
    /// <exception cref="FunctionException">The text is not JSON.</exception>
    public static object? Read(string text)
    {
        var reader = new GoJsonReader(text);
        var value = reader.Value(0);
        reader.Space();
        return reader.at < text.Length ? throw reader.Invalid("after top-level value") : value;
    }

    /// <summary>Reads one value as Go's streaming decoder does, which has words of its own for a text that ends too early.</summary>
    /// <param name="text">The JSON text.</param>
    /// <returns>The value.</returns>
    /// <exception cref="FunctionException">The text is not JSON.</exception>
    public static object? ReadStream(string text)
    {
        var reader = new GoJsonReader(text);
        object? value;
        try
        {
            value = reader.Value(0);
        }
        catch (FunctionException e) when (reader.at >= text.Length)
        {
            throw new FunctionException(text.AsSpan().Trim(" \t\r\n").IsEmpty ? "EOF" : "unexpected EOF", e);
        }

        reader.Space();
        return reader.at < text.Length ? throw new FunctionException("invalid character after top-level value") : value;
    }

    /// <summary>Reads the one value at the start of a text.</summary>
    /// <param name="text">The text; anything may follow the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="length">How many characters it takes.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryReadPrefix(string text, out object? value, out int length)
    {
        var reader = new GoJsonReader(text);
        try
        {
            value = reader.Value(0);
            length = reader.at;
            return true;
        }
        catch (FunctionException)
        {
            value = null;
            length = 0;
            return false;
        }
    }

    /// <summary>What JSON calls a value's kind, for messages.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The kind.</returns>
    public static string KindOf(object? value) => value switch
    {
        string => "string",
        bool => "bool",
        double => "number",
        List<object?> => "array",
        null => "null",
        _ => "object",
    };

    private void Space()
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n')
            at++;
    }

    private FunctionException Invalid(string context)
    {
        // Go ends its input with a blank: inside a word or a number that is a character like any other.
        if (at >= text.Length)
            return new FunctionException(context.StartsWith("in ", StringComparison.Ordinal) || context.StartsWith("after decimal", StringComparison.Ordinal) ? "invalid character ' ' " + context : "unexpected end of JSON input");

        // Go looks at bytes, and shows the first byte of a longer character as if it were a character of its own.
        var first = GoText.GetBytes(text.AsSpan(at, GoText.RuneWidth(text, at)))[0];
        var shown = first switch { (byte)'\'' => "'\\''", (byte)'"' => "'\"'", _ => GoQuote.QuoteRune(first) };
        return new FunctionException("invalid character " + shown + " " + context);
    }

    private object? Value(int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("exceeded max depth");
        Space();
        if (at >= text.Length)
            throw Invalid(string.Empty);
        switch (text[at])
        {
            case '{':
                return Object(depth);
            case '[':
                return Array(depth);
            case '"':
                return String();
            case 't':
                return Word("true", GoValue.True);
            case 'f':
                return Word("false", GoValue.False);
            case 'n':
                return Word("null", null);
            case '-' or (>= '0' and <= '9'):
                return Number();
            default:
                throw Invalid("looking for beginning of value");
        }
    }

    private Dictionary<string, object?> Object(int depth)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        at++;
        Space();
        if (at < text.Length && text[at] == '}')
        {
            at++;
            return map;
        }

        while (true)
        {
            Space();
            if (at >= text.Length || text[at] != '"')
                throw Invalid("looking for beginning of object key string");
            var key = String();
            Space();
            if (at >= text.Length || text[at] != ':')
                throw Invalid("after object key");
            at++;
            map[key] = Value(depth + 1);
            Space();
            if (at < text.Length && text[at] == ',')
            {
                at++;
                continue;
            }

            if (at >= text.Length || text[at] != '}')
                throw Invalid("after object key:value pair");
            at++;
            return map;
        }
    }

    private List<object?> Array(int depth)
    {
        var list = new List<object?>();
        at++;
        Space();
        if (at < text.Length && text[at] == ']')
        {
            at++;
            return list;
        }

        while (true)
        {
            list.Add(Value(depth + 1));
            Space();
            if (at < text.Length && text[at] == ',')
            {
                at++;
                continue;
            }

            if (at >= text.Length || text[at] != ']')
                throw Invalid("after array element");
            at++;
            return list;
        }
    }

    private object? Word(string word, object? value)
    {
        for (var i = 0; i < word.Length; i++, at++)
        {
            if (at >= text.Length || text[at] != word[i])
                throw Invalid("in literal " + word + " (expecting " + GoQuote.QuoteRune(word[i]) + ")");
        }

        return value;
    }

    private object Number()
    {
        var start = at;
        if (text[at] == '-')
        {
            at++;
            if (at >= text.Length || !char.IsAsciiDigit(text[at]))
                throw Invalid("in numeric literal");
        }

        if (text[at] == '0')
            at++;
        else
            Digits();
        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (at >= text.Length || !char.IsAsciiDigit(text[at]))
                throw Invalid("after decimal point in numeric literal");
            Digits();
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
                at++;
            if (at >= text.Length || !char.IsAsciiDigit(text[at]))
                throw Invalid("in exponent of numeric literal");
            Digits();
        }

        var number = double.Parse(text.AsSpan(start, at - start), NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(number)
            ? number
            : throw new FunctionException("json: cannot unmarshal number " + text[start..at] + " into Go value of type float64");
    }

    private void Digits()
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
    }

    private string String()
    {
        at++;
        var start = at;
        var end = text.AsSpan(at).IndexOfAny('"', '\\');
        if (end >= 0 && text[at + end] == '"' && text.AsSpan(at, end).IndexOfAnyInRange('\0', '\u001f') < 0)
        {
            at += end + 1;
            return GoText.ToValid(text.Substring(start, end));
        }

        var builder = new StringBuilder();
        while (true)
        {
            if (at >= text.Length)
                throw Invalid(string.Empty);
            var c = text[at];
            if (c == '"')
            {
                at++;
                return GoText.ToValid(builder.ToString());
            }

            if (c < ' ')
                throw Invalid("in string literal");
            if (c != '\\')
            {
                builder.Append(c);
                at++;
                continue;
            }

            at++;
            Escape(builder);
        }
    }

    private void Escape(StringBuilder builder)
    {
        if (at >= text.Length)
            throw Invalid("in string escape code");
        switch (text[at])
        {
            case '"' or '\\' or '/': builder.Append(text[at]); break;
            case 'b': builder.Append('\b'); break;
            case 'f': builder.Append('\f'); break;
            case 'n': builder.Append('\n'); break;
            case 'r': builder.Append('\r'); break;
            case 't': builder.Append('\t'); break;
            case 'u':
                var unit = Unit();
                if (char.IsHighSurrogate(unit) && at + 2 < text.Length && text[at + 1] == '\\' && text[at + 2] == 'u')
                {
                    var mark = at;
                    at += 2;
                    var low = Unit();
                    if (char.IsLowSurrogate(low))
                    {
                        builder.Append(unit).Append(low);
                        break;
                    }

                    at = mark;
                }

                builder.Append(char.IsSurrogate(unit) ? '\uFFFD' : unit);
                break;
            default:
                throw Invalid("in string escape code");
        }

        at++;
    }

    // Leaves the position on the last digit.
    private char Unit()
    {
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            at++;
            if (at >= text.Length || !char.IsAsciiHexDigit(text[at]))
                throw Invalid("in \\u hexadecimal character escape");
            value = (value * 16) + Convert.ToInt32(text[at].ToString(), 16);
        }

        return (char)value;
    }
}
