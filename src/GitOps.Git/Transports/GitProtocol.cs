namespace GitOps.Git;

/// <summary>How a repository is reached.</summary>
internal enum GitProtocol
{
    Local,
    Http,
    Https,
    Ssh,
    Daemon,
}
