namespace GitOps.Git;

/// <summary>Limits of what is accepted from a Git server. Going over one is a <see cref="GitOpsException"/> with <see cref="Reasons.LimitExceeded"/> that names the limit.</summary>
public sealed class GitLimits
{
    /// <summary>The size of a mirror on disk, in bytes.</summary>
    /// <value>The default value is 4 GiB.</value>
    public long RepositorySize { get; set; } = 4L * 1024 * 1024 * 1024;

    /// <summary>The size of one file, in bytes. A larger one may be in the repository as long as nobody reads it.</summary>
    /// <value>The default value is 25 MiB.</value>
    public long BlobSize { get; set; } = 25 * 1024 * 1024;

    /// <summary>How deep directories may nest.</summary>
    /// <value>The default value is 64.</value>
    public int TreeDepth { get; set; } = 64;

    /// <summary>How long a path may be, in bytes of UTF-8.</summary>
    /// <value>The default value is 1024.</value>
    public int PathLength { get; set; } = 1024;

    /// <summary>How many entries all directories of one revision may hold together.</summary>
    /// <value>The default value is 500 000.</value>
    public int TreeEntries { get; set; } = 500_000;

    /// <summary>How many references the server may advertise.</summary>
    /// <value>The default value is 200 000.</value>
    public int References { get; set; } = 200_000;

    /// <summary>How deep submodules may nest.</summary>
    /// <value>The default value is 5.</value>
    public int SubmoduleDepth { get; set; } = 5;

    /// <summary>How many redirects are followed.</summary>
    /// <value>The default value is 5.</value>
    public int Redirects { get; set; } = 5;

    /// <summary>How long one operation (probe, fetch, push) may take.</summary>
    /// <value>The default value is 15 minutes.</value>
    public TimeSpan OperationTime { get; set; } = TimeSpan.FromMinutes(15);
}
