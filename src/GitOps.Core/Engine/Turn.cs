namespace GitOps.Engine;

/// <summary>A unit's turn at work: it holds a worker and has a limited time. Neither counts while the unit only waits for what the cluster does.</summary>
internal sealed class Turn : IAsyncDisposable
{
    private readonly EngineContext _context;
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _timeout = new();
    private readonly CancellationTokenSource _linked;
    private readonly ITimer _timer;
    private readonly CancellationToken _cancellationToken;
    private EngineContext.Worker? _worker;

    private Turn(EngineContext context, EngineContext.Worker worker, TimeSpan limit, CancellationToken cancellationToken)
    {
        (_context, _worker, _limit, _cancellationToken) = (context, worker, limit, cancellationToken);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timeout.Token);
        _timer = context.Time.CreateTimer(static state => _ = ((CancellationTokenSource)state!).CancelAsync(), _timeout, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the work when the time is up or the engine stops.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Waits for a worker; the time begins to count when there is one.</summary>
    public static async Task<Turn> BeginAsync(EngineContext context, TimeSpan limit, CancellationToken cancellationToken) =>
        new(context, await context.EnterAsync(cancellationToken).ConfigureAwait(false), limit, cancellationToken);

    /// <summary>Whether an exception comes from the time being up.</summary>
    public bool HasTimedOut => _timeout.IsCancellationRequested && !_cancellationToken.IsCancellationRequested;

    /// <summary>Waits without a worker. The work after it has the whole time again.</summary>
    public async Task<T> PauseAsync<T>(Func<CancellationToken, ValueTask<T>> wait)
    {
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _worker?.Dispose();
        _worker = null;
        var result = await wait(_cancellationToken).ConfigureAwait(false);
        _worker = await _context.EnterAsync(_cancellationToken).ConfigureAwait(false);
        _timer.Change(_limit, Timeout.InfiniteTimeSpan);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        // Waits for a callback that is under way: it must not find its source disposed.
        await _timer.DisposeAsync().ConfigureAwait(false);
        _linked.Dispose();
        _timeout.Dispose();
        _worker?.Dispose();
    }
}
