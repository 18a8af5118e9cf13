using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's arithmetic: integers wrap as int64, the float family computes in decimals.</summary>
internal static class NumberFunctions
{
    private static readonly GoType[] One = [GoType.Any];
    private static readonly GoType[] Two = [GoType.Any, GoType.Any];

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "atoi", [GoType.String], static (_, a) => GoValue.Box(Atoi((string)a[0]!)) },
        { "int64", One, static (_, a) => GoCast.ToInt64(a[0]) },
        { "int", One, static (_, a) => GoValue.Box((nint)GoCast.ToInt64(a[0])) },
        { "float64", One, static (_, a) => GoCast.ToFloat64(a[0]) },
        { "toDecimal", One, static (_, a) => FromOctal(GoFormatter.Sprint(a[0])) },
        { "until", [GoType.Int], static (x, a) => TypedList.OfInts(Steps(x, 0, (nint)a[0]!, (nint)a[0]! < 0 ? -1 : 1)) },
        { "untilStep", [GoType.Int, GoType.Int, GoType.Int], static (x, a) => TypedList.OfInts(Steps(x, (nint)a[0]!, (nint)a[1]!, (nint)a[2]!)) },
        { "seq", [], GoType.Int, static (x, a) => Sequence(x, a) },
        { "add1", One, static (_, a) => unchecked(GoCast.ToInt64(a[0]) + 1) },
        { "add", [], GoType.Any, static (_, a) => Sum(a) },
        { "sub", Two, static (_, a) => unchecked(GoCast.ToInt64(a[0]) - GoCast.ToInt64(a[1])) },
        { "div", Two, static (_, a) => Divide(GoCast.ToInt64(a[0]), GoCast.ToInt64(a[1])) },
        { "mod", Two, static (_, a) => Remainder(GoCast.ToInt64(a[0]), GoCast.ToInt64(a[1])) },
        { "mul", One, GoType.Any, static (_, a) => Product(a) },
        { "randInt", [GoType.Int, GoType.Int], static (_, a) => RandomInt((nint)a[0]!, (nint)a[1]!) },
        { "add1f", One, static (_, a) => (GoDecimal.Of(a[0]) + GoDecimal.Of(GoValue.Box(1))).ToDouble() },
        { "addf", [], GoType.Any, static (_, a) => Fold(GoDecimal.Of(0d), a, static (l, r) => l + r) },
        { "subf", One, GoType.Any, static (_, a) => Fold(GoDecimal.Of(a[0]), a[1..], static (l, r) => l - r) },
        { "mulf", One, GoType.Any, static (_, a) => Fold(GoDecimal.Of(a[0]), a[1..], static (l, r) => l * r) },
        { "divf", One, GoType.Any, static (_, a) => Fold(GoDecimal.Of(a[0]), a[1..], static (l, r) => l / r) },
        { "biggest", One, GoType.Any, static (_, a) => Maximum(a) },
        { "max", One, GoType.Any, static (_, a) => Maximum(a) },
        { "min", One, GoType.Any, static (_, a) => Minimum(a) },
        { "maxf", One, GoType.Any, static (_, a) => FloatExtreme(a, Math.Max) },
        { "minf", One, GoType.Any, static (_, a) => FloatExtreme(a, Math.Min) },
        { "ceil", One, static (_, a) => Math.Ceiling(GoCast.ToFloat64(a[0])) },
        { "floor", One, static (_, a) => Math.Floor(GoCast.ToFloat64(a[0])) },
        { "round", [GoType.Any, GoType.Int], GoType.Float64, static (_, a) => Round(GoCast.ToFloat64(a[0]), (nint)a[1]!, a.Length > 2 ? (double)a[2]! : 0.5) },
    };

    private static nint Atoi(string text)
    {
        var digits = text.Length > 0 && text[0] is '+' or '-' ? text.AsSpan(1) : text;
        if (digits.Length == 0 || digits.IndexOfAnyExceptInRange('0', '9') >= 0)
            return 0;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return (nint)value;

        // Out of range gives the nearest value, as Go's Atoi does beside its error.
        return text[0] == '-' ? nint.MinValue : nint.MaxValue;
    }

    private static object FromOctal(string text)
    {
        var digits = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        Int128 value = 0;
        foreach (var c in digits)
        {
            if (c is < '0' or > '7')
                return 0L;
            value = (value * 8) + (c - '0');
            if (value > long.MaxValue)
                return 0L;
        }

        return digits.Length == 0 ? 0L : text[0] == '-' ? -(long)value : (long)value;
    }

    private static List<object?> Steps(Execution execution, nint start, nint stop, nint step)
    {
        if (stop < start ? step >= 0 : step <= 0)
            return [];
        var count = (long)(((Int128)Int128.Abs((Int128)stop - start) + Int128.Abs(step) - 1) / Int128.Abs(step));
        execution.CheckSize(count);
        var items = new List<object?>((int)count);
        for (long i = 0; i < count; i++)
            items.Add(GoValue.Box(start + (nint)(i * step)));
        return items;
    }

    private static string Sequence(Execution execution, ReadOnlySpan<object?> arguments)
    {
        nint start = 1;
        nint step = 1;
        nint end;
        switch (arguments.Length)
        {
            case 1:
                end = (nint)arguments[0]!;
                step = end < start ? -1 : 1;
                return Join(Steps(execution, start, end + step, step));
            case 2:
                start = (nint)arguments[0]!;
                end = (nint)arguments[1]!;
                step = end < start ? -1 : 1;
                return Join(Steps(execution, start, end + step, step));
            case 3:
                start = (nint)arguments[0]!;
                step = (nint)arguments[1]!;
                end = (nint)arguments[2]!;
                if (end < start && step > 0)
                    return string.Empty;
                return Join(Steps(execution, start, end + (end < start ? -1 : 1), step));
            default:
                return string.Empty;
        }

        static string Join(List<object?> items) => string.Join(' ', items.Select(static i => ((nint)i!).ToString(CultureInfo.InvariantCulture)));
    }

    private static object Sum(ReadOnlySpan<object?> values)
    {
        long sum = 0;
        foreach (var value in values)
            sum = unchecked(sum + GoCast.ToInt64(value));
        return sum;
    }

    private static object Product(ReadOnlySpan<object?> values)
    {
        var product = GoCast.ToInt64(values[0]);
        foreach (var value in values[1..])
            product = unchecked(product * GoCast.ToInt64(value));
        return product;
    }

    private static object Divide(long dividend, long divisor) => divisor switch
    {
        0 => throw new FunctionException("runtime error: integer divide by zero"),
        -1 => unchecked(-dividend),
        _ => dividend / divisor,
    };

    private static object Remainder(long dividend, long divisor) => divisor switch
    {
        0 => throw new FunctionException("runtime error: integer divide by zero"),
        -1 => 0L,
        _ => dividend % divisor,
    };

    private static object RandomInt(nint low, nint high)
    {
        var range = (Int128)high - low;
        if (range <= 0)
            throw new FunctionException("invalid argument to Intn");
        var random = new BigInteger(RandomNumberGenerator.GetBytes(16), isUnsigned: true);
        return GoValue.Box(low + (nint)(long)(random % (BigInteger)range));
    }

    private static object Fold(GoDecimal start, ReadOnlySpan<object?> values, Func<GoDecimal, GoDecimal, GoDecimal> operation)
    {
        foreach (var value in values)
            start = operation(start, GoDecimal.Of(value));
        return start.ToDouble();
    }

    private static object Maximum(ReadOnlySpan<object?> values)
    {
        var result = GoCast.ToInt64(values[0]);
        foreach (var value in values[1..])
            result = Math.Max(result, GoCast.ToInt64(value));
        return result;
    }

    private static object Minimum(ReadOnlySpan<object?> values)
    {
        var result = GoCast.ToInt64(values[0]);
        foreach (var value in values[1..])
            result = Math.Min(result, GoCast.ToInt64(value));
        return result;
    }

    private static object FloatExtreme(ReadOnlySpan<object?> values, Func<double, double, double> choose)
    {
        var result = GoCast.ToFloat64(values[0]);
        foreach (var value in values[1..])
            result = choose(result, GoCast.ToFloat64(value));
        return result;
    }

    private static object Round(double value, nint places, double roundOn)
    {
        var power = GoMath.Pow10(places);
        var digit = power * value;
        var fraction = double.IsInfinity(digit) ? double.NaN : digit - Math.Truncate(digit);
        return (fraction >= roundOn ? Math.Ceiling(digit) : Math.Floor(digit)) / power;
    }
}
