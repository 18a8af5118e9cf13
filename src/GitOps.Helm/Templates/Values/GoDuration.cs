namespace GitOps.Helm.Templates;

/// <summary>Go's <c>time.Duration</c>.</summary>
/// <param name="Nanoseconds">The length.</param>
internal readonly record struct GoDuration(long Nanoseconds) : IGoNamed, IGoStringer, IGoMethods
{
    /// <inheritdoc/>
    public string TypeName => "time.Duration";

    /// <inheritdoc/>
    public string GoString()
    {
        if (Nanoseconds == 0)
            return "0s";
        var negative = Nanoseconds < 0;
        var rest = negative ? 0UL - (ulong)Nanoseconds : (ulong)Nanoseconds;
        string text;
        if (rest < 1_000_000_000)
        {
            text = rest switch
            {
                < 1_000 => Fraction(rest, 0) + "ns",
                < 1_000_000 => Fraction(rest, 3) + "µs",
                _ => Fraction(rest, 6) + "ms",
            };
        }
        else
        {
            var minutes = rest / 60_000_000_000;
            text = Fraction(rest % 60_000_000_000, 9) + "s";
            if (minutes > 0)
            {
                text = Number(minutes % 60) + "m" + text;
                if (minutes >= 60)
                    text = Number(minutes / 60) + "h" + text;
            }
        }

        return negative ? "-" + text : text;
    }

    /// <inheritdoc/>
    public TemplateFunction? FindMethod(string name)
    {
        var nanoseconds = Nanoseconds;
        var text = GoString();
        return name switch
        {
            "String" => new TemplateFunction(name, (_, _) => text, []),
            "Nanoseconds" => new TemplateFunction(name, (_, _) => nanoseconds, []),
            "Microseconds" => new TemplateFunction(name, (_, _) => nanoseconds / 1_000, []),
            "Milliseconds" => new TemplateFunction(name, (_, _) => nanoseconds / 1_000_000, []),
            "Seconds" => new TemplateFunction(name, (_, _) => Split(nanoseconds, 1_000_000_000), []),
            "Minutes" => new TemplateFunction(name, (_, _) => Split(nanoseconds, 60_000_000_000), []),
            "Hours" => new TemplateFunction(name, (_, _) => Split(nanoseconds, 3_600_000_000_000), []),
            _ => null,
        };
    }

    /// <summary>The nearest whole second; halves go away from zero, and what leaves the range is its end.</summary>
    public GoDuration RoundToSecond()
    {
        const long second = 1_000_000_000;
        var rest = Nanoseconds % second;
        var rounded = (Int128)Nanoseconds - rest + (Math.Abs(rest) * 2 < second ? 0 : Math.Sign(rest) * second);
        return new GoDuration((long)Int128.Clamp(rounded, long.MinValue, long.MaxValue));
    }

    private static double Split(long nanoseconds, long unit) => (nanoseconds / unit) + ((double)(nanoseconds % unit) / unit);

    private static string Number(ulong value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Fraction(ulong value, int decimals)
    {
        var unit = 1UL;
        for (var i = 0; i < decimals; i++)
            unit *= 10;
        var whole = Number(value / unit);
        if (decimals == 0 || value % unit == 0)
            return whole;
        return whole + "." + Number(value % unit).PadLeft(decimals, '0').TrimEnd('0');
    }
}
