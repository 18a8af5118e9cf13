using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Kubernetes.Tests;

/// <summary>A clock that stands still and says when somebody begins to wait for it: so a test moves it only when all work that can be done is done.</summary>
internal sealed class SteppedTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _ahead;
    private readonly Channel<bool> _waits = Channel.CreateUnbounded<bool>();

    /// <summary>Waits until somebody rests; each rest counts once.</summary>
    public async Task WaitedForAsync(CancellationToken cancellationToken) =>
        await _waits.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), System, cancellationToken);

    /// <summary>The clock goes on, but no timer rings.</summary>
    public void SetTimeWithoutTimers(TimeSpan by) => _ahead += by;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(_ahead.TotalSeconds * TimestampFrequency);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);

        // A delay is a task; the other timers are limits of requests, and nobody rests on those.
        if (state is Task)
        {
            _waits.Writer.TryWrite(true);
        }

        return timer;
    }
}
