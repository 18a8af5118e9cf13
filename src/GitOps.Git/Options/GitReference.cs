namespace GitOps.Git;

/// <summary>Which reference of a repository to follow. When several are set, the order of precedence is commit, name, semver, tag, branch.</summary>
public sealed class GitReference
{
    /// <summary>A branch, without <c>refs/heads/</c>.</summary>
    public string? Branch { get; set; }

    /// <summary>A tag, without <c>refs/tags/</c>.</summary>
    public string? Tag { get; set; }

    /// <summary>A range of semantic versions; the highest tag in it is followed. Rules of Masterminds/semver, as in Helm and Flux.</summary>
    public string? SemVer { get; set; }

    /// <summary>A full reference name, for instance <c>refs/pull/420/head</c>.</summary>
    public string? Name { get; set; }

    /// <summary>A commit in full, 40 hex digits. With a branch, the commit must be in that branch.</summary>
    public string? Commit { get; set; }

    /// <inheritdoc/>
    public override string ToString() => this switch
    {
        { Commit: { } commit } => $"commit {commit}",
        { Name: { } name } => name,
        { SemVer: { } range } => $"tags in '{range}'",
        { Tag: { } tag } => $"tag '{tag}'",
        { Branch: { } branch } => $"branch '{branch}'",
        _ => "HEAD",
    };
}
