using System.Globalization;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Go's <c>time.Time</c>: an instant to the nanosecond and a zone to show it in.</summary>
internal sealed class GoTime : GoStruct, IGoStringer, IGoSyntax, IGoJson, IEquatable<GoTime>
{
    private static readonly string[] WeekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private static readonly string[] MonthNames =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public GoTime(long unixSeconds, int nanoseconds, GoZone zone)
    {
        UnixSeconds = unixSeconds;
        Nanoseconds = nanoseconds;
        Zone = zone;
        (OffsetSeconds, ZoneName) = zone.At(unixSeconds);
        var local = unixSeconds + OffsetSeconds;
        var days = Math.DivRem(local, 86400, out var second);
        if (second < 0)
        {
            second += 86400;
            days--;
        }

        SecondOfDay = (int)second;
        Days = days;
        (Year, Month, Day) = FromDays(days);
    }

    /// <summary>Year 1, January 1, 00:00 UTC.</summary>
    public static GoTime Zero { get; } = new(-62135596800, 0, GoZone.Utc);

    public long UnixSeconds { get; }

    public int Nanoseconds { get; }

    public GoZone Zone { get; }

    public int OffsetSeconds { get; }

    public string ZoneName { get; }

    public long Year { get; }

    public int Month { get; }

    public int Day { get; }

    /// <summary>The day's number since 1970-01-01 in the zone.</summary>
    public long Days { get; }

    public int SecondOfDay { get; }

    public int DayOfWeek => (int)((((Days + 4) % 7) + 7) % 7);

    public int DayOfYear => (int)(Days - ToDays(Year, 1, 1)) + 1;

    public bool IsZero => UnixSeconds == Zero.UnixSeconds && Nanoseconds == 0;

    /// <inheritdoc/>
    public override string TypeName => "time.Time";

    /// <inheritdoc/>
    public override IReadOnlyList<GoField> Fields { get; } = [];

    public static string MonthName(int month) => MonthNames[month - 1];

    public static string WeekdayName(int day) => WeekdayNames[day];

    /// <summary>The instant of a date and time in a zone; parts out of range carry over, as Go's <c>time.Date</c> does.</summary>
    public static GoTime Of(long year, long month, long day, long second, long nanoseconds, GoZone zone)
    {
        month--;
        year += Math.DivRem(month, 12, out var rest);
        if (rest < 0)
        {
            rest += 12;
            year--;
        }

        second += Math.DivRem(nanoseconds, 1_000_000_000, out var nanos);
        if (nanos < 0)
        {
            nanos += 1_000_000_000;
            second--;
        }

        var local = ((ToDays(year, (int)rest + 1, 1) + day - 1) * 86400) + second;
        var unix = local - zone.At(local).Offset;
        var offset = zone.At(unix).Offset;
        unix = local - offset;
        return new GoTime(unix, (int)nanos, zone);
    }

    /// <inheritdoc/>
    public string GoSyntax()
    {
        var zone = ReferenceEquals(Zone, GoZone.Utc) ? "time.UTC" : Zone.IsLocal ? "time.Local" : $"time.Location({GoQuote.Quote(Zone.Name)})";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"time.Date({Year}, time.{MonthNames[Month - 1]}, {Day}, {SecondOfDay / 3600}, {SecondOfDay / 60 % 60}, {SecondOfDay % 60}, {Nanoseconds}, {zone})");
    }

    public GoTime In(GoZone zone) => new(UnixSeconds, Nanoseconds, zone);

    public GoTime Add(GoDuration duration)
    {
        var seconds = Math.DivRem(duration.Nanoseconds, 1_000_000_000, out var nanos);
        nanos += Nanoseconds;
        if (nanos >= 1_000_000_000)
        {
            nanos -= 1_000_000_000;
            seconds++;
        }
        else if (nanos < 0)
        {
            nanos += 1_000_000_000;
            seconds--;
        }

        return new GoTime(UnixSeconds + seconds, (int)nanos, Zone);
    }

    public GoDuration Subtract(GoTime other)
    {
        var difference = (((Int128)UnixSeconds - other.UnixSeconds) * 1_000_000_000) + Nanoseconds - other.Nanoseconds;
        return new GoDuration(difference > long.MaxValue ? long.MaxValue : difference < long.MinValue ? long.MinValue : (long)difference);
    }

    public int CompareInstant(GoTime other) => (UnixSeconds, Nanoseconds).CompareTo((other.UnixSeconds, other.Nanoseconds));

    public bool Equals(GoTime? other) => other is not null && UnixSeconds == other.UnixSeconds && Nanoseconds == other.Nanoseconds && Zone == other.Zone;

    public override bool Equals(object? obj) => Equals(obj as GoTime);

    public override int GetHashCode() => HashCode.Combine(UnixSeconds, Nanoseconds);

    /// <inheritdoc/>
    public string GoString() => GoLayout.Format(this, "2006-01-02 15:04:05.999999999 -0700 MST");

    /// <inheritdoc/>
    public string JsonText() => GoLayout.Format(this, "2006-01-02T15:04:05.999999999Z07:00");

    /// <inheritdoc/>
    public override TemplateFunction? FindMethod(string name)
    {
        return name switch
        {
            "Year" => Get(() => GoValue.Box((nint)Year)),
            "Month" => Get(() => new GoEnum("time.Month", Month, MonthName(Month))),
            "Day" => Get(() => GoValue.Box(Day)),
            "Hour" => Get(() => GoValue.Box(SecondOfDay / 3600)),
            "Minute" => Get(() => GoValue.Box(SecondOfDay / 60 % 60)),
            "Second" => Get(() => GoValue.Box(SecondOfDay % 60)),
            "Nanosecond" => Get(() => GoValue.Box(Nanoseconds)),
            "YearDay" => Get(() => GoValue.Box(DayOfYear)),
            "Weekday" => Get(() => new GoEnum("time.Weekday", DayOfWeek, WeekdayName(DayOfWeek))),
            "Unix" => Get(() => UnixSeconds),
            "UnixMilli" => Get(() => (UnixSeconds * 1000) + (Nanoseconds / 1_000_000)),
            "UnixMicro" => Get(() => (UnixSeconds * 1_000_000) + (Nanoseconds / 1000)),
            "UnixNano" => Get(() => unchecked((UnixSeconds * 1_000_000_000) + Nanoseconds)),
            "IsZero" => Get(() => GoValue.Box(IsZero)),
            "UTC" => Get(() => In(GoZone.Utc)),
            "Local" => new TemplateFunction(name, (x, _) => In(GoZone.Local(x.Time)), []),
            "String" => Get(GoString),
            "GoString" => Get(GoString),
            "Format" => new TemplateFunction(name, (_, a) => GoLayout.Format(this, (string)a[0]!), [GoType.String]),
            "Add" => new TemplateFunction(name, (_, a) => Add((GoDuration)a[0]!), [DateFunctions.DurationType]),
            "AddDate" => new TemplateFunction(name, (_, a) => Of(Year + (nint)a[0]!, Month + (nint)a[1]!, Day + (nint)a[2]!, SecondOfDay, Nanoseconds, Zone), [GoType.Int, GoType.Int, GoType.Int]),
            "Sub" => With(other => Subtract(other)),
            "Before" => With(other => GoValue.Box(CompareInstant(other) < 0)),
            "After" => With(other => GoValue.Box(CompareInstant(other) > 0)),
            "Equal" => With(other => GoValue.Box(CompareInstant(other) == 0)),
            "Compare" => With(other => GoValue.Box(CompareInstant(other))),
            "Truncate" => new TemplateFunction(name, (_, a) => Truncate((GoDuration)a[0]!), [DateFunctions.DurationType]),
            "Round" => new TemplateFunction(name, (_, a) => Round((GoDuration)a[0]!), [DateFunctions.DurationType]),
            _ => null,
        };

        TemplateFunction Get(Func<object?> read) => new(name, (_, _) => read(), []);
        TemplateFunction With(Func<GoTime, object?> compute) => new(name, (_, a) => compute((GoTime)a[0]!), [DateFunctions.TimeType]);
    }

    private static long ToDays(long year, int month, int day)
    {
        // Days of the proleptic Gregorian calendar, counted with years that begin in March.
        if (month <= 2)
            year--;
        var era = (year >= 0 ? year : year - 399) / 400;
        var yearOfEra = year - (era * 400);
        var dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146097) + dayOfEra - 719468;
    }

    private static (long Year, int Month, int Day) FromDays(long days)
    {
        days += 719468;
        var era = (days >= 0 ? days : days - 146096) / 146097;
        var dayOfEra = days - (era * 146097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shifted = ((5 * dayOfYear) + 2) / 153;
        var day = (int)(dayOfYear - (((153 * shifted) + 2) / 5) + 1);
        var month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, day);
    }

    private GoTime Truncate(GoDuration unit)
    {
        if (unit.Nanoseconds <= 0)
            return this;
        return Add(new GoDuration(-(long)(SinceZero() % unit.Nanoseconds)));
    }

    private GoTime Round(GoDuration unit)
    {
        if (unit.Nanoseconds <= 0)
            return this;
        var rest = (long)(SinceZero() % unit.Nanoseconds);
        return Add(new GoDuration(rest + rest < unit.Nanoseconds ? -rest : unit.Nanoseconds - rest));
    }

    private Int128 SinceZero() => (((Int128)UnixSeconds - Zero.UnixSeconds) * 1_000_000_000) + Nanoseconds;
}
