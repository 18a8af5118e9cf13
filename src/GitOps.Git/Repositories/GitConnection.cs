using System.Diagnostics.CodeAnalysis;

namespace GitOps.Git;

/// <summary>One repository with one set of credentials, and the list of references that all who follow it share.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class GitConnection(GitConnector connector, TimeProvider timeProvider) : IDisposable
{
    private readonly Lock _gate = new();
    private Flight? _running;
    private Flight? _next;
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
        Flight flight;
        lock (_gate)
        {
            if (_last is { } last && timeProvider.GetElapsedTime(last.At) < options.AdvertisementMaxAge)
            {
                return last.Advertisement;
            }

            if (_running is null)
            {
                flight = new Flight(options);
                Start(flight);
            }
            else
            {
                flight = _next ??= new Flight(options);
            }

            flight.Waiting++;
        }

        try
        {
            return await flight.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave(flight);
        }
    }

    public void Dispose() => connector.Dispose();

    /// <summary>Nobody's impatience ends what others wait for; when the last one leaves, the server is not waited for any longer.</summary>
    private void Leave(Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiting > 0 || flight.Answer.Task.IsCompleted)
            {
                return;
            }

            if (ReferenceEquals(_next, flight))
            {
                _next = null;
            }
        }

        flight.Cancel.Cancel();
    }

    private void Start(Flight flight)
    {
        _running = flight;
        _ = Task.Run(() => FlyAsync(flight), CancellationToken.None);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever happens is handed to those who wait.")]
    private async Task FlyAsync(Flight flight)
    {
        try
        {
            var advertisement = await AskAsync(flight).ConfigureAwait(false);
            _last = new Answer(advertisement, timeProvider.GetTimestamp());
            flight.Answer.TrySetResult(advertisement);
        }
        catch (Exception exception)
        {
            flight.Answer.TrySetException(exception);

            // All who waited may have left.
            _ = flight.Answer.Task.Exception;
        }

        lock (_gate)
        {
            _running = null;
            if (_next is { } next)
            {
                _next = null;
                Start(next);
            }
        }
    }

    private async Task<RefAdvertisement> AskAsync(Flight flight)
    {
        Interlocked.Increment(ref _askedCount);
        using var operation = new GitOperation("list of references", connector, flight.Options, timeProvider, flight.Cancel.Token);
        try
        {
            return await connector.ListReferencesAsync(operation).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw operation.Explain(exception);
        }
    }

    private sealed record Answer(RefAdvertisement Advertisement, long At);

    /// <summary>One question to the server and those who wait for its answer.</summary>
    private sealed class Flight(GitSourceOptions options)
    {
        public GitSourceOptions Options => options;

        public TaskCompletionSource<RefAdvertisement> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Cancel { get; } = new();

        public int Waiting { get; set; }
    }
}
