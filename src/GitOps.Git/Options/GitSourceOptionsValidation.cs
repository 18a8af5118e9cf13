namespace GitOps.Git;

/// <summary>Finds options that cannot work before anything is tried with them.</summary>
internal static class GitSourceOptionsValidation
{
    public static void Validate(GitSourceOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Url, "Url");
        Positive(options.Interval, nameof(options.Interval));
        Positive(options.Timeout, nameof(options.Timeout));
        Positive(options.Limits.OperationTime, nameof(options.Limits.OperationTime));
        Positive(options.Limits.RepositorySize, nameof(options.Limits.RepositorySize));
        Positive(options.Limits.BlobSize, nameof(options.Limits.BlobSize));
        Positive(options.Limits.TreeDepth, nameof(options.Limits.TreeDepth));
        Positive(options.Limits.PathLength, nameof(options.Limits.PathLength));
        Positive(options.Limits.TreeEntries, nameof(options.Limits.TreeEntries));
        Positive(options.Limits.References, nameof(options.Limits.References));
        if (options.Reference.Commit is { } commit && (commit.Length != 40 || commit.AsSpan().ContainsAnyExcept("0123456789abcdef")))
        {
            throw new ArgumentException($"Reference.Commit '{commit}' is not a commit in full: 40 lower-case hex digits.", nameof(options));
        }

        foreach (var name in (ReadOnlySpan<string?>)[options.Reference.Branch, options.Reference.Tag, options.Reference.Name])
        {
            if (name is not null && !IsReferenceName(name))
            {
                throw new ArgumentException($"'{name}' cannot be the name of a reference.", nameof(options));
            }
        }

        if (options.Verification is { } verification)
        {
            if (verification.OpenPgpKeys.Count == 0 && verification.SshKeys.Count == 0 && verification.AllowedSigners is null)
            {
                throw new ArgumentException("Verification has no keys: nothing could pass it.", nameof(options));
            }

            if (verification.Mode != GitVerificationMode.Head && options.Reference is { Tag: null, SemVer: null, Name: null })
            {
                throw new ArgumentException("Verification of a tag needs a reference that follows tags: Tag, SemVer or Name.", nameof(options));
            }
        }
    }

    /// <summary>Git's own rules for names of references.</summary>
    private static bool IsReferenceName(string name) =>
        name.Length is > 0 and <= 1024
        && !name.AsSpan().ContainsAny(" ~^:?*[\\\x7f")
        && !name.AsSpan().ContainsAnyInRange('\0', '\x1f')
        && !name.Contains("..", StringComparison.Ordinal)
        && !name.Contains("@{", StringComparison.Ordinal)
        && !name.Contains("//", StringComparison.Ordinal)
        && name[0] is not '/' and not '-'
        && name[^1] is not '/' and not '.'
        && !name.EndsWith(".lock", StringComparison.Ordinal);

    private static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero)
        {
            throw new ArgumentException($"{name} must be longer than zero.", nameof(value));
        }
    }

    private static void Positive(long value, string name)
    {
        if (value <= 0)
        {
            throw new ArgumentException($"{name} must be greater than zero.", nameof(value));
        }
    }
}
