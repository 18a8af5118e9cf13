using System.Globalization;

namespace GitOps.Testing;

/// <summary>Says what is wrong with a schedule in cron's notation.</summary>
internal static class CronSchedule
{
    private static readonly (string Name, int Least, int Most, string[] Words)[] Fields =
    [
        ("minute", 0, 59, []),
        ("hour", 0, 23, []),
        ("day of month", 1, 31, []),
        ("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        ("day of week", 0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    public static string? Problem(string schedule)
    {
        var text = schedule.Trim();
        if (text.StartsWith("TZ=", StringComparison.Ordinal) || text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
        }

        if (text.StartsWith('@'))
        {
            return text is "@yearly" or "@annually" or "@monthly" or "@weekly" or "@daily" or "@midnight" or "@hourly" || text.StartsWith("@every ", StringComparison.Ordinal)
                ? null : $"unrecognized descriptor: {text}";
        }

        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
        {
            return string.Create(CultureInfo.InvariantCulture, $"expected exactly 5 fields, found {parts.Length}: [{string.Join(' ', parts)}]");
        }

        for (var i = 0; i < parts.Length; i++)
        {
            foreach (var range in parts[i].Split(','))
            {
                if (!Fits(range, Fields[i].Least, Fields[i].Most, Fields[i].Words))
                {
                    return $"failed to parse {Fields[i].Name} from {range}";
                }
            }
        }

        return null;
    }

    public static string? ZoneProblem(string zone) =>
        zone.Length == 0 ? "timeZone must be nil or non-empty string"
        : string.Equals(zone, "Local", StringComparison.OrdinalIgnoreCase) ? "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        : TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _) ? null : $"unknown time zone {zone}";

    private static bool Fits(string range, int least, int most, string[] words)
    {
        var step = range.Split('/');
        if (step.Length > 2 || (step.Length == 2 && !(int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out var every) && every > 0)))
        {
            return false;
        }

        if (step[0] is "*" or "?")
        {
            return true;
        }

        var bounds = step[0].Split('-');
        return bounds.Length <= 2 && Value(bounds[0], words, least) is { } first && Value(bounds[^1], words, least) is { } last && first >= least && last <= most && first <= last;
    }

    private static int? Value(string text, string[] words, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : Array.FindIndex(words, w => string.Equals(w, text, StringComparison.OrdinalIgnoreCase)) is var index and >= 0 ? index + least : null;
}
