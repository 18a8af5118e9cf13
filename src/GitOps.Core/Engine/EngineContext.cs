using GitOps.Telemetry;

namespace GitOps.Engine;

/// <summary>What sources and units share: the clock, chance, metrics, the workers, and where events go.</summary>
internal sealed class EngineContext : IDisposable
{
    // A timer cannot wait for more than 49 days.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(45);

    private readonly SemaphoreSlim _workers;
    private readonly double _jitter;

    public EngineContext(GitOpsOptions options, TimeProvider time, Func<double> randomizer, GitOpsMetrics metrics, Action<GitOpsEvent?, IReadOnlyList<(string Key, Func<ReadOnlyMemory<byte>>? Value)>> publish)
    {
        _workers = new SemaphoreSlim(options.Concurrency, options.Concurrency);
        _jitter = options.Jitter;
        HistoryLimit = options.HistoryLimit;
        Time = time;
        Randomizer = randomizer;
        Metrics = metrics;
        Publish = publish;
    }

    public TimeProvider Time { get; }

    public Func<double> Randomizer { get; }

    public GitOpsMetrics Metrics { get; }

    public int HistoryLimit { get; }

    /// <summary>Tells of an event, if there is one, and remembers changes of state together with it.</summary>
    public Action<GitOpsEvent?, IReadOnlyList<(string Key, Func<ReadOnlyMemory<byte>>? Value)>> Publish { get; }

    /// <summary>A wait, within what a timer can wait.</summary>
    public static TimeSpan Bounded(TimeSpan wait) => wait < s_longest ? wait : s_longest;

    public TimeSpan Jittered(TimeSpan interval) => Bounded(Bounded(interval) * (1 + (_jitter * ((Randomizer() * 2) - 1))));

    /// <summary>Waits for one of the workers; who waits longest is next.</summary>
    public async Task<Worker> EnterAsync(CancellationToken cancellationToken)
    {
        Metrics.Queued();
        try
        {
            await _workers.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Metrics.Dequeued();
        }

        return new Worker(_workers);
    }

    public void Dispose() => _workers.Dispose();

    internal readonly struct Worker(SemaphoreSlim workers) : IDisposable
    {
        public void Dispose() => workers.Release();
    }
}
