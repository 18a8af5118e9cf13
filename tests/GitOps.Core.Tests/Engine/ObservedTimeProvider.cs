using Microsoft.Extensions.Time.Testing;

namespace GitOps.Core.Tests.Engine;

/// <summary>A fake clock that remembers each wait that was begun on it, so that a test moves time when the engine waits for it, and not sooner.</summary>
internal sealed class ObservedTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _waits = [];
    private TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            return timer;
        }

        TaskCompletionSource begun;
        lock (_lock)
        {
            _waits.Add(dueTime);
            begun = _begun;
            _begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        begun.TrySetResult();
        return timer;
    }

    /// <summary>How many waits of a length have begun until now.</summary>
    public int Count(Func<TimeSpan, bool> length)
    {
        lock (_lock)
        {
            return _waits.Count(length);
        }
    }

    /// <summary>The nth wait of a length, as soon as it has begun.</summary>
    public async Task<TimeSpan> WaitBegunAsync(Func<TimeSpan, bool> length, int nth = 1)
    {
        using var patience = new CancellationTokenSource(EngineFixture.Patience);
        while (true)
        {
            Task begun;
            lock (_lock)
            {
                if (_waits.Where(length).Take(nth).ToList() is { } found && found.Count == nth)
                {
                    return found[^1];
                }

                begun = _begun.Task;
            }

            try
            {
                await begun.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"No such wait has begun for the {nth}. time; there were: {string.Join(", ", _waits)}");
            }
        }
    }

    public Task<TimeSpan> WaitBegunAsync(TimeSpan length, int nth = 1) => WaitBegunAsync(w => w == length, nth);
}
