using System.Globalization;

namespace GitOps.Yaml;

/// <summary>The dates and times that go-yaml takes for timestamps.</summary>
internal static class YamlTimestamp
{
    /// <summary>Reads a date or date-time.</summary>
    /// <param name="text">The scalar's text.</param>
    /// <param name="rfc3339">The text in the form that Go's JSON has.</param>
    public static bool TryParse(string text, out string rfc3339)
    {
        rfc3339 = "";
        var at = 0;

        // Like go-yaml: four digits and a dash first, which spares nearly every scalar the rest.
        if (text.Length < 8 || text[4] != '-' || !Number(text, ref at, 4, 4, out var year) || at != 4)
        {
            return false;
        }

        at++;
        if (!Number(text, ref at, 1, 2, out var month) || !Literal(text, ref at, '-') || !Number(text, ref at, 1, 2, out var day)
            || month is < 1 or > 12 || day < 1 || day > DaysIn(year, month))
        {
            return false;
        }

        var date = string.Create(CultureInfo.InvariantCulture, $"{year:D4}-{month:D2}-{day:D2}");
        if (at == text.Length)
        {
            rfc3339 = date + "T00:00:00Z";
            return true;
        }

        var separator = text[at++];
        if (separator is not ('T' or 't' or ' ')
            || !Number(text, ref at, 1, 2, out var hour) || hour > 23 || !Literal(text, ref at, ':')
            || !Number(text, ref at, 1, 2, out var minute) || minute > 59 || !Literal(text, ref at, ':')
            || !Number(text, ref at, 1, 2, out var second) || second > 59)
        {
            return false;
        }

        var fraction = Fraction(text, ref at);
        if (fraction is null || !Zone(text, at, separator != ' ', out var zone))
        {
            return false;
        }

        rfc3339 = string.Create(CultureInfo.InvariantCulture, $"{date}T{hour:D2}:{minute:D2}:{second:D2}{fraction}{zone}");
        return true;
    }

    private static int DaysIn(int year, int month) => month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : month switch { 2 => 28, 4 or 6 or 9 or 11 => 30, _ => 31 };

    private static bool Number(string text, ref int at, int min, int max, out int value)
    {
        value = 0;
        var count = 0;
        while (count < max && at < text.Length && char.IsAsciiDigit(text[at]))
        {
            value = (value * 10) + (text[at++] - '0');
            count++;
        }

        return count >= min;
    }

    private static bool Literal(string text, ref int at, char c)
    {
        if (at < text.Length && text[at] == c)
        {
            at++;
            return true;
        }

        return false;
    }

    private static string? Fraction(string text, ref int at)
    {
        if (at >= text.Length || text[at] is not ('.' or ','))
        {
            return "";
        }

        var start = ++at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        if (at == start)
        {
            return null;
        }

        // Go keeps nanoseconds and prints no trailing zeros.
        var digits = text.AsSpan(start, Math.Min(at - start, 9)).TrimEnd('0');
        return digits.Length == 0 ? "" : $".{digits}";
    }

    private static bool Zone(string text, int at, bool wanted, out string zone)
    {
        zone = "Z";
        if (!wanted)
        {
            return at == text.Length;
        }

        if (at == text.Length - 1 && text[at] == 'Z')
        {
            return true;
        }

        if (text.Length - at != 6 || text[at] is not ('+' or '-') || text[at + 3] != ':')
        {
            return false;
        }

        var sign = text[at++];
        if (!Number(text, ref at, 2, 2, out var hours) || hours > 24 || !Literal(text, ref at, ':') || !Number(text, ref at, 2, 2, out var minutes) || minutes > 59)
        {
            return false;
        }

        zone = hours == 0 && minutes == 0 ? "Z" : string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:D2}:{minutes:D2}");
        return true;
    }
}
