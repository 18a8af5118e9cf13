using System.Globalization;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's date functions with Go's layouts. "Local" is the clock's zone.</summary>
internal static class DateFunctions
{
    private const string IsoDate = "2006-01-02";

    /// <summary><c>time.Time</c>.</summary>
    public static GoType TimeType { get; } = new("time.Time", GoKind.Struct, static v => v is GoTime, GoTime.Zero);

    /// <summary><c>time.Duration</c>.</summary>
    public static GoType DurationType { get; } = new("time.Duration", GoKind.Int64, static v => v is GoDuration, new GoDuration(0));

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "now", [], static (x, _) => Now(x) },
        { "ago", [GoType.Any], static (x, a) => Ago(x, a[0]) },
        { "date", [GoType.String, GoType.Any], static (x, a) => InZone(x, (string)a[0]!, a[1], "Local") },
        { "date_in_zone", [GoType.String, GoType.Any, GoType.String], static (x, a) => InZone(x, (string)a[0]!, a[1], (string)a[2]!) },
        { "dateInZone", [GoType.String, GoType.Any, GoType.String], static (x, a) => InZone(x, (string)a[0]!, a[1], (string)a[2]!) },
        { "htmlDate", [GoType.Any], static (x, a) => InZone(x, IsoDate, a[0], "Local") },
        { "htmlDateInZone", [GoType.Any, GoType.String], static (x, a) => InZone(x, IsoDate, a[0], (string)a[1]!) },
        { "date_modify", [GoType.String, TimeType], static (_, a) => Modify((string)a[0]!, (GoTime)a[1]!, must: false) },
        { "dateModify", [GoType.String, TimeType], static (_, a) => Modify((string)a[0]!, (GoTime)a[1]!, must: false) },
        { "must_date_modify", [GoType.String, TimeType], static (_, a) => Modify((string)a[0]!, (GoTime)a[1]!, must: true) },
        { "mustDateModify", [GoType.String, TimeType], static (_, a) => Modify((string)a[0]!, (GoTime)a[1]!, must: true) },
        { "toDate", [GoType.String, GoType.String], static (x, a) => ToDate(x, (string)a[0]!, (string)a[1]!) },
        { "mustToDate", [GoType.String, GoType.String], static (x, a) => GoLayout.Parse((string)a[0]!, (string)a[1]!, GoZone.Local(x.Time)) },
        { "unixEpoch", [TimeType], static (_, a) => ((GoTime)a[0]!).UnixSeconds.ToString(CultureInfo.InvariantCulture) },
        { "duration", [GoType.Any], static (_, a) => Seconds(a[0]) },
        { "durationRound", [GoType.Any], static (x, a) => RoundDown(x, a[0]) },
    };

    private static GoTime Now(Execution execution)
    {
        var ticks = execution.Time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        return new GoTime(seconds, (int)rest * 100, GoZone.Local(execution.Time));
    }

    private static GoTime ToTime(Execution execution, object? value) => value switch
    {
        GoTime time => time,
        nint n => new GoTime(n, 0, GoZone.Local(execution.Time)),
        long n => new GoTime(n, 0, GoZone.Local(execution.Time)),
        int n => new GoTime(n, 0, GoZone.Local(execution.Time)),
        _ => Now(execution),
    };

    private static string InZone(Execution execution, string layout, object? value, string zone) =>
        GoLayout.Format(ToTime(execution, value).In(GoZone.Find(zone, execution.Time) ?? GoZone.Utc), layout);

    private static string Ago(Execution execution, object? value)
    {
        var since = Now(execution).Subtract(value is int ? Now(execution) : ToTime(execution, value));
        return since.RoundToSecond().GoString();
    }

    private static GoTime Modify(string text, GoTime time, bool must)
    {
        if (DurationText.TryParse(text, out var duration, out var error))
            return time.Add(duration);
        return must ? throw new FunctionException(error) : time;
    }

    private static GoTime ToDate(Execution execution, string layout, string text)
    {
        try
        {
            return GoLayout.Parse(layout, text, GoZone.Local(execution.Time));
        }
        catch (FunctionException)
        {
            // toDate gives the zero time for what it cannot read; mustToDate fails.
            return GoTime.Zero;
        }
    }

    private static string Seconds(object? value)
    {
        long seconds = 0;
        if (value is long number)
            seconds = number;
        else if (value is string text && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seconds))
            seconds = 0;
        return new GoDuration(unchecked(seconds * 1_000_000_000)).GoString();
    }

    private static string RoundDown(Execution execution, object? value)
    {
        const ulong Hour = 3_600_000_000_000;
        var nanoseconds = value switch
        {
            string text => DurationText.TryParse(text, out var parsed, out _) ? parsed.Nanoseconds : 0,
            long number => number,
            GoTime time => Now(execution).Subtract(time).Nanoseconds,
            _ => 0,
        };
        var size = nanoseconds < 0 ? 0UL - unchecked((ulong)nanoseconds) : (ulong)nanoseconds;
        foreach (var (unit, name) in new[] { (Hour * 24 * 365, "y"), (Hour * 24 * 30, "mo"), (Hour * 24, "d"), (Hour, "h"), (Hour / 60, "m"), (Hour / 3600, "s") })
        {
            if (size > unit)
                return (size / unit).ToString(CultureInfo.InvariantCulture) + name;
        }

        return "0s";
    }
}
