using System.Globalization;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Reads Go durations, for example <c>1h30m</c> or <c>-1.5h</c>.</summary>
internal static class DurationText
{
    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration.</param>
    /// <param name="error">Go's message.</param>
    /// <returns>Whether the text is one.</returns>
    public static bool TryParse(string text, out GoDuration duration, out string error)
    {
        duration = default;
        error = "time: invalid duration " + GoQuote.Quote(text);
        var rest = text.AsSpan();
        var negative = false;
        if (rest.Length > 0 && rest[0] is '+' or '-')
        {
            negative = rest[0] == '-';
            rest = rest[1..];
        }

        if (rest.SequenceEqual("0"))
            return true;
        if (rest.Length == 0)
            return false;
        UInt128 total = 0;
        while (rest.Length > 0)
        {
            var whole = 0;
            while (whole < rest.Length && char.IsAsciiDigit(rest[whole]))
                whole++;
            var fraction = whole;
            if (fraction < rest.Length && rest[fraction] == '.')
            {
                fraction++;
                while (fraction < rest.Length && char.IsAsciiDigit(rest[fraction]))
                    fraction++;
            }

            if (whole == 0 && fraction <= 1)
                return false;
            var unitEnd = fraction;
            while (unitEnd < rest.Length && rest[unitEnd] != '.' && !char.IsAsciiDigit(rest[unitEnd]))
                unitEnd++;
            var unitText = rest[fraction..unitEnd].ToString();
            if (unitText.Length == 0)
            {
                error = "time: missing unit in duration " + GoQuote.Quote(text);
                return false;
            }

            ulong unit = unitText switch
            {
                "ns" => 1,
                "us" or "µs" or "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                _ => 0,
            };
            if (unit == 0)
            {
                error = "time: unknown unit " + GoQuote.Quote(unitText) + " in duration " + GoQuote.Quote(text);
                return false;
            }

            UInt128 amount = 0;
            if (whole > 20 || (whole > 0 && !UInt128.TryParse(rest[..whole], NumberStyles.None, CultureInfo.InvariantCulture, out amount)))
                return false;
            amount *= unit;
            if (fraction > whole + 1)
            {
                var digits = rest[(whole + 1)..fraction];
                if (digits.Length > 18)
                    digits = digits[..18];
                amount += (UInt128)(double.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) * (unit / Math.Pow(10, digits.Length)));
            }

            total += amount;
            if (total > 1UL << 63)
                return false;
            rest = rest[unitEnd..];
        }

        if (!negative && total > long.MaxValue)
            return false;
        duration = new GoDuration(unchecked(negative ? -(long)(ulong)total : (long)(ulong)total));
        return true;
    }
}
