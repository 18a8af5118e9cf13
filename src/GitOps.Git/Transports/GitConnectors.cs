namespace GitOps.Git;

/// <summary>Picks the transport for a URL.</summary>
internal static class GitConnectors
{
    public static GitConnector Create(GitAddress address, ResolvedCredentials credentials, GitSourceOptions options, TimeProvider timeProvider) => address.Protocol switch
    {
        GitProtocol.Local => new LocalConnector(address),
        GitProtocol.Daemon => new DaemonConnector(address),
        GitProtocol.Ssh => new SshConnector(address, credentials, timeProvider),
        _ => new HttpConnector(address, credentials, options),
    };
}
