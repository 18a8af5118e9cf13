using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using GitOps.Limits;

namespace GitOps.Helm.Functions;

/// <summary>Go's <c>time.Location</c>: the offset and abbreviation of a time zone at any instant.</summary>
internal sealed class GoZone
{
    private static readonly ConcurrentDictionary<string, GoZone?> Known = new(StringComparer.Ordinal);
    private readonly TimeZoneInfo? rules;
    private readonly int fixedOffset;
    private readonly string fixedName;
    private readonly List<(long From, int Offset, bool IsDst, string Name)> abbreviations;

    private GoZone(TimeZoneInfo? rules, int fixedOffset, string fixedName, List<(long, int, bool, string)> abbreviations)
    {
        this.rules = rules;
        this.fixedOffset = fixedOffset;
        this.fixedName = fixedName;
        this.abbreviations = abbreviations;
    }

    /// <summary>UTC.</summary>
    public static GoZone Utc { get; } = new(null, 0, "UTC", []);

    /// <summary>The zone of the clock.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>The zone.</returns>
    public static GoZone Local(TimeProvider time)
    {
        var local = time.LocalTimeZone;
        if (local.Id is "UTC" or "Etc/UTC" || local.Equals(TimeZoneInfo.Utc))
            return Utc;
        return Known.GetOrAdd("Local/" + local.Id, static (_, zone) => new GoZone(zone, 0, string.Empty, ReadAbbreviations(zone.Id)) { IsLocal = true }, local)!;
    }

    /// <summary>A zone by its IANA name.</summary>
    /// <param name="name">The name; empty and <c>UTC</c> are UTC, <c>Local</c> is the clock's zone.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The zone, or <see langword="null"/> if unknown.</returns>
    public static GoZone? Find(string name, TimeProvider time)
    {
        if (name is "" or "UTC")
            return Utc;
        if (name == "Local")
            return Local(time);
        if (name.Contains("..", StringComparison.Ordinal) || name[0] is '/' or '\\' || name.Contains('\\', StringComparison.Ordinal) || name.Length > 64)
            return null;
        return Known.GetOrAdd(name, static n => TimeZoneInfo.TryFindSystemTimeZoneById(n, out var rules) ? new GoZone(rules, 0, string.Empty, ReadAbbreviations(n)) : null);
    }

    /// <summary>What the zone is called: its IANA name, or the abbreviation of a fixed one.</summary>
    public string Name => rules?.Id ?? fixedName;

    /// <summary>Whether this is the clock's zone.</summary>
    public bool IsLocal { get; private init; }

    /// <summary>A zone with one offset for ever.</summary>
    /// <param name="name">Its abbreviation.</param>
    /// <param name="offset">Seconds east of UTC.</param>
    /// <returns>The zone.</returns>
    public static GoZone Fixed(string name, int offset) => new(null, offset, name, []);

    /// <summary>The offset and abbreviation at an instant.</summary>
    /// <param name="unixSeconds">The instant.</param>
    /// <returns>Seconds east of UTC, and the abbreviation.</returns>
    public (int Offset, string Name) At(long unixSeconds)
    {
        if (rules is null)
            return (fixedOffset, fixedName);
        var clamped = Math.Clamp(unixSeconds, -62135596800, 253402300799);
        var instant = DateTimeOffset.FromUnixTimeSeconds(clamped);
        var offset = (int)rules.GetUtcOffset(instant).TotalSeconds;
        var name = Abbreviation(unixSeconds, offset, rules.IsDaylightSavingTime(instant));
        return (offset, name);
    }

    private string Abbreviation(long unixSeconds, int offset, bool isDst)
    {
        string? match = null;
        foreach (var entry in abbreviations)
        {
            if (entry.Offset != offset || entry.IsDst != isDst)
                continue;
            if (match is not null && entry.From > unixSeconds)
                break;
            match = entry.Name;
        }

        if (match is not null)
            return match;
        var sign = offset < 0 ? '-' : '+';
        var size = Math.Abs(offset);
        var text = string.Create(CultureInfo.InvariantCulture, $"{sign}{size / 3600:00}");
        return size % 3600 == 0 ? text : text + string.Create(CultureInfo.InvariantCulture, $"{size / 60 % 60:00}");
    }

    // .NET knows offsets but not abbreviations; the system's compiled zone files have both.
    private static List<(long, int, bool, string)> ReadAbbreviations(string id)
    {
        var found = new List<(long, int, bool, string)>();
        try
        {
            var file = Path.Combine("/usr/share/zoneinfo", id);
            if (!File.Exists(file) || new FileInfo(file).Length > 64 * 1024)
                return found;
            var data = BoundedRead.File(file, 64 * 1024).AsSpan();
            if (data.Length < 44 || !data[..4].SequenceEqual("TZif"u8))
                return found;
            var wide = data[4] >= (byte)'2';
            if (wide)
                data = data[(44 + BlockLength(data, 4))..];
            var size = wide ? 8 : 4;
            var times = Count(data, 32);
            var types = Count(data, 36);
            var indexes = data.Slice(44 + (times * size), times);
            var typeData = data.Slice(44 + (times * (size + 1)), types * 6);
            var names = data[(44 + (times * (size + 1)) + (types * 6))..];
            for (var i = -types; i < times; i++)
            {
                // The types themselves come first, so that times before the first change find a name.
                var type = typeData.Slice((i < 0 ? i + types : indexes[i]) * 6, 6);
                var from = i < 0 ? long.MinValue : wide ? BinaryPrimitives.ReadInt64BigEndian(data[(44 + (i * 8))..]) : BinaryPrimitives.ReadInt32BigEndian(data[(44 + (i * 4))..]);
                var name = names[type[5]..];
                name = name[..name.IndexOf((byte)0)];
                found.Add((from, BinaryPrimitives.ReadInt32BigEndian(type), type[4] != 0, Encoding.ASCII.GetString(name)));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Without the file the abbreviation is the offset, as Go prints zones that have no name.
            found.Clear();
        }

        return found;
    }

    private static int Count(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadInt32BigEndian(data[at..]);

    private static int BlockLength(ReadOnlySpan<byte> data, int size) =>
        (Count(data, 32) * (size + 1)) + (Count(data, 36) * 6) + Count(data, 40) + (Count(data, 28) * (size + 4)) + Count(data, 24) + Count(data, 20);
}
