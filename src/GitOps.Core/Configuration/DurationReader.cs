using System.Globalization;

namespace GitOps.Configuration;

/// <summary>Reads durations as people of the field write them (<c>90s</c>, <c>1h30m</c>, <c>500ms</c>) and as .NET does (<c>00:05:00</c>).</summary>
internal static class DurationReader
{
    // .NET's longest TimeSpan is some 10 million days; what is longer than this is a slip.
    private const double MostHours = 24 * 36_500;

    /// <summary>Reads a duration. A number without a unit is none, for .NET would take it for days; only <c>0</c> is.</summary>
    public static bool TryRead(string text, out TimeSpan duration)
    {
        text = text.Trim();
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        }

        duration = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        var negative = text.StartsWith('-');
        var rest = text.AsSpan(negative ? 1 : 0);
        var hours = 0.0;
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var end = rest.IndexOfAny("0123456789.") is var next and >= 0 ? next : rest.Length;
            if (PerHour(rest[..end]) is not { } perHour)
            {
                return false;
            }

            hours += number / perHour;
            rest = rest[end..];
        }

        if (hours > MostHours)
        {
            return false;
        }

        duration = TimeSpan.FromHours(negative ? -hours : hours);
        return true;
    }

    private static double? PerHour(ReadOnlySpan<char> unit) => unit switch
    {
        "h" => 1,
        "m" => 60,
        "s" => 3_600,
        "ms" => 3_600_000,
        _ => null,
    };
}
