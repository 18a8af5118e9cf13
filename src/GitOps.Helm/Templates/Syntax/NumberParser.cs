using System.Globalization;
using System.Numerics;

namespace GitOps.Helm.Templates;

/// <summary>Reads Go's number literals.</summary>
internal static class NumberParser
{
    /// <summary>Reads a literal.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">Which token it is.</param>
    /// <param name="number">The number.</param>
    /// <param name="error">Why it cannot be read.</param>
    /// <returns>Whether it could be read.</returns>
    public static bool TryParse(string text, TokenKind kind, out GoNumber number, out string error)
    {
        number = new GoNumber();
        error = string.Empty;
        if (kind == TokenKind.CharConstant)
        {
            if (!GoQuote.TryUnquoteRune(text, out var rune))
            {
                error = "malformed character constant: " + text;
                return false;
            }

            number = new GoNumber { IsInt = true, Int = rune, IsUint = true, Uint = (ulong)rune, IsFloat = true, Float = rune, Ideal = GoValue.Box(rune) };
            return true;
        }

        if (kind == TokenKind.Complex)
        {
            var split = text.AsSpan(1).LastIndexOfAny('+', '-') + 1;
            while (split > 1 && text[split - 1] is 'e' or 'E' or 'p' or 'P')
                split = text.AsSpan(1, split - 1).LastIndexOfAny('+', '-') + 1;
            if (!TryParseFloat(text[..split], out var real) || !TryParseFloat(text[split..^1], out var imaginary))
            {
                error = "invalid syntax";
                return false;
            }

            number = FromComplex(new Complex(real, imaginary));
            return true;
        }

        if (text.EndsWith('i') && TryParseFloat(text[..^1], out var onlyImaginary))
        {
            number = FromComplex(new Complex(0, onlyImaginary));
            return true;
        }

        var isUint = TryParseUint(text, out var unsigned);
        var isInt = TryParseInt(text, out var integer);
        if (isInt && integer == 0)
        {
            isUint = true;
            unsigned = 0;
        }

        var isFloat = false;
        double real2 = 0;
        if (isInt)
        {
            isFloat = true;
            real2 = integer;
        }
        else if (isUint)
        {
            isFloat = true;
            real2 = unsigned;
        }
        else if (TryParseFloat(text, out var parsed))
        {
            if (text.AsSpan().IndexOfAny(".eEpP") < 0)
            {
                error = "integer overflow: " + GoQuote.Quote(text);
                return false;
            }

            isFloat = true;
            real2 = parsed;
            if (!isInt && parsed is >= -9.2233720368547758E+18 and < 9.2233720368547758E+18 && (double)(long)parsed == parsed)
            {
                isInt = true;
                integer = (long)parsed;
            }

            if (!isUint && parsed is >= 0 and < 1.8446744073709552E+19 && (double)(ulong)parsed == parsed)
            {
                isUint = true;
                unsigned = (ulong)parsed;
            }
        }

        if (!isInt && !isUint && !isFloat)
        {
            error = "illegal number syntax: " + GoQuote.Quote(text);
            return false;
        }

        var isHex = text.Length > 2 && text[0] == '0' && text[1] is 'x' or 'X' && text.AsSpan().IndexOfAny('p', 'P') < 0;
        object? ideal = isFloat && !isHex && text.AsSpan().IndexOfAny(".eEpP") >= 0 ? real2
            : isInt ? GoValue.Box((nint)integer) : null;
        number = new GoNumber { IsInt = isInt, Int = integer, IsUint = isUint, Uint = unsigned, IsFloat = isFloat, Float = real2, Ideal = ideal };
        return true;
    }

    /// <summary>Go's <c>strconv.ParseFloat</c> for finite results, with underscores where a base prefix allows them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParseFloat(string text, out double value)
    {
        value = 0;
        var body = text.AsSpan();
        var negative = false;
        if (body.Length > 0 && body[0] is '+' or '-')
        {
            negative = body[0] == '-';
            body = body[1..];
        }

        if (body.Length == 0 || !(char.IsAsciiDigit(body[0]) || body[0] == '.'))
            return false;
        if (body.Length > 1 && body[0] == '0' && body[1] is 'x' or 'X')
        {
            if (!TryParseHexFloat(body[2..].ToString().Replace("_", string.Empty, StringComparison.Ordinal), out value))
                return false;
        }
        else if (!IsUnderscoreOk(body)
            || !double.TryParse(body.Contains('_') ? body.ToString().Replace("_", string.Empty, StringComparison.Ordinal) : body, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
            || double.IsInfinity(value))
        {
            return false;
        }

        if (negative)
            value = -value;
        return true;
    }

    /// <summary>Go's <c>strconv.ParseInt(text, 0, 64)</c>: base by prefix.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number.</param>
    /// <returns>Whether it is one and fits.</returns>
    public static bool TryParseInt(string text, out long value)
    {
        value = 0;
        var negative = text.StartsWith('-');
        if (!TryParseUint(text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text, out var magnitude))
            return false;
        if (negative)
        {
            if (magnitude > 1UL << 63)
                return false;
            value = unchecked((long)(0UL - magnitude));
            return true;
        }

        value = unchecked((long)magnitude);
        return magnitude <= long.MaxValue;
    }

    /// <summary>Go's <c>strconv.ParseUint(text, 0, 64)</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number.</param>
    /// <returns>Whether it is one and fits.</returns>
    public static bool TryParseUint(string text, out ulong value)
    {
        value = 0;
        if (text.Length == 0 || !IsUnderscoreOk(text))
            return false;
        var numberBase = 10;
        var at = 0;
        if (text[0] == '0')
        {
            if (text.Length >= 3 && text[1] is 'b' or 'B')
                (numberBase, at) = (2, 2);
            else if (text.Length >= 3 && text[1] is 'o' or 'O')
                (numberBase, at) = (8, 2);
            else if (text.Length >= 3 && text[1] is 'x' or 'X')
                (numberBase, at) = (16, 2);
            else
                (numberBase, at) = (8, 1);
        }

        if (at == 1 && text.Length == 1)
            return true;
        UInt128 total = 0;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c == '_')
                continue;
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;
            if (digit >= numberBase)
                return false;
            total = (total * (uint)numberBase) + (uint)digit;
            if (total > ulong.MaxValue)
                return false;
        }

        value = (ulong)total;
        return true;
    }

    // Underscores must stand between digits; a base prefix counts as a digit.
    private static bool IsUnderscoreOk(ReadOnlySpan<char> text)
    {
        if (!text.Contains('_'))
            return true;
        var previous = '^';
        var hex = false;
        if (text.Length >= 1 && text[0] is '+' or '-')
            text = text[1..];
        if (text.Length >= 2 && text[0] == '0' && text[1] is 'b' or 'B' or 'o' or 'O' or 'x' or 'X')
        {
            previous = '0';
            hex = text[1] is 'x' or 'X';
            text = text[2..];
        }

        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) || (hex && char.IsAsciiHexDigit(c)))
            {
                previous = '0';
            }
            else if (c == '_')
            {
                if (previous != '0')
                    return false;
                previous = '_';
            }
            else if (previous == '_')
            {
                return false;
            }
            else
            {
                previous = '!';
            }
        }

        return previous != '_';
    }

    private static bool TryParseHexFloat(string text, out double value)
    {
        value = 0;
        var mark = text.AsSpan().IndexOfAny('p', 'P');
        if (mark < 0 || !int.TryParse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
            return false;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var digits = text[..mark].Replace(".", string.Empty, StringComparison.Ordinal);
        if (digits.Length == 0 || !BigInteger.TryParse("0" + digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mantissa))
            return false;
        if (dot >= 0)
            exponent -= 4 * (mark - dot - 1);
        value = Math.ScaleB((double)mantissa, exponent);
        return !double.IsInfinity(value);
    }

    private static GoNumber FromComplex(Complex value)
    {
        var isFloat = value.Imaginary == 0;
        var isInt = isFloat && (double)(long)value.Real == value.Real;
        var isUint = isFloat && value.Real >= 0 && (double)(ulong)value.Real == value.Real;
        return new GoNumber
        {
            IsComplex = true,
            Complex = value,
            IsFloat = isFloat,
            Float = value.Real,
            IsInt = isInt,
            Int = isInt ? (long)value.Real : 0,
            IsUint = isUint,
            Uint = isUint ? (ulong)value.Real : 0,
            Ideal = value,
        };
    }
}
