using Microsoft.Extensions.Time.Testing;

namespace GitOps.Tests;

/// <summary>A fake clock that remembers each wait that was begun on it, so that a test moves time when somebody waits for it, and not sooner.</summary>
internal sealed class ObservedTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly List<(TimeSpan Length, DateTimeOffset Due)> _waits = [];
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
            _waits.Add((dueTime, GetUtcNow() + dueTime));
            begun = _begun;
            _begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        begun.TrySetResult();
        return timer;
    }

    /// <summary>The nth wait of a length, as soon as it has begun.</summary>
    public async Task<TimeSpan> WaitBegunAsync(Func<TimeSpan, bool> length, int nth = 1)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            Task begun;
            lock (_lock)
            {
                if (_waits.Where(w => length(w.Length)).Take(nth).ToList() is { } found && found.Count == nth)
                {
                    return found[^1].Length;
                }

                begun = _begun.Task;
            }

            try
            {
                await begun.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Of such waits there were no {nth} among: {string.Join(", ", _waits.Select(w => w.Length))}");
            }
        }
    }

    public Task<TimeSpan> WaitBegunAsync(TimeSpan length, int nth = 1) => WaitBegunAsync(w => w == length, nth);

    /// <summary>Lets the waits of a length pass, those that have begun and those that begin, one after the other until something is done.</summary>
    public async Task PassAsync(Func<TimeSpan, bool> length, Task until)
    {
        while (!until.IsCompleted)
        {
            Task begun;
            DateTimeOffset next;
            lock (_lock)
            {
                begun = _begun.Task;
                next = _waits.Where(w => length(w.Length) && w.Due > GetUtcNow()).Select(w => w.Due).DefaultIfEmpty().Min();
            }

            if (next != default)
            {
                Advance(next - GetUtcNow());
            }
            else
            {
                await Task.WhenAny(begun, until).WaitAsync(s_patience);
            }
        }

        await until;
    }
}
