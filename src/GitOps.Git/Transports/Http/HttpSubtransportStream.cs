using System.Diagnostics.CodeAnalysis;
using GitOps.Limits;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>One request and its answer. What libgit2 writes is kept until it starts to read; a large push goes through a file.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "libgit2 owns the stream and ends it with Free.")]
internal sealed class HttpSubtransportStream(HttpSubtransport transport, GitOperation operation, HttpConnector connector, GitSmartSubtransportAction action)
    : GitSubtransportStream(transport, operation)
{
    private const int MaxInMemory = 1024 * 1024;

    private readonly GitOperation _operation = operation;
    private Stream _request = new MemoryStream();
    private HttpResponseMessage? _response;
    private Stream? _answer;

    private string Service => action is GitSmartSubtransportAction.UploadPack or GitSmartSubtransportAction.UploadPackList ? "git-upload-pack" : "git-receive-pack";

    /// <inheritdoc/>
    protected override int Read(Memory<byte> buffer) => Blocking.Wait(ReadAsync(buffer));

    /// <inheritdoc/>
    protected override void Write(ReadOnlyMemory<byte> data)
    {
        if (_request is MemoryStream && _request.Length + data.Length > MaxInMemory)
        {
            var file = TemporaryFile.Create();
            _request.Position = 0;
            _request.CopyTo(file);
            _request.Dispose();
            _request = file;
        }

        _request.Write(data.Span);
    }

    /// <inheritdoc/>
    protected override void Free()
    {
        _answer?.Dispose();
        _response?.Dispose();
        _request.Dispose();
        base.Free();
    }

    private async Task<int> ReadAsync(Memory<byte> buffer)
    {
        _answer ??= await AskAsync().ConfigureAwait(false);
        return await _operation.WaitAsync(async token => await _answer.ReadAsync(buffer, token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<Stream> AskAsync()
    {
        if (action is GitSmartSubtransportAction.UploadPackList && _operation.Advertisement is { } known)
        {
            return new MemoryStream(known.ToArray(), writable: false);
        }

        if (action is GitSmartSubtransportAction.UploadPackList or GitSmartSubtransportAction.ReceivePackList)
        {
            _response = await connector.RequestAdvertisementAsync(_operation, Service).ConfigureAwait(false);
        }
        else
        {
            _request.Position = 0;
            _response = await connector.PostAsync(_operation, Service, _request).ConfigureAwait(false);
        }

        return await _response.Content.ReadAsStreamAsync(_operation.CancellationToken).ConfigureAwait(false);
    }
}
