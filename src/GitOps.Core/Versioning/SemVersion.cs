using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace GitOps;

/// <summary>
/// A semantic version, read as leniently as Helm and Flux read it: a leading <c>v</c> is allowed, minor and patch may be left out,
/// leading zeros are dropped.
/// </summary>
/// <remarks>Immutable. Build metadata takes no part in comparison or equality.</remarks>
public sealed class SemVersion : IComparable<SemVersion>, IEquatable<SemVersion>
{
    /// <summary>Makes a version.</summary>
    /// <param name="major">The first number.</param>
    /// <param name="minor">The second number.</param>
    /// <param name="patch">The third number.</param>
    /// <param name="prerelease">The pre-release part without its hyphen; empty for none. It is not checked.</param>
    /// <param name="metadata">The build metadata without its plus sign; empty for none. It is not checked.</param>
    public SemVersion(ulong major, ulong minor, ulong patch, string prerelease = "", string metadata = "")
        : this(major, minor, patch, prerelease, metadata, null)
    {
    }

    private SemVersion(ulong major, ulong minor, ulong patch, string prerelease, string metadata, string? original)
    {
        ArgumentNullException.ThrowIfNull(prerelease);
        ArgumentNullException.ThrowIfNull(metadata);
        Major = major;
        Minor = minor;
        Patch = patch;
        Prerelease = prerelease;
        Metadata = metadata;
        Original = original ?? ToString();
    }

    /// <summary>The first number.</summary>
    public ulong Major { get; }

    /// <summary>The second number.</summary>
    public ulong Minor { get; }

    /// <summary>The third number.</summary>
    public ulong Patch { get; }

    /// <summary>The pre-release part without its hyphen; empty for none.</summary>
    public string Prerelease { get; }

    /// <summary>The build metadata without its plus sign; empty for none.</summary>
    public string Metadata { get; }

    /// <summary>The text the version was read from, such as <c>v1.2</c>.</summary>
    public string Original { get; }

    /// <summary>Whether the version has a pre-release part.</summary>
    public bool IsPrerelease => Prerelease.Length > 0;

    /// <summary>Reads a version leniently.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FormatException">The text is no version.</exception>
    public static SemVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, strict: false, out var error) ?? throw new FormatException(error);
    }

    /// <summary>Reads a version leniently.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">The version.</param>
    /// <returns>Whether the text is a version.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SemVersion? version)
    {
        version = text is null ? null : Read(text, strict: false, out _);
        return version is not null;
    }

    /// <summary>Reads a version that keeps to the letter of Semantic Versioning 2: three numbers, no leading zero, no <c>v</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FormatException">The text is no version.</exception>
    public static SemVersion ParseStrict(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, strict: true, out var error) ?? throw new FormatException(error);
    }

    /// <summary>Reads a version that keeps to the letter of Semantic Versioning 2: three numbers, no leading zero, no <c>v</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">The version.</param>
    /// <returns>Whether the text is a version.</returns>
    public static bool TryParseStrict([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SemVersion? version)
    {
        version = text is null ? null : Read(text, strict: true, out _);
        return version is not null;
    }

    /// <summary>The next patch version; a pre-release becomes its release.</summary>
    /// <returns>The version.</returns>
    public SemVersion IncrementPatch() => Next(Major, Minor, IsPrerelease ? Patch : checked(Patch + 1));

    /// <summary>The next minor version.</summary>
    /// <returns>The version.</returns>
    public SemVersion IncrementMinor() => Next(Major, checked(Minor + 1), 0);

    /// <summary>The next major version.</summary>
    /// <returns>The version.</returns>
    public SemVersion IncrementMajor() => Next(checked(Major + 1), 0, 0);

    /// <inheritdoc/>
    public int CompareTo(SemVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = Major.CompareTo(other.Major);
        order = order != 0 ? order : Minor.CompareTo(other.Minor);
        order = order != 0 ? order : Patch.CompareTo(other.Patch);
        return order != 0 ? order : (IsPrerelease, other.IsPrerelease) switch
        {
            (false, false) => 0,
            (false, true) => 1,
            (true, false) => -1,
            _ => ComparePrerelease(Prerelease, other.Prerelease),
        };
    }

    /// <inheritdoc/>
    public bool Equals(SemVersion? other) => other is not null && CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SemVersion);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Major, Minor, Patch, Prerelease.GetHashCode(StringComparison.Ordinal));

    /// <summary>The canonical text, without a leading <c>v</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Major}.{Minor}.{Patch}{(Prerelease.Length > 0 ? "-" : "")}{Prerelease}{(Metadata.Length > 0 ? "+" : "")}{Metadata}");

    /// <summary>Whether two versions are of equal precedence.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other.</param>
    /// <returns><see langword="true"/> when they are.</returns>
    public static bool operator ==(SemVersion? left, SemVersion? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two versions are of different precedence.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other.</param>
    /// <returns><see langword="true"/> when they are.</returns>
    public static bool operator !=(SemVersion? left, SemVersion? right) => !(left == right);

    /// <summary>Orders versions by precedence.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether the left one is lower.</returns>
    public static bool operator <(SemVersion? left, SemVersion? right) => Compare(left, right) < 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(SemVersion? left, SemVersion? right) => Compare(left, right) <= 0;

    /// <summary>Orders versions by precedence.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether the left one is higher.</returns>
    public static bool operator >(SemVersion? left, SemVersion? right) => Compare(left, right) > 0;

    /// <inheritdoc cref="op_GreaterThan"/>
    public static bool operator >=(SemVersion? left, SemVersion? right) => Compare(left, right) >= 0;

    /// <summary>Orders two pre-release parts; an empty part comes first.</summary>
    internal static int ComparePrerelease(string left, string right)
    {
        var a = left.Split('.');
        var b = right.Split('.');
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var order = CompareIdentifier(i < a.Length ? a[i] : "", i < b.Length ? b[i] : "");
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int Compare(SemVersion? left, SemVersion? right) => left is null ? (right is null ? 0 : -1) : left.CompareTo(right);

    private static int CompareIdentifier(string left, string right)
    {
        if (string.Equals(left, right, StringComparison.Ordinal))
        {
            return 0;
        }

        if (left.Length == 0)
        {
            return -1;
        }

        if (right.Length == 0)
        {
            return 1;
        }

        // A number too large for 64 bits is compared as text, as the Go library does.
        var leftIsNumber = ulong.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var l);
        var rightIsNumber = ulong.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out var r);
        return (leftIsNumber, rightIsNumber) switch
        {
            (true, true) => l > r ? 1 : -1,
            (true, false) => -1,
            (false, true) => 1,
            _ => string.CompareOrdinal(left, right) > 0 ? 1 : -1,
        };
    }

    private static SemVersion? Read(string text, bool strict, out string error)
    {
        error = "";
        if (text.Length == 0 && strict)
        {
            error = "version string empty";
            return null;
        }

        var rest = text.AsSpan();
        if (!strict && rest.StartsWith("v", StringComparison.Ordinal))
        {
            rest = rest[1..];
        }

        Span<ulong> numbers = [0, 0, 0];
        var count = 0;
        while (count < 3)
        {
            var start = count == 0 ? 0 : 1;
            if (count > 0 && (rest.IsEmpty || rest[0] != '.'))
            {
                break;
            }

            var length = 0;
            while (start + length < rest.Length && char.IsAsciiDigit(rest[start + length]))
            {
                length++;
            }

            if (length == 0)
            {
                error = "invalid semantic version";
                return null;
            }

            var digits = rest.Slice(start, length);
            if (strict && length > 1 && digits[0] == '0')
            {
                error = "version segment starts with 0";
                return null;
            }

            if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count]))
            {
                error = $"error parsing version segment: strconv.ParseUint: parsing \"{digits}\": value out of range";
                return null;
            }

            rest = rest[(start + length)..];
            count++;
        }

        if (strict && count < 3)
        {
            error = "invalid semantic version";
            return null;
        }

        var prerelease = "";
        var metadata = "";
        if (rest.StartsWith("-", StringComparison.Ordinal))
        {
            var end = rest.IndexOf('+');
            prerelease = (end < 0 ? rest[1..] : rest[1..end]).ToString();
            rest = end < 0 ? [] : rest[end..];
            if (!AreIdentifiers(prerelease))
            {
                error = strict ? "invalid prerelease string" : "invalid semantic version";
                return null;
            }

            if (HasNumberWithLeadingZero(prerelease))
            {
                error = "version segment starts with 0";
                return null;
            }
        }

        if (rest.StartsWith("+", StringComparison.Ordinal))
        {
            metadata = rest[1..].ToString();
            rest = [];
            if (!AreIdentifiers(metadata))
            {
                error = strict ? "invalid metadata string" : "invalid semantic version";
                return null;
            }
        }

        if (!rest.IsEmpty)
        {
            error = strict ? "invalid characters in version" : "invalid semantic version";
            return null;
        }

        return new SemVersion(numbers[0], numbers[1], numbers[2], prerelease, metadata, text);
    }

    private static bool AreIdentifiers(string text)
    {
        var empty = true;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (empty)
                {
                    return false;
                }

                empty = true;
            }
            else if (char.IsAsciiLetterOrDigit(c) || c == '-')
            {
                empty = false;
            }
            else
            {
                return false;
            }
        }

        return !empty;
    }

    private static bool HasNumberWithLeadingZero(string prerelease)
    {
        foreach (var part in prerelease.Split('.'))
        {
            if (part.Length > 1 && part[0] == '0' && !part.AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                return true;
            }
        }

        return false;
    }

    private SemVersion Next(ulong major, ulong minor, ulong patch)
    {
        var next = new SemVersion(major, minor, patch);
        return Original.StartsWith('v') ? new SemVersion(major, minor, patch, "", "", $"v{next}") : next;
    }
}
