using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using GitOps.Helm.Functions;

namespace GitOps.Helm.Schema;

/// <summary>The formats of strings that drafts up to 7 check; unknown ones are passed over.</summary>
internal static partial class SchemaFormats
{
    /// <summary>What is wrong with a text; null when nothing is.</summary>
    public static string? Check(string format, string text) => format switch
    {
        "email" => Email(text),
        "hostname" => Hostname(text),
        "ipv4" => Ipv4(text),
        "ipv6" => Ipv6(text),
        "date" => Date(text),
        "time" => Time(text),
        "date-time" => DateAndTime(text),
        "duration" => Duration(text),
        "period" => Period(text),
        "uuid" => UuidPattern().IsMatch(text) ? null : "must have 5 elements of hex digits",
        "uri" or "iri" => Url(text, mayBeRelative: false),
        "uri-reference" or "iri-reference" => text.Contains('\\', StringComparison.Ordinal) ? "contains \\" : Url(text, mayBeRelative: true),
        "uri-template" => UriTemplate(text),
        "json-pointer" => JsonPointer(text),
        "relative-json-pointer" => RelativeJsonPointer(text),
        "regex" => IsRegex(text) ? null : "invalid regular expression",
        "semver" => SemVersion.TryParseStrict(text, out _) ? null : "versionCore must have 3 numbers separated by dot",
        _ => null,
    };

    private static string? Email(string text)
    {
        if (text.Length > 255)
        {
            return "more than 255 characters long";
        }

        var at = text.LastIndexOf('@');
        if (at < 0)
        {
            return "missing @";
        }

        var local = text[..at];
        var domain = text[(at + 1)..];
        if (local.Length > 64)
        {
            return "local part more than 64 characters long";
        }

        if (local.Length > 1 && local.StartsWith('"') && local.EndsWith('"'))
        {
            if (local[1..^1].AsSpan().ContainsAny('\\', '"'))
            {
                return "backslash and quote are not allowed within quoted local part";
            }
        }
        else
        {
            if (local.StartsWith('.'))
            {
                return "starts with dot";
            }

            if (local.EndsWith('.'))
            {
                return "ends with dot";
            }

            if (local.Contains("..", StringComparison.Ordinal))
            {
                return "consecutive dots";
            }

            foreach (var c in local)
            {
                if (!char.IsAsciiLetterOrDigit(c) && !".!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal))
                {
                    return $"invalid character '{c}'";
                }
            }
        }

        if (domain.StartsWith('[') && domain.EndsWith(']'))
        {
            var address = domain[1..^1];
            return address.StartsWith("IPv6:", StringComparison.Ordinal)
                ? Ipv6(address["IPv6:".Length..]) is { } six ? $"invalid ipv6 address: {six}" : null
                : Ipv4(address) is { } four ? $"invalid ipv4 address: {four}" : null;
        }

        return Hostname(domain) is { } problem ? $"invalid domain: {problem}" : null;
    }

    private static string? Hostname(string text)
    {
        var name = text.EndsWith('.') ? text[..^1] : text;
        if (name.Length > 253)
        {
            return "more than 253 characters long";
        }

        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63)
            {
                return "label must be 1 to 63 characters long";
            }

            if (label.StartsWith('-'))
            {
                return "label starts with hyphen";
            }

            if (label.EndsWith('-'))
            {
                return "label ends with hyphen";
            }

            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                {
                    return $"invalid character '{c}'";
                }
            }
        }

        return null;
    }

    private static string? Ipv4(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4)
        {
            return "expected four decimals";
        }

        foreach (var part in parts)
        {
            if (part.Length > 1 && part[0] == '0')
            {
                return "leading zeros";
            }

            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 255)
            {
                return "decimal must be between 0 and 255";
            }
        }

        return null;
    }

    private static string? Ipv6(string text)
    {
        if (!text.Contains(':', StringComparison.Ordinal))
        {
            return "missing colon";
        }

        // Go takes no leading zeros in the IPv4 address at the end.
        var last = text[(text.LastIndexOf(':') + 1)..];
        return text.AsSpan().ContainsAny('%', '[', ']') || !IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6
            || (last.Contains('.', StringComparison.Ordinal) && Ipv4(last) is not null)
            ? "not an IPv6 address"
            : null;
    }

    private static string? Date(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? null : "not a date of the form 2006-01-02";

    private static string? Time(string text)
    {
        var match = TimePattern().Match(text);
        if (!match.Success)
        {
            return "missing hour/min/sec";
        }

        int Part(int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        if (Part(1) > 23 || Part(2) > 59 || Part(3) > 60 || Part(5) > 23 || Part(6) > 59)
        {
            return "hour/min/sec out of range";
        }

        if (Part(3) < 60)
        {
            return null;
        }

        // A leap second comes at the end of a day in UTC.
        var offset = (Part(5) * 60) + Part(6);
        var minutes = (Part(1) * 60) + Part(2) + (match.Groups[4].ValueSpan is "-" ? offset : -offset);
        return ((minutes % 1440) + 1440) % 1440 == 1439 ? null : "invalid leap second";
    }

    private static string? DateAndTime(string text) =>
        text.Length < 20 ? "less than 20 characters long"
        : text[10] is not ('t' or 'T') ? "11th character must be t or T"
        : Date(text[..10]) is { } date ? $"invalid date element: {date}"
        : Time(text[11..]) is { } time ? $"invalid time element: {time}"
        : null;

    private static string? Duration(string text) =>
        DurationPattern().IsMatch(text) && text.Length > 1 && !text.EndsWith('T') ? null : "must start with P";

    private static string? Period(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return "missing slash";
        }

        var (start, end) = (text[..slash], text[(slash + 1)..]);
        var startsWithDuration = start.StartsWith('P');
        if ((startsWithDuration ? Duration(start) : DateAndTime(start)) is { } wrongStart)
        {
            return $"invalid start {(startsWithDuration ? "duration" : "date-time")}: {wrongStart}";
        }

        var endsWithDuration = !startsWithDuration && end.StartsWith('P');
        return (endsWithDuration ? Duration(end) : DateAndTime(end)) is { } wrongEnd
            ? $"invalid end {(endsWithDuration ? "duration" : "date-time")}: {wrongEnd}"
            : null;
    }

    private static string? Url(string text, bool mayBeRelative)
    {
        if (!GoUrl.TryParse(text, out var url, out var error))
        {
            return error;
        }

        if (url.Hostname.Contains(':', StringComparison.Ordinal))
        {
            if (!url.Host.Contains('[', StringComparison.Ordinal) || !url.Host.Contains(']', StringComparison.Ordinal))
            {
                return "ipv6 address not enclosed in brackets";
            }

            if (Ipv6(url.Hostname) is { } wrongHost)
            {
                return $"invalid ipv6 address: {wrongHost}";
            }
        }

        return mayBeRelative || url.Scheme.Length > 0 ? null : "relative url";
    }

    private static string? UriTemplate(string text)
    {
        var open = false;
        foreach (var c in text)
        {
            if (c is '{' or '}')
            {
                if (open == (c == '{'))
                {
                    return c == '{' ? "nested curly braces" : "no matching opening brace";
                }

                open = !open;
            }
        }

        return open ? "no matching closing brace" : null;
    }

    private static string? JsonPointer(string text) =>
        text.Length > 0 && text[0] != '/' ? "not starting with /"
        : InvalidTilde().IsMatch(text) ? "~ must be followed by 0 or 1"
        : null;

    private static string? RelativeJsonPointer(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? text.Length : digits;
        return digits == 0 ? "must start with non-negative integer"
            : digits > 1 && text[0] == '0' ? "starts with zero"
            : text[digits..] is "#" ? null
            : JsonPointer(text[digits..]);
    }

    private static bool IsRegex(string text)
    {
        try
        {
            SchemaRegex.Compile(text, "");
            return true;
        }
        catch (SchemaException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)\z", RegexOptions.CultureInvariant | RegexOptions.ECMAScript, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DurationPattern();

    [GeneratedRegex(@"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UuidPattern();

    [GeneratedRegex(@"^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[zZ]|([+-])([0-9]{2}):([0-9]{2}))\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TimePattern();

    [GeneratedRegex("~(?![01])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InvalidTilde();
}
