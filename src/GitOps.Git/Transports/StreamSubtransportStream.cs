namespace GitOps.Git;

/// <summary>A conversation over a channel.</summary>
internal sealed class StreamSubtransportStream(StreamSubtransport transport, GitOperation operation, GitChannel channel) : GitSubtransportStream(transport, operation)
{
    /// <inheritdoc/>
    protected override int Read(Memory<byte> buffer) => channel.Read(buffer);

    /// <inheritdoc/>
    protected override void Write(ReadOnlyMemory<byte> data) => channel.Write(data);
}
