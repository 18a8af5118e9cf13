namespace GitOps.Git;

/// <summary>A commit to be written.</summary>
public sealed class GitCommit
{
    /// <summary>The branch that gets it, without <c>refs/heads/</c>; made when there is none.</summary>
    /// <value>The default value is <c>main</c>.</value>
    public string Branch { get; init; } = "main";

    /// <summary>The message.</summary>
    public required string Message { get; init; }

    /// <summary>What it changes.</summary>
    public required IReadOnlyList<GitFileChange> Changes { get; init; }

    /// <summary>Who writes it.</summary>
    public GitIdentity Author { get; init; } = new("GitOps.Core", "gitops@localhost");

    /// <summary>
    /// The revision the changes were made against. When somebody else changed one of the same files since, the commit is refused with
    /// <see cref="Reasons.Conflict"/>; changes of other files are kept.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: the branch as it is when the write starts.</value>
    public Revision? Base { get; init; }

    /// <summary>Signs it; <see langword="null"/> for an unsigned commit.</summary>
    public IGitSigner? Signer { get; init; }
}
