namespace GitOps.Git;

/// <summary>Picks the transport for a URL.</summary>
internal static class GitConnectors
{
    public static GitConnector Create(GitAddress address, ResolvedCredentials credentials, GitSourceOptions options) => address.Protocol switch
    {
        GitProtocol.Local => new LocalConnector(address),
        _ => throw new NotSupportedException($"{address.Protocol} {credentials} {options.Url}"),
    };
}
