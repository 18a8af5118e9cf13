using System.Buffers;

namespace GitOps.Git;

/// <summary>Finds options that cannot work before anything is tried with them.</summary>
internal static class GitSourceOptionsValidation
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(" ~^:?*[\\\x7f");

    public static void Validate(GitSourceOptions options)
    {
        var mistakes = Check(options).ToList();
        if (mistakes.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', mistakes), nameof(options));
        }
    }

    /// <returns>Each mistake as a sentence.</returns>
    public static IEnumerable<string> Check(GitSourceOptions options) =>
        CheckUrl(options).Concat(CheckReference(options.Reference)).Concat(CheckCredentials(options.Credentials)).Concat(CheckLimits(options)).Concat(CheckVerification(options));

    private static IEnumerable<string> CheckUrl(GitSourceOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Url))
        {
            yield return "Url is missing: name the repository.";
            yield break;
        }

        if (options.Proxy is { } proxy && (!proxy.IsAbsoluteUri || proxy.UserInfo.Length > 0 || proxy.Host.Length == 0))
        {
            yield return "Proxy must be a URL such as http://proxy:3128 or socks5://proxy:1080, without a user name: that is in Credentials.";
            yield break;
        }

        string? mistake = null;
        try
        {
            mistake = GitAddress.Parse(options.Url).Protocol == GitProtocol.Ssh && options.Proxy is { Scheme: not ("http" or "socks4" or "socks5") }
                ? "Proxy must be http://, socks4:// or socks5:// for SSH."
                : null;
        }
        catch (FormatException exception)
        {
            mistake = exception.Message;
        }

        if (mistake is not null)
        {
            yield return mistake;
        }
    }

    private static IEnumerable<string> CheckReference(GitReference reference)
    {
        if (reference.Commit is { } commit && (commit.Length != 40 || commit.AsSpan().ContainsAnyExcept(HexDigits)))
        {
            yield return $"Reference.Commit '{commit}' is not a commit in full: 40 lower-case hex digits.";
        }

        if (reference.SemVer is { } range && !SemVerConstraint.TryParse(range, out _))
        {
            yield return $"Reference.SemVer '{range}' is not a range of versions, for instance '>=1.2.0 <2.0.0' or '~1.4'.";
        }

        foreach (var name in new[] { reference.Branch, reference.Tag, reference.Name?.Replace("^{}", "", StringComparison.Ordinal) })
        {
            if (name is not null && !IsReferenceName(name))
            {
                yield return $"'{name}' cannot be the name of a reference.";
            }
        }
    }

    private static IEnumerable<string> CheckCredentials(GitCredentials credentials)
    {
        if (credentials.SecretRef is { Name: "" })
        {
            yield return "Credentials.SecretRef has no Name.";
        }

        foreach (var (name, secret) in credentials.All)
        {
            if (secret?.SecretRef is { } reference && (reference.Name.Length == 0 || string.IsNullOrEmpty(reference.Key)))
            {
                yield return $"Credentials.{name}.SecretRef needs a Name and a Key.";
            }
        }
    }

    private static IEnumerable<string> CheckLimits(GitSourceOptions options)
    {
        var limits = options.Limits;
        foreach (var (name, value) in new (string, double)[]
        {
            (nameof(options.Interval), options.Interval.TotalSeconds),
            (nameof(options.Timeout), options.Timeout.TotalSeconds),
            (nameof(options.KeepAlive), options.KeepAlive.TotalSeconds),
            ($"Limits.{nameof(limits.OperationTime)}", limits.OperationTime.TotalSeconds),
            ($"Limits.{nameof(limits.RepositorySize)}", limits.RepositorySize),
            ($"Limits.{nameof(limits.BlobSize)}", limits.BlobSize),
            ($"Limits.{nameof(limits.TreeDepth)}", limits.TreeDepth),
            ($"Limits.{nameof(limits.PathLength)}", limits.PathLength),
            ($"Limits.{nameof(limits.TreeEntries)}", limits.TreeEntries),
            ($"Limits.{nameof(limits.References)}", limits.References),
        })
        {
            if (value <= 0)
            {
                yield return $"{name} must be more than zero.";
            }
        }
    }

    private static IEnumerable<string> CheckVerification(GitSourceOptions options)
    {
        if (options.Verification is not { } verification)
        {
            yield break;
        }

        if (verification.OpenPgpKeys.Count == 0 && verification.SshKeys.Count == 0 && verification.AllowedSigners is null)
        {
            yield return "Verification has no keys, so that nothing could pass it: set OpenPgpKeys, SshKeys or AllowedSigners.";
        }

        if (verification.Mode != GitVerificationMode.Head && options.Reference is not ({ Tag: not null } or { SemVer: not null } or { Name: not null }))
        {
            yield return "Verification of a tag needs a reference that follows tags: Tag, SemVer or Name.";
        }
    }

    /// <summary>Git's own rules for names of references.</summary>
    private static bool IsReferenceName(string name) =>
        name.Length is > 0 and <= 1024
        && !name.AsSpan().ContainsAny(NotInNames)
        && !name.AsSpan().ContainsAnyInRange('\0', '\x1f')
        && !name.Contains("..", StringComparison.Ordinal)
        && !name.Contains("@{", StringComparison.Ordinal)
        && !name.Contains("//", StringComparison.Ordinal)
        && name[0] is not '/' and not '-'
        && name[^1] is not '/' and not '.'
        && !name.EndsWith(".lock", StringComparison.Ordinal);
}
