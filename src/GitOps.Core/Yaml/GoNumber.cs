using System.Globalization;

namespace GitOps.Yaml;

/// <summary>Prints numbers as Go's strconv and encoding/json do.</summary>
internal static class GoNumber
{
    /// <summary>A whole number as decimal digits.</summary>
    public static string FormatInteger(ScalarNode node)
    {
        var text = node.Text;
        if (IsCanonical(text))
        {
            return text;
        }

        if (node.TryGetInt64(out var value))
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        // What is left fits into 64 unsigned bits.
        return ParseUnsigned(text).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A float on its way through JSON into YAML: integral values become whole numbers when they fit into 64 bits.</summary>
    public static string FormatThroughJson(double value)
    {
        if (value == Math.Floor(value) && Math.Abs(value) < 1e21)
        {
            // JSON has the shortest digits, filled up with zeros, and the YAML reader behind it takes them for the number they spell.
            var digits = FormatJson(value);
            if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            {
                return whole == 0 ? "0" : digits;
            }

            if (ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return digits;
            }
        }

        return FormatG(value);
    }

    /// <summary>Go's <c>FormatFloat(value, 'g', -1, 64)</c>, with YAML's words for what is not finite.</summary>
    public static string FormatG(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
        }

        return Format(value.ToString("R", CultureInfo.InvariantCulture), general: true);
    }

    /// <summary>Go's JSON form of a float: plain digits unless the number is very small or very large.</summary>
    public static string FormatJson(double value) => Format(value.ToString("R", CultureInfo.InvariantCulture), general: false);

    /// <summary>A float as a map key, which sigs.k8s.io/yaml prints with 32 bits of precision.</summary>
    public static string FormatFloatKey(double value)
    {
        if (!double.IsFinite(value))
        {
            return FormatG(value);
        }

        var single = (float)value;
        return float.IsFinite(single) ? Format(single.ToString("R", CultureInfo.InvariantCulture), general: true) : single > 0 ? ".inf" : "-.inf";
    }

    private static bool IsCanonical(string text)
    {
        var at = text.Length > 1 && text[0] == '-' ? 1 : 0;
        if (text.Length == 0 || (text[at] == '0' && text.Length > 1))
        {
            return false;
        }

        for (; at < text.Length; at++)
        {
            if (!char.IsAsciiDigit(text[at]))
            {
                return false;
            }
        }

        return true;
    }

    private static ulong ParseUnsigned(string text)
    {
        var span = text.Replace("_", "", StringComparison.Ordinal).AsSpan().TrimStart('+');
        if (span.Length > 1 && span[0] == '0')
        {
            var (radix, skip) = span[1] switch { 'x' or 'X' => (16u, 2), 'b' or 'B' => (2u, 2), 'o' or 'O' => (8u, 2), _ => (8u, 1) };
            ulong value = 0;
            foreach (var c in span[skip..])
            {
                value = unchecked((value * radix) + (uint)(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10));
            }

            return value;
        }

        return ulong.TryParse(span, NumberStyles.None, CultureInfo.InvariantCulture, out var plain) ? plain : 0;
    }

    private static string Format(string shortest, bool general)
    {
        // The shortest round-trip text has the digits and the exponent; Go only lays them out in its own way.
        var span = shortest.AsSpan();
        var negative = span[0] == '-';
        if (negative)
        {
            span = span[1..];
        }

        var e = span.IndexOf('E');
        var exponent = e < 0 ? 0 : int.Parse(span[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? span : span[..e];
        var point = mantissa.IndexOf('.');
        var digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        var leading = digits.Length - digits.AsSpan().TrimStart('0').Length;
        exponent -= leading;
        digits = digits.AsSpan(leading).TrimEnd('0').ToString();
        var sign = negative ? "-" : "";
        if (digits.Length == 0)
        {
            return sign + "0";
        }

        // With the shortest digits, Go's 'g' decides as if the precision were 6; JSON writes plain digits much longer.
        var scientific = general ? exponent is < -4 or >= 6 : exponent is < -6 or >= 21;
        if (scientific)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            var power = Math.Abs(exponent).ToString(general || exponent > 0 ? "00" : "0", CultureInfo.InvariantCulture);
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{power}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? sign + digits + new string('0', exponent + 1 - digits.Length)
            : $"{sign}{digits.AsSpan(0, exponent + 1)}.{digits.AsSpan(exponent + 1)}";
    }
}
