using GitOps.Limits;

namespace GitOps.Git;

/// <summary>A channel over one stream that goes both ways.</summary>
internal sealed class StreamChannel(GitOperation operation, Stream stream) : GitChannel
{
    /// <inheritdoc/>
    public override int Read(Memory<byte> buffer) =>
        Blocking.Wait(operation.WaitAsync(async token => await stream.ReadAsync(buffer, token).ConfigureAwait(false)));

    /// <inheritdoc/>
    public override void Write(ReadOnlyMemory<byte> data) =>
        Blocking.Wait(operation.WaitAsync(async token =>
        {
            await stream.WriteAsync(data, token).ConfigureAwait(false);
            return 0;
        }));

    /// <inheritdoc/>
    public override void Dispose() => stream.Dispose();
}
