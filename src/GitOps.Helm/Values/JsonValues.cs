using System.Globalization;
using System.Text;
using System.Text.Json;

namespace GitOps.Helm.Values;

/// <summary>Reads JSON into the plain value model; all numbers become float64, as Go decodes them.</summary>
internal static class JsonValues
{
    private const int MaxDepth = 512;

    /// <summary>Reads the one value at the start of a text.</summary>
    /// <param name="text">The text; anything may follow the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="length">How many characters it takes.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryReadPrefix(ReadOnlySpan<char> text, out object? value, out int length)
    {
        value = null;
        length = NumberLength(text);
        if (length > 0)
        {
            // Go ends a number where its grammar ends, whatever follows; .NET's reader wants a delimiter.
            var number = double.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture);
            value = number;
            return double.IsFinite(number);
        }

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = Encoding.UTF8.GetBytes(text, bytes);
        try
        {
            var reader = new Utf8JsonReader(bytes.AsSpan(0, count), new JsonReaderOptions { MaxDepth = MaxDepth, AllowMultipleValues = true });
            if (!reader.Read())
            {
                return false;
            }

            value = ReadValue(ref reader);
            length = Encoding.UTF8.GetCharCount(bytes, 0, (int)reader.BytesConsumed);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reads a text that holds exactly one value.</summary>
    /// <param name="utf8">The text.</param>
    /// <returns>The value.</returns>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static object? Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        var value = ReadValue(ref reader);
        return reader.Read() ? throw new JsonException("invalid character after top-level value") : value;
    }

    /// <summary>Reads a text that holds exactly one object.</summary>
    /// <param name="text">The text.</param>
    /// <param name="map">The object.</param>
    /// <returns>Whether it does.</returns>
    public static bool TryReadObject(string text, out Dictionary<string, object?> map)
    {
        try
        {
            map = Read(Encoding.UTF8.GetBytes(text)) as Dictionary<string, object?> ?? ValueTree.NewMap();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            map = ValueTree.NewMap();
            return false;
        }
    }

    /// <summary>How many characters the JSON number at the start of a text has; 0 when there is none.</summary>
    private static int NumberLength(ReadOnlySpan<char> text)
    {
        var at = text.StartsWith('-') ? 1 : 0;
        var integer = Digits(text, at);
        if (integer == at)
        {
            return 0;
        }

        at = text[at] == '0' ? at + 1 : integer;
        if (at < text.Length && text[at] == '.' && Digits(text, at + 1) is var fraction && fraction > at + 1)
        {
            at = fraction;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var start = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            var exponent = Digits(text, start);
            at = exponent > start ? exponent : at;
        }

        return at;
    }

    private static int Digits(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at;
    }

    private static object? ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = ValueTree.NewMap();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var key = reader.GetString()!;
                    reader.Read();
                    map[key] = ReadValue(ref reader);
                }

                return map;
            case JsonTokenType.StartArray:
                var list = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(ReadValue(ref reader));
                }

                return list;
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                var number = reader.GetDouble();
                return double.IsFinite(number) ? number : throw new JsonException("the number is too large");
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            default:
                return null;
        }
    }
}
