using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using GitOps.State;
using GitOps.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace GitOps.Notifications;

/// <summary>
/// Delivers transitions to the notifiers. Each has its own lane - queue and reader - so that one that throws or hangs delays nobody else.
/// An event is in the outbox of the state store before its delivery begins and leaves it when the notifier took it, so a process that is killed loses none.
/// </summary>
internal sealed partial class NotificationDispatcher : IAsyncDisposable
{
    private const int QueueCapacity = 1024;
    private const int MaxRetries = 4;

    // Older news helps nobody; the bound also ends a run of restarts over an event that nobody can take.
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly GitOpsMetrics _metrics;
    private readonly StateKeeper _state;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _pipeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Lane> _lanes = [];
    private volatile bool _completing;

    public NotificationDispatcher(IEnumerable<INotifier> notifiers, TimeSpan timeout, StateKeeper state, TimeProvider time, GitOpsMetrics metrics, ILogger<NotificationDispatcher> logger)
    {
        _time = time;
        _metrics = metrics;
        _state = state;
        _logger = logger;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(e => e is not OperationCanceledException),
                MaxRetryAttempts = MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromSeconds(2),
                MaxDelay = TimeSpan.FromMinutes(1),
                UseJitter = true,
            })
            .AddTimeout(timeout)
            .Build();
        foreach (var group in notifiers.GroupBy(n => n.Name, StringComparer.Ordinal))
        {
            foreach (var (index, notifier) in group.Index())
            {
                var lane = new Lane(notifier, index == 0 ? group.Key : $"{group.Key}#{index + 1}");
                lane.Reader = DeliverAllAsync(lane);
                _lanes.Add(lane);
            }
        }
    }

    /// <summary>Puts an event into the outbox, together with the change of state that it tells of, and then has it delivered.</summary>
    public void Post(GitOpsEvent gitOpsEvent, IReadOnlyList<(string Key, Func<ReadOnlyMemory<byte>>? Value)> state)
    {
        var deliveries = _lanes.ConvertAll(l => (Lane: l, Key: StateKeys.Delivery(l.Name, gitOpsEvent)));
        var json = new Lazy<ReadOnlyMemory<byte>>(() => StateJson.Write(gitOpsEvent));
        _state.Write(
            [.. state, .. deliveries.Select(d => (d.Key, (Func<ReadOnlyMemory<byte>>?)(() => json.Value)))],
            () => deliveries.ForEach(d => Enqueue(d.Lane, d.Key, gitOpsEvent)));
    }

    /// <summary>Goes on with what an earlier host did not deliver, as far as this host is to tell of it.</summary>
    public void Restore(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> state, Func<GitOpsEvent, bool> tells)
    {
        foreach (var (key, json) in state.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (StateKeys.LaneOf(key) is not { } name)
            {
                continue;
            }

            if (_lanes.Find(l => string.Equals(l.Name, name, StringComparison.Ordinal)) is not { } lane)
            {
                Forget(key, $"there is no notifier '{name}' any more");
            }
            else if (!StateJson.TryRead(json, out GitOpsEvent? gitOpsEvent))
            {
                Forget(key, "it cannot be read");
            }
            else if (!tells(gitOpsEvent))
            {
                // The host that leads its group delivers it.
                continue;
            }
            else if (_time.GetUtcNow() - gitOpsEvent.Timestamp > MaxAge)
            {
                Forget(key, $"it is older than {MaxAge}");
            }
            else
            {
                Enqueue(lane, key, gitOpsEvent);
            }
        }
    }

    /// <summary>Waits until what was posted is delivered or given up, then stops. What is left when patience ends stays in the outbox.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _state.FlushAsync(cancellationToken).ConfigureAwait(false);
            Close();
            await Task.WhenAll(_lanes.Select(l => l.Reader)).WaitAsync(cancellationToken).ConfigureAwait(false);
            await _state.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Close();
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Close();
        await Task.WhenAll(_lanes.Select(l => l.Reader)).ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Close()
    {
        _completing = true;
        _lanes.ForEach(l => l.Queue.Writer.TryComplete());
    }

    private void Enqueue(Lane lane, string key, GitOpsEvent gitOpsEvent)
    {
        if (!lane.TryEnqueue(key, gitOpsEvent) && !_completing)
        {
            QueueFull(_logger, lane.Name, gitOpsEvent.Reason, gitOpsEvent.Id);
            _state.Write([(key, null)]);
        }
    }

    private void Forget(string key, string why)
    {
        Forgotten(_logger, key, why);
        _state.Write([(key, null)]);
    }

    private async Task DeliverAllAsync(Lane lane)
    {
        // The first call of a notifier must not run inside the caller of Post or of the constructor.
        await Task.Yield();
        try
        {
            await foreach (var (key, gitOpsEvent) in lane.Queue.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                await DeliverAsync(lane, gitOpsEvent).ConfigureAwait(false);
                lane.Done(key);
                _state.Write([(key, null)]);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Stopped(_logger, lane.Name, lane.Queue.Reader.Count);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever the user's notifier throws ends here: it must not end the lane or the engine.")]
    private async Task DeliverAsync(Lane lane, GitOpsEvent gitOpsEvent)
    {
        using var stage = Stage.Start(Stage.Notify, GitOpsTelemetry.Tags.Unit, gitOpsEvent.Unit ?? "", _metrics, _time);
        try
        {
            await _pipeline.ExecuteAsync(
                static async (state, token) =>
                {
                    // A notifier that ignores its token must not hold its lane for ever, so the call itself is left behind when time is up.
                    await state.Notifier.NotifyAsync(state.gitOpsEvent, token).AsTask().WaitAsync(token).ConfigureAwait(false);
                },
                (lane.Notifier, gitOpsEvent),
                _stop.Token).ConfigureAwait(false);
            stage.Succeed();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            stage.Fail(e.GetType().Name);
            DeliveryFailed(_logger, e, lane.Name, gitOpsEvent.Reason, gitOpsEvent.Id, MaxRetries + 1);
        }
    }

    [LoggerMessage(EventId = 1301, EventName = "NotificationDeliveryFailed", Level = LogLevel.Error, Message = "Notifier {Notifier} did not take event {Reason} ({EventId}) in {Attempts} attempts; it is given up")]
    private static partial void DeliveryFailed(ILogger logger, Exception exception, string notifier, string reason, Guid eventId, int attempts);

    [LoggerMessage(EventId = 1302, EventName = "NotificationQueueFull", Level = LogLevel.Error, Message = "Notifier {Notifier} is too far behind; event {Reason} ({EventId}) is dropped for it")]
    private static partial void QueueFull(ILogger logger, string notifier, string reason, Guid eventId);

    [LoggerMessage(EventId = 1303, EventName = "NotifierStopped", Level = LogLevel.Debug, Message = "Notifier {Notifier} stopped with {Pending} events undelivered")]
    private static partial void Stopped(ILogger logger, string notifier, int pending);

    [LoggerMessage(EventId = 1305, EventName = "NotificationForgotten", Level = LogLevel.Warning, Message = "The undelivered notification {Key} of an earlier run is dropped: {Why}")]
    private static partial void Forgotten(ILogger logger, string key, string why);

    /// <summary>One notifier, and the events on their way to it.</summary>
    private sealed class Lane(INotifier notifier, string name)
    {
        private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

        public INotifier Notifier { get; } = notifier;

        public string Name { get; } = name;

        public Channel<(string Key, GitOpsEvent Event)> Queue { get; } =
            Channel.CreateBounded<(string, GitOpsEvent)>(new BoundedChannelOptions(QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

        public Task Reader { get; set; } = Task.CompletedTask;

        /// <summary>Takes an event once: what is restored may be on its way already.</summary>
        public bool TryEnqueue(string key, GitOpsEvent gitOpsEvent)
        {
            lock (_keys)
            {
                if (!_keys.Add(key))
                {
                    return true;
                }

                if (Queue.Writer.TryWrite((key, gitOpsEvent)))
                {
                    return true;
                }

                _keys.Remove(key);
                return false;
            }
        }

        public void Done(string key)
        {
            lock (_keys)
            {
                _keys.Remove(key);
            }
        }
    }
}
