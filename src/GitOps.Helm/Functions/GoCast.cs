using System.Globalization;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>The lenient conversions Sprig makes: whatever cannot be converted is zero.</summary>
internal static class GoCast
{
    /// <summary>A 64-bit integer.</summary>
    /// <param name="value">Any value.</param>
    /// <returns>The number, or 0.</returns>
    public static long ToInt64(object? value)
    {
        switch (value)
        {
            case double d: return Truncate(d);
            case float f: return Truncate(f);
            case bool b: return b ? 1 : 0;
            case string s: return NumberParser.TryParseInt(TrimZeroDecimal(s), out var parsed) ? parsed : 0;
            case GoDuration: return 0;
            default: return GoValue.TryGetInteger(value, out var number, out _) ? number : 0;
        }
    }

    /// <summary>A floating-point number.</summary>
    /// <param name="value">Any value.</param>
    /// <returns>The number, or 0.</returns>
    public static double ToFloat64(object? value)
    {
        switch (value)
        {
            case double d: return d;
            case float f: return f;
            case bool b: return b ? 1 : 0;
            case string s: return ParseFloat(s, out var parsed) ? parsed : 0;
            case ulong u: return u;
            case GoDuration: return 0;
            default: return GoValue.TryGetInteger(value, out var number, out _) ? number : 0;
        }
    }

    /// <summary>Go's <c>strconv.ParseFloat</c>, infinities and NaN included.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number.</param>
    /// <returns>Whether it is one.</returns>
    public static bool ParseFloat(string text, out double value)
    {
        var unsigned = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        if (string.Equals(unsigned, "inf", StringComparison.OrdinalIgnoreCase) || string.Equals(unsigned, "infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (string.Equals(text, "nan", StringComparison.OrdinalIgnoreCase))
        {
            // Go's NaN has no sign, the runtime's has one.
            value = Math.CopySign(double.NaN, 1);
            return true;
        }

        return NumberParser.TryParseFloat(text, out value);
    }

    /// <summary>The text of any value, as Sprig's <c>toString</c> makes it.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text.</returns>
    public static string ToText(object? value) => value switch
    {
        string s => s,
        byte[] bytes => GoText.FromBytes(bytes),
        IGoStringer { OnlyWhenAddressable: false } stringer => stringer.GoString(),
        double d => GoFloat.Format(d, 'g'),
        bool b => b ? "true" : "false",
        nint n => n.ToString(CultureInfo.InvariantCulture),
        long n => n.ToString(CultureInfo.InvariantCulture),
        _ => GoFormatter.ToText(value),
    };

    /// <summary>Whether a value is the zero of its type; structs never are.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Sprig's <c>empty</c>.</returns>
    public static bool IsEmpty(object? value) => !GoValue.IsTrue(value);

    /// <summary>The items of any slice.</summary>
    /// <param name="value">The slice.</param>
    /// <param name="complaint">The start of the message when it is none, for example <c>Cannot push on type </c>.</param>
    /// <returns>The items.</returns>
    /// <exception cref="FunctionException">The value is not a slice.</exception>
    public static IReadOnlyList<object?> Items(object? value, string complaint)
    {
        switch (value)
        {
            case List<object?> list:
                return list;
            case TypedList list:
                return list.Items;
            case byte[] bytes:
                return [.. bytes.Select(static b => (object?)b)];
            case null:
                throw new FunctionException("runtime error: invalid memory address or nil pointer dereference");
            default:
                throw new FunctionException(complaint + GoValue.KindName(value));
        }
    }

    /// <summary>The text of each item of a slice, nils left out; any other value is one item.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The strings.</returns>
    public static List<string> ToStrings(object? value)
    {
        var strings = new List<string>();
        if (value is List<object?> or TypedList or byte[])
        {
            foreach (var item in Items(value, string.Empty))
            {
                if (item is not null)
                    strings.Add(ToText(item));
            }
        }
        else if (value is not null)
        {
            strings.Add(ToText(value));
        }

        return strings;
    }

    private static long Truncate(double value) =>
        value is >= -9.2233720368547758E+18 and < 9.2233720368547758E+18 ? (long)value : long.MinValue;

    // "1.00" is "1" to the cast library, "1.50" stays.
    private static string TrimZeroDecimal(string text)
    {
        var sawZero = false;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] == '.')
                return sawZero ? text[..i] : text;
            if (text[i] != '0')
                return text;
            sawZero = true;
        }

        return text;
    }
}
