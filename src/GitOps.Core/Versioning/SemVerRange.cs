namespace GitOps;

/// <summary>One range of a constraint: an operator and a version that may leave parts open (<c>1.x</c>).</summary>
internal sealed class SemVerRange
{
    private readonly SemVerOperator _operator;
    private readonly string _operatorText;
    private readonly string _text;
    private readonly bool _dirty;
    private readonly bool _minorDirty;
    private readonly bool _patchDirty;

    private SemVerRange(SemVerOperator op, string operatorText, string text, SemVersion version, bool dirty, bool minorDirty, bool patchDirty)
    {
        _operator = op;
        _operatorText = operatorText;
        _text = text;
        Version = version;
        _dirty = dirty;
        _minorDirty = minorDirty;
        _patchDirty = patchDirty;
    }

    /// <summary>The version, with open parts as 0.</summary>
    public SemVersion Version { get; }

    public static SemVerOperator? OperatorOf(ReadOnlySpan<char> text) => text switch
    {
        "" or "=" => SemVerOperator.Equal,
        "!=" => SemVerOperator.NotEqual,
        ">" => SemVerOperator.Greater,
        "<" => SemVerOperator.Less,
        ">=" or "=>" => SemVerOperator.GreaterOrEqual,
        "<=" or "=<" => SemVerOperator.LessOrEqual,
        "~" or "~>" => SemVerOperator.Tilde,
        "^" => SemVerOperator.Caret,
        _ => null,
    };

    /// <summary>Where the version that starts at a place ends, or -1 when none starts there.</summary>
    public static int VersionEnd(string text, int at)
    {
        if (at < text.Length && text[at] == 'v')
        {
            at++;
        }

        at = NumberEnd(text, at);
        if (at < 0)
        {
            return -1;
        }

        for (var i = 0; i < 2 && at < text.Length && text[at] == '.'; i++)
        {
            var end = NumberEnd(text, at + 1);
            if (end < 0)
            {
                break;
            }

            at = end;
        }

        at = IdentifiersEnd(text, at, '-');
        return IdentifiersEnd(text, at, '+');
    }

    /// <summary>Reads a version whose extent <see cref="VersionEnd"/> found; null when its numbers are none.</summary>
    public static SemVerRange? Read(SemVerOperator op, string operatorText, string text)
    {
        var start = text.StartsWith('v') ? 1 : 0;
        var coreEnd = text.AsSpan(start).IndexOfAny('-', '+') is var suffix and >= 0 ? start + suffix : text.Length;
        var numbers = text[start..coreEnd].Split('.');
        var prereleaseEnd = text.IndexOf('+', coreEnd) is var plus and >= 0 ? plus : text.Length;
        var prerelease = text[coreEnd..prereleaseEnd];

        bool dirty = false, minorDirty = false, patchDirty = false;
        string version;
        if (IsOpen(numbers, 0))
        {
            version = $"0.0.0{prerelease}";
            dirty = true;
        }
        else if (IsOpen(numbers, 1))
        {
            version = $"{numbers[0]}.0.0{prerelease}";
            dirty = minorDirty = true;
        }
        else if (IsOpen(numbers, 2))
        {
            version = $"{numbers[0]}.{numbers[1]}.0{prerelease}";
            dirty = patchDirty = true;
        }
        else
        {
            version = text;
        }

        return SemVersion.TryParse(version, out var parsed) ? new SemVerRange(op, operatorText, text, parsed, dirty, minorDirty, patchDirty) : null;
    }

    /// <summary>Why the range refuses a version; null when it accepts it.</summary>
    public string? Refuse(SemVersion v, bool includePrerelease)
    {
        if (v.IsPrerelease && !includePrerelease)
        {
            return $"\"{v}\" is a prerelease version and the constraint is only looking for release versions";
        }

        return _operator switch
        {
            SemVerOperator.NotEqual => NotEqual(v),
            SemVerOperator.Greater => Greater(v),
            SemVerOperator.Less => v < Version ? null : $"\"{v}\" is greater than or equal to \"{_text}\"",
            SemVerOperator.GreaterOrEqual => v >= Version ? null : $"\"{v}\" is less than \"{_text}\"",
            SemVerOperator.LessOrEqual => LessOrEqual(v),
            SemVerOperator.Tilde => Tilde(v),
            SemVerOperator.Caret => Caret(v),
            _ when _dirty => Tilde(v),
            _ => v == Version ? null : $"\"{v}\" is not equal to \"{_text}\"",
        };
    }

    public override string ToString() => _operatorText + _text;

    private static bool IsOpen(string[] numbers, int index) => index >= numbers.Length || numbers[index] is "x" or "X" or "*";

    private static int NumberEnd(string text, int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '|' or 'x' or 'X' or '*'))
        {
            at++;
        }

        return at == start ? -1 : at;
    }

    private static int IdentifiersEnd(string text, int at, char lead)
    {
        if (at >= text.Length || text[at] != lead)
        {
            return at;
        }

        var end = at;
        do
        {
            var start = end + 1;
            var next = start;
            while (next < text.Length && (char.IsAsciiLetterOrDigit(text[next]) || text[next] == '-'))
            {
                next++;
            }

            if (next == start)
            {
                break;
            }

            end = next;
        }
        while (end < text.Length && text[end] == '.');
        return end;
    }

    private string? NotEqual(SemVersion v)
    {
        var equal = $"\"{v}\" is equal to \"{_text}\"";
        if (_dirty)
        {
            if (Version.Major != v.Major)
            {
                return null;
            }

            if (_minorDirty)
            {
                return equal;
            }

            if (Version.Minor != v.Minor)
            {
                return null;
            }

            if (_patchDirty)
            {
                return (v.IsPrerelease || Version.IsPrerelease) && SemVersion.ComparePrerelease(v.Prerelease, Version.Prerelease) != 0 ? null : equal;
            }

            if (Version.Patch != v.Patch)
            {
                return null;
            }
        }

        return v == Version ? equal : null;
    }

    private string? Greater(SemVersion v)
    {
        bool greater;
        if (!_dirty)
        {
            greater = v > Version;
        }
        else if (v.Major != Version.Major)
        {
            greater = v.Major > Version.Major;
        }
        else if (_minorDirty)
        {
            // >11 asks for 12 or higher.
            greater = false;
        }
        else
        {
            greater = _patchDirty ? v.Minor > Version.Minor : v > Version;
        }

        return greater ? null : $"\"{v}\" is less than or equal to \"{_text}\"";
    }

    private string? LessOrEqual(SemVersion v)
    {
        var greater = _dirty
            ? v.Major > Version.Major || (v.Major == Version.Major && v.Minor > Version.Minor && !_minorDirty)
            : v > Version;
        return greater ? $"\"{v}\" is greater than \"{_text}\"" : null;
    }

    private string? Tilde(SemVersion v)
    {
        if (v < Version)
        {
            return $"\"{v}\" is less than \"{_text}\"";
        }

        // ~0.0.0 accepts everything, like >=0.0.0.
        if (Version is { Major: 0, Minor: 0, Patch: 0 } && !_minorDirty && !_patchDirty)
        {
            return null;
        }

        if (v.Major != Version.Major)
        {
            return $"\"{v}\" does not have same major version as \"{_text}\"";
        }

        return v.Minor != Version.Minor && !_minorDirty ? $"\"{v}\" does not have same major and minor version as \"{_text}\"" : null;
    }

    private string? Caret(SemVersion v)
    {
        if (v < Version)
        {
            return $"\"{v}\" is less than \"{_text}\"";
        }

        if (Version.Major > 0 || _minorDirty || v.Major > 0)
        {
            return v.Major == Version.Major ? null : $"\"{v}\" does not have same major version as \"{_text}\"";
        }

        if (Version.Minor > 0 || _patchDirty || v.Minor > 0)
        {
            return v.Minor == Version.Minor
                ? null
                : $"\"{v}\" does not have same minor version as \"{_text}\". Expected minor versions to match when constraint major version is 0";
        }

        return v.Patch == Version.Patch
            ? null
            : $"\"{v}\" does not equal \"{_text}\". Expect version and constraint to equal when major and minor versions are 0";
    }
}
