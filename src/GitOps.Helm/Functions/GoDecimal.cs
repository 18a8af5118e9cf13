using System.Globalization;
using System.Numerics;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>The arbitrary-precision decimal with which Sprig's float functions compute: value × 10^exponent; division keeps 16 decimals.</summary>
internal readonly record struct GoDecimal(BigInteger Value, int Exponent)
{
    private const int DivisionPrecision = 16;

    public static GoDecimal operator +(GoDecimal left, GoDecimal right)
    {
        var (a, b, exponent) = Align(left, right);
        return new GoDecimal(a + b, exponent);
    }

    public static GoDecimal operator -(GoDecimal left, GoDecimal right)
    {
        var (a, b, exponent) = Align(left, right);
        return new GoDecimal(a - b, exponent);
    }

    public static GoDecimal operator *(GoDecimal left, GoDecimal right) => new(left.Value * right.Value, left.Exponent + right.Exponent);

    public static GoDecimal operator /(GoDecimal left, GoDecimal right)
    {
        if (right.Value.IsZero)
            throw new FunctionException("decimal division by 0");

        // The quotient is cut at 16 decimals, then rounded half away from zero by the remainder.
        var shift = left.Exponent - right.Exponent + DivisionPrecision;
        var numerator = left.Value;
        var denominator = right.Value;
        if (shift >= 0)
            numerator *= BigInteger.Pow(10, shift);
        else
            denominator *= BigInteger.Pow(10, -shift);
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        if (BigInteger.Abs(remainder) * 2 >= BigInteger.Abs(denominator))
            quotient += numerator.Sign * denominator.Sign;
        return new GoDecimal(quotient, -DivisionPrecision);
    }

    /// <summary>The decimal of any value: its float64 by its shortest digits.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The decimal.</returns>
    public static GoDecimal Of(object? value)
    {
        var number = GoCast.ToFloat64(value);
        if (!double.IsFinite(number))
            throw new FunctionException("Cannot create a Decimal from " + GoFloat.Format(number, 'g'));
        if (number == 0)
            return default;
        var (digits, point) = GoFloat.Shortest(Math.Abs(number));
        var integer = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        return new GoDecimal(number < 0 ? -integer : integer, point - digits.Length);
    }

    /// <summary>The nearest float64.</summary>
    /// <returns>The number.</returns>
    public double ToDouble() => double.Parse(string.Create(CultureInfo.InvariantCulture, $"{Value}E{Exponent}"), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static (BigInteger Left, BigInteger Right, int Exponent) Align(GoDecimal left, GoDecimal right)
    {
        var exponent = Math.Min(left.Exponent, right.Exponent);
        return (left.Value * BigInteger.Pow(10, left.Exponent - exponent), right.Value * BigInteger.Pow(10, right.Exponent - exponent), exponent);
    }
}
