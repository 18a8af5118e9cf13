namespace GitOps.Kubernetes.Client;

/// <summary>
/// How many requests may run at once. The limit halves when the server says it is busy and grows back by one for each limit's worth of good answers,
/// so the client settles where the server's priority and fairness wants it.
/// </summary>
internal sealed class RequestThrottle(int maximum, TimeProvider time)
{
    private static readonly TimeSpan s_maximumPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Queue<Waiter> _waiting = new();
    private double _limit = Math.Min(8, maximum);
    private int _running;
    private DateTimeOffset _pausedUntil;
    private DateTimeOffset _lastCut;

    public int Limit
    {
        get
        {
            lock (_lock)
            {
                return (int)_limit;
            }
        }
    }

    /// <summary>Waits for a place.</summary>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        Waiter? waiter = null;
        lock (_lock)
        {
            if (_running < (int)_limit)
            {
                _running++;
            }
            else
            {
                waiter = new Waiter();
                _waiting.Enqueue(waiter);
            }
        }

        if (waiter is not null)
        {
            using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).TrySetCanceled(token), waiter);
            await waiter.Task.ConfigureAwait(false);
        }

        // A pause holds for everybody who has a place, also for those who got theirs while it began.
        try
        {
            while (Pause() is { } pause && pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            Exit(succeeded: false);
            throw;
        }
    }

    private TimeSpan Pause()
    {
        lock (_lock)
        {
            return _pausedUntil - time.GetUtcNow();
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Exit(bool succeeded)
    {
        lock (_lock)
        {
            _running--;
            if (succeeded && _limit < maximum)
            {
                _limit = Math.Min(maximum, _limit + (1 / _limit));
            }

            Release();
        }
    }

    /// <summary>The server is busy: fewer requests, and none before it wants them.</summary>
    public void Busy(TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();

            // A burst of refusals is one piece of news.
            if (now - _lastCut > TimeSpan.FromMilliseconds(500))
            {
                _limit = Math.Max(1, _limit / 2);
                _lastCut = now;
            }

            if (retryAfter is { } wait)
            {
                var until = now + (wait < s_maximumPause ? wait : s_maximumPause);
                _pausedUntil = until > _pausedUntil ? until : _pausedUntil;
            }
        }
    }

    private void Release()
    {
        while (_running < (int)_limit && _waiting.TryDequeue(out var next))
        {
            if (next.TrySetResult())
            {
                _running++;
            }
        }
    }

    private sealed class Waiter() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
}
