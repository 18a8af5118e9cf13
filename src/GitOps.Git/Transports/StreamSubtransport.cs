using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Carries libgit2's conversations over a channel: one channel holds the whole conversation.</summary>
internal sealed class StreamSubtransport : SmartSubtransport
{
    private GitChannel? _channel;
    private StreamSubtransportStream? _stream;

    /// <inheritdoc/>
    protected override SmartSubtransportStream Action(string url, GitSmartSubtransportAction action)
    {
        var operation = NativeOperations.Find(url);
        try
        {
            if (_channel is null || _stream is null || action is GitSmartSubtransportAction.UploadPackList or GitSmartSubtransportAction.ReceivePackList)
            {
                _channel?.Dispose();
                var service = action is GitSmartSubtransportAction.UploadPack or GitSmartSubtransportAction.UploadPackList ? "git-upload-pack" : "git-receive-pack";
                _channel = ((StreamConnector)operation.Connector).Open(operation, service);
                _stream = new StreamSubtransportStream(this, operation, _channel);
            }

            // libgit2 insists on the same stream for all of a conversation.
            return _stream;
        }
        catch (Exception exception)
        {
            operation.Fail(exception);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Close()
    {
        _channel?.Dispose();
        _channel = null;
        base.Close();
    }

    /// <inheritdoc/>
    protected override void Dispose()
    {
        _channel?.Dispose();
        _channel = null;
        base.Dispose();
    }
}
