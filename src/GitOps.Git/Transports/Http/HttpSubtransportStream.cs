using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>One request and its answer. What libgit2 writes is kept until it starts to read; a large push goes through a file.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "libgit2 owns the stream and ends it with Free.")]
internal sealed class HttpSubtransportStream(HttpSubtransport transport, GitOperation operation, HttpConnector connector, GitSmartSubtransportAction action) : SmartSubtransportStream(transport)
{
    private const int MaxInMemory = 1024 * 1024;
    private const int ChunkSize = 64 * 1024;

    private Stream _request = new MemoryStream();
    private HttpResponseMessage? _response;
    private Stream? _answer;

    private string Service => action is GitSmartSubtransportAction.UploadPack or GitSmartSubtransportAction.UploadPackList ? "git-upload-pack" : "git-receive-pack";

    /// <inheritdoc/>
    public override int Read(Stream dataStream, long length, out long readTotal)
    {
        readTotal = 0;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, ChunkSize));
        try
        {
            var count = (int)Math.Min(length, buffer.Length);
            var read = ReadAsync(buffer.AsMemory(0, count)).GetAwaiter().GetResult();
            dataStream.Write(buffer, 0, read);
            readTotal = read;
            return 0;
        }
        catch (Exception exception)
        {
            operation.Fail(exception);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public override int Write(Stream dataStream, long length)
    {
        try
        {
            if (_request is MemoryStream && _request.Length + length > MaxInMemory)
            {
                var file = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, ChunkSize, FileOptions.DeleteOnClose);
                _request.Position = 0;
                _request.CopyTo(file);
                _request.Dispose();
                _request = file;
            }

            var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
            for (var left = length; left > 0;)
            {
                var read = dataStream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0)
                {
                    throw new EndOfStreamException();
                }

                _request.Write(buffer, 0, read);
                left -= read;
            }

            ArrayPool<byte>.Shared.Return(buffer);
            return 0;
        }
        catch (Exception exception)
        {
            operation.Fail(exception);
            throw;
        }
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
        if (_answer is null)
        {
            if (action is GitSmartSubtransportAction.UploadPackList && operation.Advertisement is { } known)
            {
                _answer = new MemoryStream(known.ToArray(), writable: false);
            }
            else if (action is GitSmartSubtransportAction.UploadPackList or GitSmartSubtransportAction.ReceivePackList)
            {
                _response = await connector.RequestAdvertisementAsync(operation, Service).ConfigureAwait(false);
            }
            else
            {
                _request.Position = 0;
                _response = await connector.PostAsync(operation, Service, _request).ConfigureAwait(false);
            }

            _answer ??= await _response!.Content.ReadAsStreamAsync(operation.CancellationToken).ConfigureAwait(false);
        }

        var read = await operation.WaitAsync(async token => await _answer.ReadAsync(buffer, token).ConfigureAwait(false)).ConfigureAwait(false);
        operation.CountReceived(read);
        return read;
    }
}
