using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Carries libgit2's conversations over HTTP.</summary>
internal sealed class HttpSubtransport : RpcSmartSubtransport
{
    /// <inheritdoc/>
    protected override SmartSubtransportStream Action(string url, GitSmartSubtransportAction action)
    {
        var operation = NativeOperations.Find(url);
        return new HttpSubtransportStream(this, operation, (HttpConnector)operation.Connector, action);
    }
}
