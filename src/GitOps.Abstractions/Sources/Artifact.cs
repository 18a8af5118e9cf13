namespace GitOps;

/// <summary>The files of one revision of a source, with what is known of how they came to be.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Tree">The files.</param>
public sealed record Artifact(Revision Revision, IFileTree Tree)
{
    /// <summary>Who wrote the commit, as <c>Name &lt;mail&gt;</c>; <see langword="null"/> when the source has no commits.</summary>
    public string? Author { get; init; }

    /// <summary>The commit's message; <see langword="null"/> when the source has no commits.</summary>
    public string? Message { get; init; }

    /// <summary>When the commit was made; <see langword="null"/> when the source has no commits.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>Whose signature was checked, for instance <c>ssh ED25519 SHA256:... (alice@example.com)</c>; <see langword="null"/> when verification is off.</summary>
    public string? VerifiedBy { get; init; }
}
