using System.Globalization;
using System.Numerics;

namespace GitOps.Json;

/// <summary>Turns the number forms of YAML (<c>0x1F</c>, <c>0644</c>, <c>1_000</c>, <c>.5</c>) into JSON numbers.</summary>
internal static class JsonNumber
{
    public static string FromInteger(ScalarNode scalar)
    {
        var text = scalar.Text;
        if (IsPlainInteger(text))
        {
            return text;
        }

        if (scalar.TryGetInt64(out var value))
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        var number = scalar.AsDouble();
        return double.IsFinite(number) ? new BigInteger(number).ToString(CultureInfo.InvariantCulture) : "null";
    }

    public static string FromFloat(ScalarNode scalar)
    {
        var text = scalar.Text;
        if (IsJsonFloat(text))
        {
            return text;
        }

        var number = scalar.AsDouble();
        if (!double.IsFinite(number))
        {
            throw new GitOpsException(Reasons.BuildFailed, $"the number '{text}' has no JSON form: infinity and NaN cannot be sent to Kubernetes.")
            {
                Location = new SourceLocation("", scalar.Line, scalar.Column),
            };
        }

        return number.ToString("R", CultureInfo.InvariantCulture);
    }

    private static bool IsPlainInteger(string text)
    {
        var i = text.Length > 0 && text[0] == '-' ? 1 : 0;
        return i < text.Length
            && (text[i] != '0' || text.Length == i + 1)
            && text.AsSpan(i).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static bool IsJsonFloat(string text)
    {
        var i = text.Length > 0 && text[0] == '-' ? 1 : 0;
        var start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        if (i == start || (i - start > 1 && text[start] == '0'))
        {
            return false;
        }

        if (i < text.Length && text[i] == '.')
        {
            var fraction = ++i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                i++;
            }

            if (i == fraction)
            {
                return false;
            }
        }

        if (i < text.Length && text[i] is 'e' or 'E')
        {
            i++;
            if (i < text.Length && text[i] is '+' or '-')
            {
                i++;
            }

            var exponent = i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                i++;
            }

            if (i == exponent)
            {
                return false;
            }
        }

        return i == text.Length;
    }
}
