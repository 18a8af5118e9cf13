namespace GitOps.Engine;

/// <summary>Collects the reasons to wake one unit; any number of posts until the unit looks are one wake-up.</summary>
internal sealed class Inbox(TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private Triggers _pending;
    private TaskCompletionSource? _waiter;
    private CancellationTokenSource? _interrupt;

    public void Post(Triggers trigger)
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            _pending |= trigger;
            waiter = _waiter;
            _waiter = null;

            // Inside the lock so that the source cannot be disposed meanwhile; callbacks run on the thread pool, not here.
            _ = _interrupt?.CancelAsync();
        }

        waiter?.TrySetResult();
    }

    /// <summary>Waits for a post, or for the time to be up.</summary>
    public async Task<Triggers> WaitAsync(TimeSpan due, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (_pending != Triggers.None)
            {
                return Take();
            }

            waiter = _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            await waiter.Task.WaitAsync(due, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Post(Triggers.Interval);
        }

        lock (_lock)
        {
            _waiter = null;
            return Take();
        }
    }

    /// <summary>A token that the next post cancels; good until it is asked for again.</summary>
    public CancellationToken ArmInterrupt(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _interrupt?.Dispose();
            _interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (_pending != Triggers.None)
            {
                _ = _interrupt.CancelAsync();
            }

            return _interrupt.Token;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _interrupt?.Dispose();
            _interrupt = null;
        }
    }

    private Triggers Take()
    {
        var taken = _pending;
        _pending = Triggers.None;
        return taken;
    }
}
