using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <content>Reading a time.</content>
internal static partial class GoLayout
{
    private sealed class LayoutParser(string layout, string value, GoZone local)
    {
        private readonly string fullLayout = layout;
        private readonly string fullValue = value;
        private string rest = value;
        private long year;
        private int month = -1;
        private int day = -1;
        private int dayOfYear = -1;
        private int hour;
        private int minute;
        private int second;
        private int nanoseconds;
        private int zoneOffset = -1;
        private string zoneName = string.Empty;
        private bool isUtc;
        private bool pm;
        private bool am;

        public GoTime Parse()
        {
            var layoutRest = fullLayout;
            while (true)
            {
                var (start, end, part, digits) = Next(layoutRest);
                var element = layoutRest[start..end];
                if (!SkipLiteral(layoutRest[..start]))
                    throw Bad(element.Length == 0 ? layoutRest[..start] : element, layoutRest[..start]);
                if (part == Part.None)
                {
                    if (rest.Length > 0)
                        throw Fail(string.Empty, rest, ": extra text: " + Quote(rest));
                    break;
                }

                layoutRest = layoutRest[end..];
                var hold = rest;
                var range = Read(part, digits, element, layoutRest);
                if (range is { Length: > 0 })
                    throw Fail(element, hold, ": " + range + " out of range");
                if (range is null)
                {
                    rest = hold;
                    throw Bad(element, string.Empty);
                }
            }

            return Build();
        }

        // Null when the text does not fit, the name of a part that is out of range, or an empty text.
        private string? Read(Part part, int digits, string element, string layoutRest)
        {
            switch (part)
            {
                case Part.Year:
                    if (!Number(2, 2, out var shortYear))
                        return null;
                    year = shortYear >= 69 ? shortYear + 1900 : shortYear + 2000;
                    return string.Empty;
                case Part.LongYear:
                    if (!Number(4, 4, out var longYear))
                        return null;
                    year = longYear;
                    return string.Empty;
                case Part.Month or Part.LongMonth:
                    for (var m = 1; m <= 12; m++)
                    {
                        if (Word(part == Part.Month ? GoTime.MonthName(m)[..3] : GoTime.MonthName(m)))
                        {
                            month = m;
                            return string.Empty;
                        }
                    }

                    return null;
                case Part.NumMonth or Part.ZeroMonth:
                    return Number(part == Part.ZeroMonth ? 2 : 1, 2, out month) ? (month is < 1 or > 12 ? "month" : string.Empty) : null;
                case Part.WeekDay or Part.LongWeekDay:
                    for (var d = 0; d < 7; d++)
                    {
                        if (Word(part == Part.WeekDay ? GoTime.WeekdayName(d)[..3] : GoTime.WeekdayName(d)))
                            return string.Empty;
                    }

                    return null;
                case Part.Day or Part.UnderDay or Part.ZeroDay:
                    if (part == Part.UnderDay && rest.StartsWith(' '))
                        rest = rest[1..];
                    return Number(part == Part.ZeroDay ? 2 : 1, 2, out day) ? string.Empty : null;
                case Part.UnderYearDay or Part.ZeroYearDay:
                    for (var i = 0; i < 2 && part == Part.UnderYearDay && rest.StartsWith(' '); i++)
                        rest = rest[1..];
                    return Number(part == Part.ZeroYearDay ? 3 : 1, 3, out dayOfYear) ? string.Empty : null;
                case Part.Hour:
                    return Number(1, 2, out hour) ? (hour > 23 ? "hour" : string.Empty) : null;
                case Part.Hour12 or Part.ZeroHour12:
                    return Number(part == Part.ZeroHour12 ? 2 : 1, 2, out hour) ? (hour > 12 ? "hour" : string.Empty) : null;
                case Part.Minute or Part.ZeroMinute:
                    return Number(part == Part.ZeroMinute ? 2 : 1, 2, out minute) ? (minute > 59 ? "minute" : string.Empty) : null;
                case Part.Second or Part.ZeroSecond:
                    if (!Number(part == Part.ZeroSecond ? 2 : 1, 2, out second))
                        return null;
                    if (second > 59)
                        return "second";

                    // A fraction may follow even if the layout does not ask for one.
                    if (rest.Length >= 2 && rest[0] is '.' or ',' && char.IsAsciiDigit(rest[1]) && Next(layoutRest).Part is not Part.Fraction0 and not Part.Fraction9)
                    {
                        var n = 2;
                        while (n < rest.Length && char.IsAsciiDigit(rest[n]))
                            n++;
                        return Nanoseconds(n) ? string.Empty : "fractional second";
                    }

                    return string.Empty;
                case Part.UpperPm or Part.LowerPm:
                    var upper = part == Part.UpperPm;
                    if (!rest.StartsWith(upper ? "PM" : "pm", StringComparison.Ordinal) && !rest.StartsWith(upper ? "AM" : "am", StringComparison.Ordinal))
                        return null;
                    pm = rest[0] is 'P' or 'p';
                    am = !pm;
                    rest = rest[2..];
                    return string.Empty;
                case Part.TimeZone:
                    return ReadZoneName() ? string.Empty : null;
                case Part.Fraction0:
                    var length = digits + 1;
                    return rest.Length >= length && rest[0] is '.' or ',' && rest.AsSpan(1, length - 1).IndexOfAnyExceptInRange('0', '9') < 0
                        ? (Nanoseconds(length) ? string.Empty : "fractional second")
                        : null;
                case Part.Fraction9:
                    if (rest.Length < 2 || rest[0] is not '.' and not ',' || !char.IsAsciiDigit(rest[1]))
                        return string.Empty;
                    var count = 1;
                    while (count < 10 && count < rest.Length && char.IsAsciiDigit(rest[count]))
                        count++;
                    return Nanoseconds(count) ? string.Empty : "fractional second";
                default:
                    return ReadOffset(part, element);
            }
        }

        private string? ReadOffset(Part part, string element)
        {
            if (element[0] == 'Z' && rest.StartsWith('Z'))
            {
                rest = rest[1..];
                isUtc = true;
                return string.Empty;
            }

            var colon = part is Part.Iso8601Colon or Part.NumZoneColon or Part.Iso8601ColonSeconds or Part.NumZoneColonSeconds;
            var hasMinutes = part is not Part.Iso8601Short and not Part.NumZoneShort;
            var hasSeconds = part is Part.Iso8601Seconds or Part.NumZoneSeconds or Part.Iso8601ColonSeconds or Part.NumZoneColonSeconds;
            if (rest.Length == 0 || rest[0] is not '+' and not '-')
                return null;
            var sign = rest[0] == '-' ? -1 : 1;
            rest = rest[1..];
            var minutes = 0;
            var seconds = 0;
            if (!Number(2, 2, out var hours))
                return null;
            if (hasMinutes && ((colon && !SkipChar(':')) || !Number(2, 2, out minutes)))
                return null;
            if (hasSeconds && ((colon && !SkipChar(':')) || !Number(2, 2, out seconds)))
                return null;
            if (hours > 24)
                return "time zone offset hour";
            if (minutes > 60)
                return "time zone offset minute";
            if (seconds > 60)
                return "time zone offset second";
            zoneOffset = sign * ((hours * 3600) + (minutes * 60) + seconds);
            return string.Empty;
        }

        private bool SkipChar(char c)
        {
            if (!rest.StartsWith(c))
                return false;
            rest = rest[1..];
            return true;
        }

        private bool ReadZoneName()
        {
            if (rest.StartsWith("UTC", StringComparison.Ordinal))
            {
                isUtc = true;
                rest = rest[3..];
                return true;
            }

            var length = 0;
            while (length < rest.Length && length < 6 && rest[length] is >= 'A' and <= 'Z')
                length++;
            if (rest.StartsWith("GMT", StringComparison.Ordinal))
            {
                length = 3;
                if (rest.Length > 3 && rest[3] is '+' or '-')
                {
                    var n = 4;
                    while (n < rest.Length && char.IsAsciiDigit(rest[n]))
                        n++;
                    if (int.TryParse(rest.AsSpan(4, n - 4), NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours <= 23)
                    {
                        zoneName = rest[..n];
                        rest = rest[n..];
                        return true;
                    }
                }
            }
            else if (rest.Length > 0 && rest[0] is '+' or '-')
            {
                var n = 1;
                while (n < rest.Length && char.IsAsciiDigit(rest[n]))
                    n++;
                if (!int.TryParse(rest.AsSpan(1, n - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || hours > 23)
                    return false;
                length = n;
            }
            else if (rest.StartsWith("ChST", StringComparison.Ordinal) || rest.StartsWith("MeST", StringComparison.Ordinal) || rest.StartsWith("WITA", StringComparison.Ordinal))
            {
                length = 4;
            }
            else if (length is < 3 or > 5 || (length == 5 && rest[4] != 'T') || (length == 4 && rest[3] != 'T'))
            {
                return false;
            }

            zoneName = rest[..length];
            rest = rest[length..];
            return true;
        }

        private bool Nanoseconds(int length)
        {
            var digits = rest.AsSpan(1, Math.Min(length - 1, 9)).ToString().PadRight(9, '0');
            nanoseconds = int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[length..];
            return true;
        }

        private bool Number(int least, int most, out int number)
        {
            number = 0;
            var length = 0;
            while (length < most && length < rest.Length && char.IsAsciiDigit(rest[length]))
                number = (number * 10) + (rest[length++] - '0');
            if (length < least || length == 0)
                return false;
            rest = rest[length..];
            return true;
        }

        private bool Word(string word)
        {
            if (!rest.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                return false;
            rest = rest[word.Length..];
            return true;
        }

        // A space of the layout stands for any number of spaces.
        private bool SkipLiteral(string prefix)
        {
            for (var i = 0; i < prefix.Length;)
            {
                if (prefix[i] == ' ')
                {
                    if (rest.Length > 0 && rest[0] != ' ')
                        return false;
                    while (i < prefix.Length && prefix[i] == ' ')
                        i++;
                    rest = rest.TrimStart(' ');
                    continue;
                }

                if (rest.Length == 0 || rest[0] != prefix[i])
                    return false;
                rest = rest[1..];
                i++;
            }

            return true;
        }

        private GoTime Build()
        {
            if (pm && hour < 12)
                hour += 12;
            else if (am && hour == 12)
                hour = 0;
            if (dayOfYear >= 0)
            {
                if (dayOfYear < 1 || dayOfYear > (IsLeap(year) ? 366 : 365))
                    throw Fail(string.Empty, fullValue, ": day-of-year out of range");
                var first = GoTime.Of(year, 1, dayOfYear, 0, 0, GoZone.Utc);
                if ((month >= 0 && month != first.Month) || (day >= 0 && day != first.Day))
                    throw Fail(string.Empty, fullValue, month >= 0 && month != first.Month ? ": day-of-year does not match month" : ": day-of-year does not match day");
                month = first.Month;
                day = first.Day;
            }

            if (month < 0)
                month = 1;
            if (day < 0)
                day = 1;
            if (day < 1 || day > DaysIn(month, year))
                throw Fail(string.Empty, fullValue, ": day out of range");
            var seconds = (hour * 3600) + (minute * 60) + second;
            if (isUtc)
                return GoTime.Of(year, month, day, seconds, nanoseconds, GoZone.Utc);
            if (zoneOffset != -1)
            {
                var utc = GoTime.Of(year, month, day, seconds, nanoseconds, GoZone.Utc);
                var unix = utc.UnixSeconds - zoneOffset;
                var (offset, name) = local.At(unix);
                return offset == zoneOffset && (zoneName.Length == 0 || name == zoneName)
                    ? new GoTime(unix, nanoseconds, local)
                    : new GoTime(unix, nanoseconds, GoZone.Fixed(zoneName, zoneOffset));
            }

            if (zoneName.Length > 0)
            {
                var here = GoTime.Of(year, month, day, seconds, nanoseconds, local);
                if (here.ZoneName == zoneName)
                    return here;
                var offset = 0;
                if (zoneName.Length > 3 && zoneName.StartsWith("GMT", StringComparison.Ordinal) && int.TryParse(zoneName.AsSpan(3), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var hours))
                    offset = hours * 3600;
                var utc = GoTime.Of(year, month, day, seconds, nanoseconds, GoZone.Utc);
                return new GoTime(utc.UnixSeconds - offset, nanoseconds, GoZone.Fixed(zoneName, offset));
            }

            return GoTime.Of(year, month, day, seconds, nanoseconds, local);
        }

        private static bool IsLeap(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

        private static int DaysIn(int month, long year) => month switch { 2 => IsLeap(year) ? 29 : 28, 4 or 6 or 9 or 11 => 30, _ => 31 };

        private FunctionException Bad(string element, string prefix) => Fail(prefix.Length > 0 && element == prefix ? prefix : element, rest, null);

        private FunctionException Fail(string element, string remaining, string? message) => new(
            message is not null
                ? "parsing time " + Quote(fullValue) + message
                : "parsing time " + Quote(fullValue) + " as " + Quote(fullLayout) + ": cannot parse " + Quote(remaining) + " as " + Quote(element));

        // The time package has a quoting of its own: everything but printable ASCII is told byte by byte.
        private static string Quote(string text)
        {
            var quoted = new StringBuilder(text.Length + 2).Append('"');
            foreach (var b in GoText.GetBytes(text))
            {
                if (b is < (byte)' ' or >= 0x80)
                    quoted.Append("\\x").Append(b.ToString("x2", CultureInfo.InvariantCulture));
                else if (b is (byte)'"' or (byte)'\\')
                    quoted.Append('\\').Append((char)b);
                else
                    quoted.Append((char)b);
            }

            return quoted.Append('"').ToString();
        }
    }
}
