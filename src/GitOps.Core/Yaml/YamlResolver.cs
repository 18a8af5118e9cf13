using System.Buffers;
using System.Globalization;

namespace GitOps.Yaml;

/// <summary>Says what a bare word means, with go-yaml's table.</summary>
internal static class YamlResolver
{
    private static readonly SearchValues<char> s_numberChars = SearchValues.Create("+-.0123456789");

    /// <summary>The kind of a scalar without quotes or tag.</summary>
    public static ScalarKind Resolve(string text, YamlSchema schema)
    {
        if (text.Length == 0)
        {
            return ScalarKind.Null;
        }

        switch (text[0])
        {
            case 't' or 'T' or 'f' or 'F':
                return text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE" ? ScalarKind.Boolean : ScalarKind.String;
            case 'y' or 'Y' or 'n' or 'N' or 'o' or 'O':
                return text is "null" or "Null" or "NULL" ? ScalarKind.Null
                    : schema == YamlSchema.Kubernetes && IsOldBoolean(text) ? ScalarKind.Boolean
                    : ScalarKind.String;
            case '~':
                return text.Length == 1 ? ScalarKind.Null : ScalarKind.String;
            case '.':
                return IsSpecialFloat(text) || IsPointFloat(text) ? ScalarKind.Float : ScalarKind.String;
            case (>= '0' and <= '9') or '+' or '-':
                return Number(text, timestamps: true);
            default:
                return ScalarKind.String;
        }
    }

    /// <summary>Whether YAML 1.1 takes the word for a truth value and YAML 1.2 does not.</summary>
    public static bool IsOldBoolean(string text) =>
        text is "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF";

    /// <summary>The kind of a scalar that has one of YAML's own tags; null when the text does not fit the tag.</summary>
    public static ScalarKind? ResolveTagged(string tag, string text, YamlSchema schema)
    {
        switch (tag)
        {
            case "!!str":
                return ScalarKind.String;
            case "!!binary":
                return ScalarKind.Binary;
            case "!!null" or "!!bool":
                var wanted = tag == "!!null" ? ScalarKind.Null : ScalarKind.Boolean;
                return Resolve(text, schema) == wanted ? wanted : null;
            case "!!int":
                return IsNumeric(text) && Number(text, timestamps: false) == ScalarKind.Integer ? ScalarKind.Integer : null;
            case "!!float":
                return (IsNumeric(text) && Number(text, timestamps: false) is ScalarKind.Integer or ScalarKind.Float) || Resolve(text, schema) == ScalarKind.Float ? ScalarKind.Float : null;
            case "!!timestamp":
                return YamlTimestamp.TryParse(text, out _) ? ScalarKind.Timestamp : null;
            default:
                return ScalarKind.String;
        }
    }

    /// <summary>Whether a JSON or YAML writer has to keep the text from being taken for a base-60 number.</summary>
    public static bool IsBase60(string text)
    {
        // [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
        var at = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        if (at >= text.Length || !char.IsAsciiDigit(text[at]))
        {
            return false;
        }

        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '_'))
        {
            at++;
        }

        var groups = 0;
        while (at + 1 < text.Length && text[at] == ':' && char.IsAsciiDigit(text[at + 1]))
        {
            at += text[at + 1] <= '5' && at + 2 < text.Length && char.IsAsciiDigit(text[at + 2]) ? 3 : 2;
            groups++;
        }

        if (groups == 0)
        {
            return false;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }
        }

        return at == text.Length;
    }

    private static bool IsNumeric(string text) => text.Length > 0 && s_numberChars.Contains(text[0]);

    private static ScalarKind Number(string text, bool timestamps)
    {
        if (IsPlainInteger(text))
        {
            return ScalarKind.Integer;
        }

        if (timestamps && YamlTimestamp.TryParse(text, out _))
        {
            return ScalarKind.Timestamp;
        }

        if (IsSpecialFloat(text))
        {
            return ScalarKind.Float;
        }

        var plain = text.Contains('_', StringComparison.Ordinal) ? text.Replace("_", "", StringComparison.Ordinal) : text;
        return IsInteger(plain) ? ScalarKind.Integer : IsYamlFloat(plain) ? ScalarKind.Float : ScalarKind.String;
    }

    private static bool IsPlainInteger(string text)
    {
        if (text.Length is 0 or > 18 || text[0] == '0')
        {
            return text is "0";
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Go's ParseInt and ParseUint with base 0 and 64 bits.</summary>
    private static bool IsInteger(string text)
    {
        var span = text.AsSpan();
        var signed = span.Length > 0 && span[0] is '+' or '-';
        var negative = signed && span[0] == '-';
        if (signed)
        {
            span = span[1..];
        }

        if (span.Length == 0)
        {
            return false;
        }

        var radix = 10;
        if (span[0] == '0' && span.Length > 1)
        {
            (radix, var skip) = span[1] switch { 'x' or 'X' => (16, 2), 'b' or 'B' => (2, 2), 'o' or 'O' => (8, 2), _ => (8, 1) };
            span = span[skip..];
            if (span.Length == 0)
            {
                return false;
            }
        }

        UInt128 value = 0;
        foreach (var c in span)
        {
            var digit = c switch { >= '0' and <= '9' => c - '0', >= 'a' and <= 'f' => c - 'a' + 10, >= 'A' and <= 'F' => c - 'A' + 10, _ => 99 };
            if (digit >= radix)
            {
                return false;
            }

            value = (value * (uint)radix) + (uint)digit;
            if (value > ulong.MaxValue)
            {
                return false;
            }
        }

        return signed ? value <= (negative ? (ulong)long.MaxValue + 1 : long.MaxValue) : true;
    }

    // [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
    private static bool IsYamlFloat(string text)
    {
        var at = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var whole = Digits(text, ref at);
        var fraction = 0;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
            if (whole == 0 && fraction == 0)
            {
                return false;
            }
        }
        else if (whole == 0)
        {
            return false;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
            {
                at++;
            }

            if (Digits(text, ref at) == 0)
            {
                return false;
            }
        }

        // Go refuses what overflows; the text is then no number.
        return at == text.Length && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
    }

    private static bool IsPointFloat(string text) => text.Length > 1 && char.IsAsciiDigit(text[1]) && IsYamlFloat(text);

    private static bool IsSpecialFloat(string text) =>
        text is ".nan" or ".NaN" or ".NAN" or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF";

    private static int Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at - start;
    }
}
