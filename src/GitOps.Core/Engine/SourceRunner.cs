using System.Diagnostics.CodeAnalysis;
using GitOps.State;
using GitOps.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace GitOps.Engine;

/// <summary>Watches one source: probes at its interval, fetches what is new, and serves the last good artifact whatever happens.</summary>
internal sealed partial class SourceRunner : IDisposable
{
    private readonly EngineContext _context;
    private readonly SourceDefinition _definition;
    private readonly ILogger _logger;
    private readonly Inbox _inbox;
    private readonly SemaphoreSlim _polling = new(1, 1);
    private readonly ResiliencePipeline<bool> _retry;
    private readonly Lazy<ISource> _source;
    private volatile SourceStatus _status;
    private volatile Artifact? _artifact;
    private Revision? _remembered;
    private bool _failing;

    public SourceRunner(string name, string kind, SourceDefinition definition, EngineContext context, ILogger<SourceRunner> logger)
    {
        Name = name;
        Kind = kind;
        _definition = definition;
        _context = context;
        _logger = logger;
        _inbox = new Inbox(context.Time);
        _status = new SourceStatus(name, kind);
        _source = new Lazy<ISource>(definition.Source);
        _retry = new ResiliencePipelineBuilder<bool> { TimeProvider = context.Time }
            .AddRetry(new RetryStrategyOptions<bool>
            {
                ShouldHandle = new PredicateBuilder<bool>().HandleResult(false),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromSeconds(1),
                MaxDelay = Backoff.Longer(definition.Interval, TimeSpan.FromSeconds(1)),
                UseJitter = true,
                Randomizer = context.Randomizer,
            })
            .Build();
    }

    public string Name { get; }

    public string Kind { get; }

    public SourceStatus Status => _status;

    public Artifact? Artifact => _artifact;

    /// <summary>Runs after the served artifact or the source's state changed.</summary>
    public Action<SourceRunner>? Changed { get; set; }

    public void Dispose()
    {
        _inbox.Dispose();
        _polling.Dispose();
        if (_source.IsValueCreated && _source.Value is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }

    /// <summary>Takes over what an earlier host knew, unless this one knows better already.</summary>
    public void Restore(SourceState state)
    {
        if (_status.Ready is null)
        {
            _remembered = state.Revision;
            _failing = state.Ready?.Status == ConditionStatus.False;
            _status = _status with { Ready = state.Ready };
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // A request for a poll ends the wait before the next try, never a poll that is under way.
                await _retry.ExecuteAsync(async _ => await PollAsync(cancellationToken).ConfigureAwait(false), _inbox.ArmInterrupt(cancellationToken)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Somebody asked for a poll while the next try was waited for: go and poll.
            }

            await _inbox.WaitAsync(_context.Jittered(_definition.Interval), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Probes now, and fetches when there is something new. Calls at the same time run one after the other.</summary>
    /// <returns>Whether the source is in good order.</returns>
    public async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        await _polling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await PollCoreAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _polling.Release();
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A source is user code; whatever it throws becomes its Ready condition.")]
    private async Task<bool> PollCoreAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(EngineContext.Bounded(_definition.Timeout), _context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        Revision? revision = null;
        try
        {
            revision = await DetectAsync(linked.Token).ConfigureAwait(false);
            if (_artifact is { } served && served.Revision == revision)
            {
                Report(ConditionStatus.True, Reasons.ReconciliationSucceeded, $"Serving {revision}.", revision);
                return true;
            }

            _artifact = await FetchAsync(revision, linked.Token).ConfigureAwait(false);
            Report(ConditionStatus.True, Reasons.ReconciliationSucceeded, $"Fetched {revision}.", revision);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return await FailAsync(Reasons.Timeout, $"The source did not answer within {_definition.Timeout}.", revision, cancellationToken).ConfigureAwait(false);
        }
        catch (GitOpsException e)
        {
            return await FailAsync(e.Reason, e.Message, revision, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            PollFailed(_logger, e, Name);
            return await FailAsync(Reasons.FetchFailed, $"{e.GetType().Name}: {e.Message}", revision, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> FailAsync(string reason, string message, Revision? attempted, CancellationToken cancellationToken)
    {
        if (_artifact is null && Interlocked.Exchange(ref _remembered, null) is { } lastGood)
        {
            await ServeAsync(lastGood, cancellationToken).ConfigureAwait(false);
        }

        Report(ConditionStatus.False, reason, message, attempted);
        return false;
    }

    /// <summary>A source may still have at hand what an earlier host served last: then that goes on being served while it cannot be reached.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A source is user code; that it has nothing at hand is no failure of its own.")]
    private async Task ServeAsync(Revision lastGood, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(EngineContext.Bounded(_definition.Timeout), _context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            _artifact = await FetchAsync(lastGood, linked.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotAtHand(_logger, e, Name, lastGood.ToString());
        }
    }

    private async Task<Revision> DetectAsync(CancellationToken cancellationToken)
    {
        using var stage = Stage.Start(Stage.Detect, GitOpsTelemetry.Tags.Source, Name, _context.Metrics, _context.Time);

        // A source that ignores its token must not hold the poll for ever.
        var revision = await _source.Value.ProbeAsync(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        stage.Succeed();
        return revision;
    }

    private async Task<Artifact> FetchAsync(Revision revision, CancellationToken cancellationToken)
    {
        using var stage = Stage.Start(Stage.Fetch, GitOpsTelemetry.Tags.Source, Name, _context.Metrics, _context.Time);
        var artifact = await _source.Value.FetchAsync(revision, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        stage.Succeed();
        return artifact;
    }

    private void Report(ConditionStatus status, string reason, string message, Revision? attempted)
    {
        var before = _status;
        var served = _artifact?.Revision;
        var wasFailing = _failing;
        _failing = status != ConditionStatus.True;
        var full = _failing && served is not null ? $"{message} Still serving {served}." : message;
        var since = before.Ready is { } ready && ready.Status == status ? ready.LastTransitionTime : _context.Time.GetUtcNow();
        _status = before with { Revision = served, Ready = new Condition(ConditionTypes.Ready, status, reason, full, since) };
        var moved = before.Revision != served;
        var changedState = wasFailing != _failing || (_failing && !string.Equals(before.Ready?.Message, full, StringComparison.Ordinal));
        if (!moved && !changedState)
        {
            return;
        }

        _context.Publish(new GitOpsEvent(Guid.NewGuid(), _context.Time.GetUtcNow(), _failing ? EventSeverity.Error : EventSeverity.Info, reason, full)
        {
            Source = Name,
            Revision = _failing ? attempted : served,
            Stage = Stage.Fetch,
            CommitAuthor = _failing ? null : _artifact?.Author,
            CommitMessage = _failing ? null : _artifact?.Message,
            IsTransition = wasFailing != _failing,
        }, [RememberedState()]);
        Changed?.Invoke(this);
    }

    private (string Key, Func<ReadOnlyMemory<byte>>? Value) RememberedState()
    {
        var state = new SourceState(_artifact?.Revision ?? _remembered, _status.Ready);
        return (StateKeys.Source(Name), () => StateJson.Write(state));
    }

    public void RequestPoll() => _inbox.Post(Triggers.Demand);

    [LoggerMessage(EventId = 1101, EventName = "SourcePollFailed", Level = LogLevel.Error, Message = "Source {Source} failed unexpectedly")]
    private static partial void PollFailed(ILogger logger, Exception exception, string source);

    [LoggerMessage(EventId = 1102, EventName = "SourceNotAtHand", Level = LogLevel.Debug, Message = "Source {Source} no longer has {Revision}, which was served before the restart")]
    private static partial void NotAtHand(ILogger logger, Exception exception, string source, string revision);
}
