namespace GitOps.Git;

/// <summary>A channel over one stream that goes both ways.</summary>
internal sealed class StreamChannel(GitOperation operation, Stream stream) : GitChannel
{
    /// <inheritdoc/>
    public override int Read(Memory<byte> buffer) =>
        operation.WaitAsync(async token => await stream.ReadAsync(buffer, token).ConfigureAwait(false)).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Write(ReadOnlyMemory<byte> data) =>
        operation.WaitAsync(async token =>
        {
            await stream.WriteAsync(data, token).ConfigureAwait(false);
            return 0;
        }).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Dispose() => stream.Dispose();
}
