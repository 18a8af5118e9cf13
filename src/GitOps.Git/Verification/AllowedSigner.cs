using System.Globalization;

namespace GitOps.Git;

/// <summary>One line of an <c>allowed_signers</c> or <c>authorized_keys</c> file.</summary>
internal sealed record AllowedSigner(string Principals, byte[] Key)
{
    public bool IsAuthority { get; init; }

    public string? Namespaces { get; init; }

    public DateTimeOffset? ValidAfter { get; init; }

    public DateTimeOffset? ValidBefore { get; init; }

    /// <summary>Reads <c>allowed_signers</c>: principals, options, key.</summary>
    /// <exception cref="FormatException">A line cannot be read; leaving it out could make a limit it states disappear.</exception>
    public static IEnumerable<AllowedSigner> ParseAllowedSigners(string text)
    {
        foreach (var (number, fields) in Lines(text))
        {
            if (fields.Count < 3)
            {
                throw Unreadable("allowed_signers", number);
            }

            var keyAt = fields.FindIndex(1, IsKeyType);
            if (keyAt < 0 || keyAt + 1 >= fields.Count || keyAt > 2)
            {
                throw Unreadable("allowed_signers", number);
            }

            var signer = new AllowedSigner(fields[0].Trim('"'), DecodeKey(fields[keyAt + 1], "allowed_signers", number));
            yield return keyAt == 1 ? signer : WithOptions(signer, fields[1], number);
        }
    }

    /// <summary>Reads <c>authorized_keys</c> lines; options in front of a key are for logins and mean nothing here.</summary>
    public static IEnumerable<AllowedSigner> ParseAuthorizedKeys(string text)
    {
        foreach (var (number, fields) in Lines(text))
        {
            var keyAt = fields.FindIndex(IsKeyType);
            if (keyAt < 0 || keyAt + 1 >= fields.Count)
            {
                throw Unreadable("The list of SSH keys,", number);
            }

            yield return new AllowedSigner(keyAt + 2 < fields.Count ? string.Join(' ', fields.Skip(keyAt + 2)) : "", DecodeKey(fields[keyAt + 1], "The list of SSH keys,", number));
        }
    }

    /// <summary>Why the line does not count at a time, or null.</summary>
    public string? RefuseAt(DateTimeOffset at) =>
        ValidAfter is { } after && at < after ? "the key was not valid yet"
        : ValidBefore is { } before && at >= before ? "the key was not valid any more"
        : null;

    /// <summary>Whether signatures for a purpose count; <c>!</c> takes purposes out.</summary>
    public bool IsForPurpose(string purpose) => Namespaces is null || SshPattern.IsInList(Namespaces, purpose);

    /// <summary>Whether a name is among the principals; <c>!</c> takes names out.</summary>
    public bool IsFor(string principal) => SshPattern.IsInList(Principals, principal);

    private static AllowedSigner WithOptions(AllowedSigner signer, string options, int line)
    {
        foreach (var option in SplitOutsideQuotes(options, ','))
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            var value = equals < 0 ? "" : option[(equals + 1)..].Trim('"');
            signer = (equals < 0 ? option : option[..equals]).ToLowerInvariant() switch
            {
                "cert-authority" => signer with { IsAuthority = true },
                "namespaces" => signer with { Namespaces = value },
                "valid-after" => signer with { ValidAfter = Time(value, line) },
                "valid-before" => signer with { ValidBefore = Time(value, line) },
                var other => throw new FormatException($"allowed_signers line {line}: the option '{other}' is not known."),
            };
        }

        return signer;
    }

    /// <summary>A time as OpenSSH writes it. Without a <c>Z</c> it is local; a server's local time is not what the writer meant, so that it is taken as UTC.</summary>
    private static DateTimeOffset Time(string text, int line)
    {
        var value = text.EndsWith('Z') ? text[..^1] : text;
        return DateTimeOffset.TryParseExact(value, ["yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new FormatException($"allowed_signers line {line}: '{text}' is not a time such as 20260131 or 20260131120000Z.");
    }

    private static IEnumerable<(int Number, List<string> Fields)> Lines(string text)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length > 0 && line[0] != '#')
            {
                yield return (number, [.. SplitOutsideQuotes(line.Replace('\t', ' '), ' ').Where(f => f.Length > 0)]);
            }
        }
    }

    private static List<string> SplitOutsideQuotes(string text, char separator)
    {
        var parts = new List<string>();
        var isQuoted = false;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (text[i] == separator && !isQuoted)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static bool IsKeyType(string field) =>
        field.StartsWith("ssh-", StringComparison.Ordinal) || field.StartsWith("ecdsa-sha2-", StringComparison.Ordinal) || field.StartsWith("sk-", StringComparison.Ordinal);

    private static byte[] DecodeKey(string base64, string file, int line)
    {
        var key = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, key, out var length) ? key[..length] : throw Unreadable(file, line);
    }

    private static FormatException Unreadable(string file, int line) => new($"{file} line {line} cannot be read.");
}
