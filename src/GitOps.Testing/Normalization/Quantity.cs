using System.Globalization;
using System.Numerics;

namespace GitOps.Testing;

/// <summary>Kubernetes quantities (<c>500m</c>, <c>1.5Gi</c>, <c>1e3</c>) in the one spelling that the API server writes.</summary>
internal static class Quantity
{
    private static readonly BigInteger Nano = BigInteger.Pow(10, 9);
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    private enum Format
    {
        Decimal,
        Exponent,
        Binary,
    }

    /// <summary>Reads a quantity and spells it canonically.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The canonical text, or <see langword="null"/> when it is no quantity.</returns>
    public static string? Canonical(string text)
    {
        if (text.Length == 0 || text.Length > 64 || !TryParse(text, out var nano, out var format))
        {
            return null;
        }

        if (nano.IsZero)
        {
            return "0";
        }

        if (format == Format.Binary)
        {
            var whole = BigInteger.DivRem(nano, Nano, out var rest);
            if (rest.IsZero && BigInteger.Abs(whole) >= 1024)
            {
                var power = 0;
                while (power < BinarySuffixes.Length - 1 && (whole % 1024).IsZero)
                {
                    whole /= 1024;
                    power++;
                }

                return whole.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[power];
            }
        }

        var exponent = -9;
        while (exponent < 18 && (nano % 1000).IsZero)
        {
            nano /= 1000;
            exponent += 3;
        }

        var number = nano.ToString(CultureInfo.InvariantCulture);
        if (format == Format.Exponent)
        {
            return exponent == 0 ? number : string.Create(CultureInfo.InvariantCulture, $"{number}e{exponent}");
        }

        return number + exponent switch { -9 => "n", -6 => "u", -3 => "m", 3 => "k", 6 => "M", 9 => "G", 12 => "T", 15 => "P", 18 => "E", _ => "" };
    }

    /// <summary>The value in billionths; <see langword="null"/> when the text is no quantity.</summary>
    public static BigInteger? Nanos(string text) => TryParse(text, out var nano, out _) ? nano : null;

    private static bool TryParse(string text, out BigInteger nano, out Format format)
    {
        nano = BigInteger.Zero;
        format = Format.Decimal;
        var i = 0;
        var negative = false;
        if (i < text.Length && text[i] is '+' or '-')
        {
            negative = text[i++] == '-';
        }

        var digits = BigInteger.Zero;
        var scale = 0;
        var any = false;
        var point = false;
        for (; i < text.Length && (char.IsAsciiDigit(text[i]) || (text[i] == '.' && !point)); i++)
        {
            if (text[i] == '.')
            {
                point = true;
                continue;
            }

            digits = (digits * 10) + (text[i] - '0');
            scale += point ? 1 : 0;
            any = true;
        }

        if (!any || !TrySuffix(text[i..], out var multiplier, out var power, out format))
        {
            return false;
        }

        // value = digits * multiplier * 10^(power - scale), kept in billionths and rounded away from zero.
        var exponent = power - scale + 9;
        nano = digits * multiplier;
        if (exponent >= 0)
        {
            nano *= BigInteger.Pow(10, exponent);
        }
        else
        {
            nano = BigInteger.DivRem(nano, BigInteger.Pow(10, -exponent), out var rest);
            nano += rest.IsZero ? 0 : 1;
        }

        nano = negative ? -nano : nano;
        return true;
    }

    private static bool TrySuffix(string suffix, out BigInteger multiplier, out int power, out Format format)
    {
        multiplier = BigInteger.One;
        power = 0;
        format = Format.Decimal;
        if (suffix.Length == 2 && suffix[1] == 'i')
        {
            var index = Array.IndexOf(BinarySuffixes, suffix);
            multiplier = index > 0 ? BigInteger.Pow(1024, index) : multiplier;
            format = Format.Binary;
            return index > 0;
        }

        if (suffix.Length > 1 && suffix[0] is 'e' or 'E')
        {
            format = Format.Exponent;
            return int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power) && Math.Abs(power) <= 40;
        }

        int? found = suffix switch { "" => 0, "n" => -9, "u" => -6, "m" => -3, "k" => 3, "M" => 6, "G" => 9, "T" => 12, "P" => 15, "E" => 18, _ => null };
        power = found ?? 0;
        return found is not null;
    }
}
