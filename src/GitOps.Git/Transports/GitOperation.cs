namespace GitOps.Git;

/// <summary>One conversation with a server: whom with, how long it may take, how much it may send, and what went wrong.</summary>
internal sealed class GitOperation : IDisposable
{
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _caller;
    private readonly string _what;
    private long _received;
    private string? _heard;

    public GitOperation(string what, GitConnector connector, GitSourceOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        _what = what;
        Connector = connector;
        Options = options;
        _caller = cancellationToken;
        _time = new CancellationTokenSource(options.Limits.OperationTime, timeProvider);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_time.Token, cancellationToken);
        TimeProvider = timeProvider;
    }

    public GitConnector Connector { get; }

    public GitSourceOptions Options { get; }

    public TimeProvider TimeProvider { get; }

    public CancellationToken CancellationToken => _linked.Token;

    /// <summary>How many bytes the server may send.</summary>
    public long MaxReceived { get; set; } = long.MaxValue;

    public long Received => Interlocked.Read(ref _received);

    /// <summary>The first failure of the transport: libgit2 forgets it on the way up.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The list of references as the server sent it when it was probed; libgit2 gets it again instead of asking the server once more.</summary>
    public ReadOnlyMemory<byte>? Advertisement { get; set; }

    public void ForgetAdvertisement()
    {
        Advertisement = null;
        Failure = null;
    }

    /// <summary>Keeps what the server says on the side when it goes wrong there; the rest is progress.</summary>
    public void Hear(string text)
    {
        if (text.Contains("fatal:", StringComparison.Ordinal) || text.Contains("error:", StringComparison.Ordinal) || text.Contains("ERR ", StringComparison.Ordinal))
        {
            _heard = ReferenceAdvertisementReader.Printable(text);
        }
    }

    public void Fail(Exception exception) => Failure ??= exception;

    public void CountReceived(int bytes)
    {
        if (Interlocked.Add(ref _received, bytes) > MaxReceived)
        {
            throw new GitOpsException(
                Reasons.LimitExceeded,
                $"{Connector.Address.Display}: the repository would grow beyond the limit of {Options.Limits.RepositorySize} bytes (RepositorySize).");
        }
    }

    /// <summary>Runs one wait for the server: it ends with the operation, and when the server is silent for too long.</summary>
    public Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> wait) => WaitAsync((token, _) => wait(token));

    /// <summary>Runs a wait in which there are signs of life, such as bytes that the server takes: what it is given says so, and the time of silence starts anew.</summary>
    public async Task<T> WaitAsync<T>(Func<CancellationToken, Action, Task<T>> wait)
    {
        using var silence = new CancellationTokenSource(Options.Timeout, TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, CancellationToken);
        try
        {
            return await wait(either.Token, () => silence.CancelAfter(Options.Timeout)).ConfigureAwait(false);
        }
        catch (Exception) when (silence.IsCancellationRequested && !CancellationToken.IsCancellationRequested)
        {
            throw new GitOpsException(
                Reasons.Timeout,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Connector.Address.Display}: the server was silent for {Options.Timeout.TotalSeconds:0.#} s during {_what}."));
        }
    }

    /// <summary>Turns what happened into what the caller is told.</summary>
    public Exception Explain(Exception exception)
    {
        if (_caller.IsCancellationRequested)
        {
            return new OperationCanceledException($"The {_what} was cancelled.", exception, _caller);
        }

        if (_time.IsCancellationRequested)
        {
            return new GitOpsException(
                Reasons.Timeout,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Connector.Address.Display}: the {_what} took longer than {Options.Limits.OperationTime.TotalSeconds:0.#} s."),
                exception);
        }

        return (Failure ?? exception) switch
        {
            GitOpsException known => known,
            var cause => new GitOpsException(Reasons.FetchFailed, $"{Connector.Address.Display}: the {_what} failed: {cause.Message}{(_heard is null ? "" : $" (the server says: {_heard})")}", cause),
        };
    }

    public void Dispose()
    {
        _linked.Dispose();
        _time.Dispose();
    }
}
