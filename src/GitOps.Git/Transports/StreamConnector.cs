using GitOps.Limits;

namespace GitOps.Git;

/// <summary>A connector whose conversations are channels.</summary>
internal abstract class StreamConnector : GitConnector
{
    protected StreamConnector(GitAddress address)
        : base(address) => NativeTransports.EnsureRegistered();

    /// <summary>Starts a service on the server: <c>git-upload-pack</c> or <c>git-receive-pack</c>.</summary>
    public abstract GitChannel Open(GitOperation operation, string service);

    /// <inheritdoc/>
    public override string NativeUrl(string mirrorKey) => $"{NativeTransports.StreamScheme}://{mirrorKey}/repository";

    /// <inheritdoc/>
    public override Task<RefAdvertisement> ListReferencesAsync(GitOperation operation) =>
        BlockingWork.RunAsync(
            () =>
            {
                using var channel = Open(operation, "git-upload-pack");
                var reader = new ChannelReader(channel);
                var advertisement = Blocking.Wait(ReferenceAdvertisementReader.ReadAsync(
                    buffer =>
                    {
                        reader.ReadExactly(buffer.Span);
                        return Task.CompletedTask;
                    },
                    Address,
                    operation.Options.Limits.References,
                    hasServiceHeader: false));
                channel.Write(PktLine.Flush);
                return advertisement;
            },
            operation.CancellationToken);

    private sealed class ChannelReader(GitChannel channel)
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _start;
        private int _end;

        public void ReadExactly(Span<byte> into)
        {
            while (!into.IsEmpty)
            {
                if (_start == _end)
                {
                    _start = 0;
                    _end = channel.Read(_buffer);
                    if (_end == 0)
                    {
                        throw new EndOfStreamException();
                    }
                }

                var count = Math.Min(into.Length, _end - _start);
                _buffer.AsSpan(_start, count).CopyTo(into);
                _start += count;
                into = into[count..];
            }
        }
    }
}
