using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace GitOps.Events;

/// <summary>Hands each event to every reader. A reader that falls behind loses its oldest events, never anybody else's.</summary>
internal sealed class EventStream
{
    private const int Capacity = 4096;

    private readonly Lock _lock = new();
    private readonly List<Channel<GitOpsEvent>> _readers = [];

    public void Publish(GitOpsEvent gitOpsEvent)
    {
        lock (_lock)
        {
            foreach (var reader in _readers)
            {
                reader.Writer.TryWrite(gitOpsEvent);
            }
        }
    }

    /// <summary>Subscribes at the call, not at the first read, so that nothing that happens in between is missed.</summary>
    public IAsyncEnumerable<GitOpsEvent> Subscribe(CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<GitOpsEvent>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            _readers.Add(channel);
        }

        return ReadAsync(channel, cancellationToken);
    }

    private async IAsyncEnumerable<GitOpsEvent> ReadAsync(Channel<GitOpsEvent> channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var gitOpsEvent in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return gitOpsEvent;
            }
        }
        finally
        {
            lock (_lock)
            {
                _readers.Remove(channel);
            }
        }
    }
}
