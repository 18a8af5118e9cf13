using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Formats and parses times by Go's layouts, which are written as the reference time Mon Jan 2 15:04:05 MST 2006.</summary>
internal static partial class GoLayout
{
    private enum Part
    {
        None,
        LongMonth,
        Month,
        NumMonth,
        ZeroMonth,
        LongWeekDay,
        WeekDay,
        Day,
        UnderDay,
        ZeroDay,
        UnderYearDay,
        ZeroYearDay,
        Hour,
        Hour12,
        ZeroHour12,
        Minute,
        ZeroMinute,
        Second,
        ZeroSecond,
        LongYear,
        Year,
        UpperPm,
        LowerPm,
        TimeZone,
        Iso8601,
        Iso8601Seconds,
        Iso8601Short,
        Iso8601Colon,
        Iso8601ColonSeconds,
        NumZone,
        NumZoneSeconds,
        NumZoneShort,
        NumZoneColon,
        NumZoneColonSeconds,
        Fraction0,
        Fraction9,
    }

    /// <summary>Formats a time.</summary>
    /// <param name="time">The time.</param>
    /// <param name="layout">The layout.</param>
    /// <returns>The text.</returns>
    public static string Format(GoTime time, string layout)
    {
        var output = new StringBuilder(layout.Length + 16);
        while (true)
        {
            var (start, end, part, digits) = Next(layout);
            output.Append(layout, 0, start);
            if (part == Part.None)
                return output.ToString();
            Append(output, time, part, digits, layout[start..end]);
            layout = layout[end..];
        }
    }

    /// <summary>Parses a time.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="value">The text.</param>
    /// <param name="local">The zone of a text that names none.</param>
    /// <returns>The time.</returns>
    /// <exception cref="FunctionException">The text does not follow the layout.</exception>
    public static GoTime Parse(string layout, string value, GoZone local) => new LayoutParser(layout, value, local).Parse();

    private static void Append(StringBuilder output, GoTime t, Part part, int digits, string text)
    {
        var hour = t.SecondOfDay / 3600;
        switch (part)
        {
            case Part.Year: Zero(output, Math.Max(t.Year, 0) % 100, 2); break;
            case Part.LongYear: Zero(output, t.Year, 4); break;
            case Part.Month: output.Append(GoTime.MonthName(t.Month), 0, 3); break;
            case Part.LongMonth: output.Append(GoTime.MonthName(t.Month)); break;
            case Part.NumMonth: Zero(output, t.Month, 0); break;
            case Part.ZeroMonth: Zero(output, t.Month, 2); break;
            case Part.WeekDay: output.Append(GoTime.WeekdayName(t.DayOfWeek), 0, 3); break;
            case Part.LongWeekDay: output.Append(GoTime.WeekdayName(t.DayOfWeek)); break;
            case Part.Day: Zero(output, t.Day, 0); break;
            case Part.UnderDay:
                if (t.Day < 10)
                    output.Append(' ');
                Zero(output, t.Day, 0);
                break;
            case Part.ZeroDay: Zero(output, t.Day, 2); break;
            case Part.UnderYearDay:
                output.Append(' ', t.DayOfYear < 10 ? 2 : t.DayOfYear < 100 ? 1 : 0);
                Zero(output, t.DayOfYear, 0);
                break;
            case Part.ZeroYearDay: Zero(output, t.DayOfYear, 3); break;
            case Part.Hour: Zero(output, hour, 2); break;
            case Part.Hour12: Zero(output, hour % 12 == 0 ? 12 : hour % 12, 0); break;
            case Part.ZeroHour12: Zero(output, hour % 12 == 0 ? 12 : hour % 12, 2); break;
            case Part.Minute: Zero(output, t.SecondOfDay / 60 % 60, 0); break;
            case Part.ZeroMinute: Zero(output, t.SecondOfDay / 60 % 60, 2); break;
            case Part.Second: Zero(output, t.SecondOfDay % 60, 0); break;
            case Part.ZeroSecond: Zero(output, t.SecondOfDay % 60, 2); break;
            case Part.UpperPm: output.Append(hour >= 12 ? "PM" : "AM"); break;
            case Part.LowerPm: output.Append(hour >= 12 ? "pm" : "am"); break;
            case Part.TimeZone:
                if (t.ZoneName.Length > 0)
                    output.Append(t.ZoneName);
                else
                    Zone(output, Part.NumZone, t.OffsetSeconds);
                break;
            case Part.Fraction0 or Part.Fraction9:
                Fraction(output, t.Nanoseconds, digits, part == Part.Fraction9, text[0]);
                break;
            default:
                if (t.OffsetSeconds == 0 && part is Part.Iso8601 or Part.Iso8601Seconds or Part.Iso8601Short or Part.Iso8601Colon or Part.Iso8601ColonSeconds)
                    output.Append('Z');
                else
                    Zone(output, part, t.OffsetSeconds);
                break;
        }
    }

    private static void Zone(StringBuilder output, Part part, int offset)
    {
        var minutes = offset / 60;
        var absolute = Math.Abs(offset);
        output.Append(minutes < 0 || offset < 0 ? '-' : '+');
        minutes = Math.Abs(minutes);
        Zero(output, minutes / 60, 2);
        if (part is Part.Iso8601Colon or Part.Iso8601ColonSeconds or Part.NumZoneColon or Part.NumZoneColonSeconds)
            output.Append(':');
        if (part is not Part.NumZoneShort and not Part.Iso8601Short)
            Zero(output, minutes % 60, 2);
        if (part is Part.Iso8601Seconds or Part.NumZoneSeconds or Part.NumZoneColonSeconds or Part.Iso8601ColonSeconds)
        {
            if (part is Part.NumZoneColonSeconds or Part.Iso8601ColonSeconds)
                output.Append(':');
            Zero(output, absolute % 60, 2);
        }
    }

    private static void Fraction(StringBuilder output, int nanoseconds, int digits, bool trim, char separator)
    {
        var text = nanoseconds.ToString("000000000", CultureInfo.InvariantCulture)[..Math.Min(digits, 9)];
        if (trim)
            text = text.TrimEnd('0');
        if (text.Length > 0)
            output.Append(separator).Append(text);
    }

    private static void Zero(StringBuilder output, long value, int width)
    {
        if (value < 0)
            output.Append('-');
        var text = Math.Abs(value).ToString(CultureInfo.InvariantCulture);
        output.Append('0', Math.Max(0, width - text.Length)).Append(text);
    }

    // The next element of a layout: where it stands, what it is, and the digits of a fraction.
    private static (int Start, int End, Part Part, int Digits) Next(string layout)
    {
        for (var i = 0; i < layout.Length; i++)
        {
            var rest = layout.AsSpan(i);
            switch (rest[0])
            {
                case 'J' when rest.StartsWith("Jan", StringComparison.Ordinal):
                    if (rest.StartsWith("January", StringComparison.Ordinal))
                        return (i, i + 7, Part.LongMonth, 0);
                    if (!StartsWithLower(rest[3..]))
                        return (i, i + 3, Part.Month, 0);
                    break;
                case 'M':
                    if (rest.StartsWith("Mon", StringComparison.Ordinal))
                    {
                        if (rest.StartsWith("Monday", StringComparison.Ordinal))
                            return (i, i + 6, Part.LongWeekDay, 0);
                        if (!StartsWithLower(rest[3..]))
                            return (i, i + 3, Part.WeekDay, 0);
                    }

                    if (rest.StartsWith("MST", StringComparison.Ordinal))
                        return (i, i + 3, Part.TimeZone, 0);
                    break;
                case '0' when rest.Length >= 2 && rest[1] is >= '1' and <= '6':
                    return (i, i + 2, rest[1] switch { '1' => Part.ZeroMonth, '2' => Part.ZeroDay, '3' => Part.ZeroHour12, '4' => Part.ZeroMinute, '5' => Part.ZeroSecond, _ => Part.Year }, 0);
                case '0' when rest.StartsWith("002", StringComparison.Ordinal):
                    return (i, i + 3, Part.ZeroYearDay, 0);
                case '1':
                    return rest.Length >= 2 && rest[1] == '5' ? (i, i + 2, Part.Hour, 0) : (i, i + 1, Part.NumMonth, 0);
                case '2':
                    return rest.StartsWith("2006", StringComparison.Ordinal) ? (i, i + 4, Part.LongYear, 0) : (i, i + 1, Part.Day, 0);
                case '_':
                    if (rest.StartsWith("_2006", StringComparison.Ordinal))
                        return (i + 1, i + 5, Part.LongYear, 0);
                    if (rest.StartsWith("__2", StringComparison.Ordinal))
                        return (i, i + 3, Part.UnderYearDay, 0);
                    if (rest.StartsWith("_2", StringComparison.Ordinal))
                        return (i, i + 2, Part.UnderDay, 0);
                    break;
                case '3':
                    return (i, i + 1, Part.Hour12, 0);
                case '4':
                    return (i, i + 1, Part.Minute, 0);
                case '5':
                    return (i, i + 1, Part.Second, 0);
                case 'P' when rest.StartsWith("PM", StringComparison.Ordinal):
                    return (i, i + 2, Part.UpperPm, 0);
                case 'p' when rest.StartsWith("pm", StringComparison.Ordinal):
                    return (i, i + 2, Part.LowerPm, 0);
                case '-':
                    if (rest.StartsWith("-070000", StringComparison.Ordinal))
                        return (i, i + 7, Part.NumZoneSeconds, 0);
                    if (rest.StartsWith("-07:00:00", StringComparison.Ordinal))
                        return (i, i + 9, Part.NumZoneColonSeconds, 0);
                    if (rest.StartsWith("-0700", StringComparison.Ordinal))
                        return (i, i + 5, Part.NumZone, 0);
                    if (rest.StartsWith("-07:00", StringComparison.Ordinal))
                        return (i, i + 6, Part.NumZoneColon, 0);
                    if (rest.StartsWith("-07", StringComparison.Ordinal))
                        return (i, i + 3, Part.NumZoneShort, 0);
                    break;
                case 'Z':
                    if (rest.StartsWith("Z070000", StringComparison.Ordinal))
                        return (i, i + 7, Part.Iso8601Seconds, 0);
                    if (rest.StartsWith("Z07:00:00", StringComparison.Ordinal))
                        return (i, i + 9, Part.Iso8601ColonSeconds, 0);
                    if (rest.StartsWith("Z0700", StringComparison.Ordinal))
                        return (i, i + 5, Part.Iso8601, 0);
                    if (rest.StartsWith("Z07:00", StringComparison.Ordinal))
                        return (i, i + 6, Part.Iso8601Colon, 0);
                    if (rest.StartsWith("Z07", StringComparison.Ordinal))
                        return (i, i + 3, Part.Iso8601Short, 0);
                    break;
                case '.' or ',' when rest.Length >= 2 && rest[1] is '0' or '9':
                    var digit = rest[1];
                    var end = 1;
                    while (end < rest.Length && rest[end] == digit)
                        end++;

                    // Digits of another kind after it make it no fraction.
                    if (end >= rest.Length || !char.IsAsciiDigit(rest[end]))
                        return (i, i + end, digit == '0' ? Part.Fraction0 : Part.Fraction9, end - 1);
                    break;
            }
        }

        return (layout.Length, layout.Length, Part.None, 0);
    }

    private static bool StartsWithLower(ReadOnlySpan<char> text) => text.Length > 0 && text[0] is >= 'a' and <= 'z';
}
