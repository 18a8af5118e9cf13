using System.Net;

namespace GitOps.Git;

/// <summary>The body of a request: that the server takes some of it is a sign of life.</summary>
internal sealed class RequestBody(Stream content) : HttpContent
{
    private const int ChunkSize = 16 * 1024;

    /// <summary>Called after each part that was taken.</summary>
    public Action OnProgress { get; set; } = () => { };

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkSize];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            OnProgress();
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = content.Length;
        return true;
    }
}
