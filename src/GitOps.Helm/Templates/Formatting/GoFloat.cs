using System.Globalization;
using System.Numerics;
using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>Formats floating-point numbers as Go's <c>strconv.FormatFloat</c> does: exact, ties to even.</summary>
internal static class GoFloat
{
    /// <summary>Formats a number.</summary>
    /// <param name="value">The number.</param>
    /// <param name="format">One of <c>e E f F g G x X b</c>.</param>
    /// <param name="precision">The precision; -1 for the shortest text that reads back the same.</param>
    /// <param name="single">Whether the number is a float32.</param>
    /// <returns>The text.</returns>
    public static string Format(double value, char format, int precision = -1, bool single = false)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "+Inf" : "-Inf";
        var negative = double.IsNegative(value);
        var magnitude = Math.Abs(value);
        if (format is 'b')
            return FormatBinary(negative, magnitude);
        if (format is 'x' or 'X')
            return FormatHex(negative, magnitude, precision, format);

        var shortest = precision < 0;
        string digits;
        int point;
        if (shortest)
        {
            (digits, point) = Shortest(magnitude, single);
            precision = format switch
            {
                'e' or 'E' => digits.Length - 1,
                'f' or 'F' => Math.Max(digits.Length - point, 0),
                _ => digits.Length,
            };
        }
        else
        {
            (digits, point) = format switch
            {
                'f' or 'F' => Fixed(magnitude, precision),
                'e' or 'E' => Significant(magnitude, precision + 1),
                _ => Significant(magnitude, Math.Max(precision, 1)),
            };
            if (format is 'g' or 'G' && precision == 0)
                precision = 1;
        }

        var sign = negative ? "-" : string.Empty;
        switch (format)
        {
            case 'e' or 'E':
                return sign + Exponential(digits, point, precision, format);
            case 'f' or 'F':
                return sign + Plain(digits, point, precision);
            default:
                var threshold = precision;
                if (threshold > digits.Length && digits.Length >= point)
                    threshold = digits.Length;
                if (shortest)
                    threshold = 6;
                var exponent = point - 1;
                if (exponent < -4 || exponent >= threshold)
                {
                    if (precision > digits.Length)
                        precision = digits.Length;
                    return sign + Exponential(digits, point, precision - 1, format == 'g' ? 'e' : 'E');
                }

                if (precision > point)
                    precision = digits.Length;
                return sign + Plain(digits, point, Math.Max(precision - point, 0));
        }
    }

    /// <summary>The fewest digits that read back as the same number.</summary>
    /// <param name="magnitude">The number, not negative.</param>
    /// <param name="single">Whether it is a float32.</param>
    /// <returns>The digits without trailing zeros (empty for zero) and where the point stands: 0.digits × 10^point.</returns>
    public static (string Digits, int Point) Shortest(double magnitude, bool single = false)
    {
        if (magnitude == 0)
            return (string.Empty, 0);
        var text = single
            ? ((float)magnitude).ToString("E8", CultureInfo.InvariantCulture)
            : magnitude.ToString("R", CultureInfo.InvariantCulture);
        if (single)
            text = ((float)magnitude).ToString("R", CultureInfo.InvariantCulture);
        var exponent = 0;
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        if (mark >= 0)
        {
            exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var point = dot < 0 ? text.Length : dot;
        var digits = dot < 0 ? text : text.Remove(dot, 1);
        var leading = 0;
        while (leading < digits.Length && digits[leading] == '0')
            leading++;
        return (digits[leading..].TrimEnd('0'), point - leading + exponent);
    }

    private static (string Digits, int Point) Fixed(double magnitude, int decimals)
    {
        if (magnitude == 0)
            return (string.Empty, 0);
        var (mantissa, exponent) = Split(magnitude);
        var scaled = Scale(mantissa, exponent, Math.Min(decimals, 1200));
        var digits = scaled.ToString(CultureInfo.InvariantCulture);
        if (scaled.IsZero)
            return (string.Empty, 0);
        return (digits.TrimEnd('0'), digits.Length - Math.Min(decimals, 1200));
    }

    private static (string Digits, int Point) Significant(double magnitude, int count)
    {
        if (magnitude == 0)
            return (string.Empty, 0);
        count = Math.Min(count, 1200);
        var (mantissa, exponent) = Split(magnitude);
        var point = (int)Math.Floor(Math.Log10(magnitude)) + 1;

        // The estimate may be off by one, and rounding may carry into another digit.
        for (var attempt = 0; ; attempt++)
        {
            var digits = Scale(mantissa, exponent, count - point).ToString(CultureInfo.InvariantCulture);
            if (digits.Length > count && digits.AsSpan(1).TrimEnd('0').IsEmpty && digits[0] == '1')
                return ("1", point + digits.Length - count);
            if (digits.Length == count || attempt > 3)
                return (digits.TrimEnd('0'), point);
            point += digits.Length > count ? 1 : -1;
        }
    }

    private static (BigInteger Mantissa, int Exponent) Split(double magnitude)
    {
        var bits = BitConverter.DoubleToInt64Bits(magnitude);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var fraction = bits & 0xFFFFFFFFFFFFFL;
        return exponent == 0 ? (fraction, -1074) : (fraction | (1L << 52), exponent - 1075);
    }

    // mantissa * 2^exponent * 10^power, rounded half to even.
    private static BigInteger Scale(BigInteger mantissa, int exponent, int power)
    {
        var numerator = mantissa;
        var denominator = BigInteger.One;
        if (power >= 0)
            numerator *= BigInteger.Pow(10, power);
        else
            denominator *= BigInteger.Pow(10, -power);
        if (exponent >= 0)
            numerator <<= exponent;
        else
            denominator <<= -exponent;
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var twice = remainder << 1;
        if (twice > denominator || (twice == denominator && !quotient.IsEven))
            quotient += BigInteger.One;
        return quotient;
    }

    private static string Exponential(string digits, int point, int precision, char letter)
    {
        var builder = new StringBuilder();
        builder.Append(digits.Length > 0 ? digits[0] : '0');
        if (precision > 0)
        {
            builder.Append('.');
            var available = Math.Min(digits.Length, precision + 1);
            if (available > 1)
                builder.Append(digits, 1, available - 1);
            builder.Append('0', precision - Math.Max(available - 1, 0));
        }

        var exponent = digits.Length == 0 ? 0 : point - 1;
        builder.Append(letter).Append(exponent < 0 ? '-' : '+');
        var size = Math.Abs(exponent);
        if (size < 10)
            builder.Append('0');
        return builder.Append(size.ToString(CultureInfo.InvariantCulture)).ToString();
    }

    private static string Plain(string digits, int point, int precision)
    {
        var builder = new StringBuilder();
        if (point > 0)
        {
            var whole = Math.Min(digits.Length, point);
            builder.Append(digits, 0, whole).Append('0', point - whole);
        }
        else
        {
            builder.Append('0');
        }

        if (precision > 0)
        {
            builder.Append('.');
            for (var i = 0; i < precision; i++)
            {
                var at = point + i;
                builder.Append(at >= 0 && at < digits.Length ? digits[at] : '0');
            }
        }

        return builder.ToString();
    }

    private static string FormatBinary(bool negative, double magnitude)
    {
        var (mantissa, exponent) = Split(magnitude);
        return (negative ? "-" : string.Empty) + mantissa.ToString(CultureInfo.InvariantCulture) + "p" + (exponent >= 0 ? "+" : string.Empty) + exponent.ToString(CultureInfo.InvariantCulture);
    }

    private static string FormatHex(bool negative, double magnitude, int precision, char format)
    {
        var bits = BitConverter.DoubleToInt64Bits(magnitude);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = (ulong)(bits & 0xFFFFFFFFFFFFFL);
        if (exponent == 0)
            exponent++;
        else
            mantissa |= 1UL << 52;
        exponent -= 1023;
        if (mantissa == 0)
            exponent = 0;
        mantissa <<= 60 - 52;
        while (mantissa != 0 && (mantissa & (1UL << 60)) == 0)
        {
            mantissa <<= 1;
            exponent--;
        }

        if (precision is >= 0 and < 15)
        {
            var shift = precision * 4;
            var extra = (mantissa << shift) & ((1UL << 60) - 1);
            mantissa >>= 60 - shift;
            if ((extra | (mantissa & 1)) > 1UL << 59)
                mantissa++;
            mantissa <<= 60 - shift;
            if ((mantissa & (1UL << 61)) != 0)
            {
                mantissa >>= 1;
                exponent++;
            }
        }

        var hex = format == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
        var builder = new StringBuilder(negative ? "-0" : "0").Append(format).Append((char)('0' + ((mantissa >> 60) & 1)));
        mantissa <<= 4;
        if (precision < 0 && mantissa != 0)
        {
            builder.Append('.');
            while (mantissa != 0)
            {
                builder.Append(hex[(int)((mantissa >> 60) & 15)]);
                mantissa <<= 4;
            }
        }
        else if (precision > 0)
        {
            builder.Append('.');
            for (var i = 0; i < precision; i++)
            {
                builder.Append(hex[(int)((mantissa >> 60) & 15)]);
                mantissa <<= 4;
            }
        }

        builder.Append(format == 'x' ? 'p' : 'P').Append(exponent < 0 ? '-' : '+');
        return builder.Append(Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)).ToString();
    }
}
