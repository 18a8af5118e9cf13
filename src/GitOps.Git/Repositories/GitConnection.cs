namespace GitOps.Git;

/// <summary>One repository with one set of credentials, and the list of references that all who follow it share.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class GitConnection(GitConnector connector, TimeProvider timeProvider) : IDisposable
{
    private readonly Lock _gate = new();
    private Task<RefAdvertisement>? _running;
    private TaskCompletionSource<RefAdvertisement>? _next;
    private volatile Answer? _last;
    private int _askedCount;

    public GitConnector Connector => connector;

    /// <summary>The last answer, kept for the fetch that follows a probe.</summary>
    public RefAdvertisement? LastAdvertisement => _last?.Advertisement;

    /// <summary>How often the server was asked.</summary>
    public int AskedCount => Volatile.Read(ref _askedCount);

    /// <summary>When it was last asked for.</summary>
    public long LastUsed { get; set; } = timeProvider.GetTimestamp();

    /// <summary>
    /// The server's references. Whoever asks while the server is being asked waits for the next answer, together with all others who do: an answer
    /// that was under way may be older than the push somebody was told of.
    /// </summary>
    public async Task<RefAdvertisement> ListReferencesAsync(GitSourceOptions options, CancellationToken cancellationToken)
    {
        Task<RefAdvertisement> answer;
        lock (_gate)
        {
            if (_last is { } last && timeProvider.GetElapsedTime(last.At) < options.AdvertisementMaxAge)
            {
                return last.Advertisement;
            }

            if (_running is null)
            {
                answer = Start(options);
            }
            else
            {
                _next ??= new TaskCompletionSource<RefAdvertisement>(TaskCreationOptions.RunContinuationsAsynchronously);
                answer = _next.Task;
            }
        }

        return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => connector.Dispose();

    private Task<RefAdvertisement> Start(GitSourceOptions options)
    {
        // Not the caller's token: others wait for the same answer. The operation's own time limits end it.
        var running = AskAsync(options);
        _running = running;
        _ = ContinueAsync(running, options);
        return running;
    }

    private async Task ContinueAsync(Task<RefAdvertisement> running, GitSourceOptions options)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        TaskCompletionSource<RefAdvertisement>? waiting;
        Task<RefAdvertisement>? next = null;
        lock (_gate)
        {
            if (running.IsCompletedSuccessfully)
            {
                _last = new Answer(running.GetAwaiter().GetResult(), timeProvider.GetTimestamp());
            }

            waiting = _next;
            _next = null;
            _running = null;
            if (waiting is not null)
            {
                next = Start(options);
            }
        }

        if (waiting is not null)
        {
            try
            {
                waiting.TrySetResult(await next!.ConfigureAwait(false));
            }
            catch (Exception exception)
            {
                waiting.TrySetException(exception);
            }
        }
    }

    private sealed record Answer(RefAdvertisement Advertisement, long At);

    private async Task<RefAdvertisement> AskAsync(GitSourceOptions options)
    {
        Interlocked.Increment(ref _askedCount);
        using var operation = new GitOperation("list of references", connector, options, timeProvider, CancellationToken.None);
        try
        {
            return await Task.Run(() => connector.ListReferencesAsync(operation), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw operation.Explain(exception);
        }
    }
}
