using System.Threading.Channels;
using GitOps.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace GitOps.Notifications;

/// <summary>Delivers transitions to the notifiers. Each has its own queue and reader, so that one that throws or hangs delays nobody else.</summary>
internal sealed partial class NotificationDispatcher : IAsyncDisposable
{
    private const int QueueCapacity = 1024;
    private const int MaxRetries = 4;

    private readonly TimeProvider _time;
    private readonly GitOpsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _pipeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(INotifier Notifier, Channel<GitOpsEvent> Queue, Task Reader)> _lanes = [];

    public NotificationDispatcher(IEnumerable<INotifier> notifiers, TimeSpan timeout, TimeProvider time, GitOpsMetrics metrics, ILogger<NotificationDispatcher> logger)
    {
        _time = time;
        _metrics = metrics;
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
        foreach (var notifier in notifiers)
        {
            var queue = Channel.CreateBounded<GitOpsEvent>(new BoundedChannelOptions(QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
            _lanes.Add((notifier, queue, DeliverAllAsync(notifier, queue.Reader)));
        }
    }

    public void Post(GitOpsEvent gitOpsEvent)
    {
        foreach (var (notifier, queue, _) in _lanes)
        {
            if (!queue.Writer.TryWrite(gitOpsEvent))
            {
                QueueFull(_logger, notifier.GetType().Name, gitOpsEvent.Reason, gitOpsEvent.Id);
            }
        }
    }

    /// <summary>Waits until what was posted is delivered or given up, then stops.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, queue, _) in _lanes)
        {
            queue.Writer.TryComplete();
        }

        try
        {
            await Task.WhenAll(_lanes.Select(l => l.Reader)).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var (_, queue, reader) in _lanes)
        {
            queue.Writer.TryComplete();
            await reader.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private async Task DeliverAllAsync(INotifier notifier, ChannelReader<GitOpsEvent> queue)
    {
        // The first call of a notifier must not run inside the caller of Post or of the constructor.
        await Task.Yield();
        try
        {
            await foreach (var gitOpsEvent in queue.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                await DeliverAsync(notifier, gitOpsEvent).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Stopped(_logger, notifier.GetType().Name, queue.Count);
        }
    }

    private async Task DeliverAsync(INotifier notifier, GitOpsEvent gitOpsEvent)
    {
        using var stage = Stage.Start(Stage.Notify, GitOpsTelemetry.Tags.Unit, gitOpsEvent.Unit ?? "", _metrics, _time);
        try
        {
            await _pipeline.ExecuteAsync(
                static async (state, token) =>
                {
                    // A notifier that ignores its token must not hold its lane for ever, so the call itself is left behind when time is up.
                    await state.notifier.NotifyAsync(state.gitOpsEvent, token).AsTask().WaitAsync(token).ConfigureAwait(false);
                },
                (notifier, gitOpsEvent),
                _stop.Token).ConfigureAwait(false);
            stage.Succeed();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // Whatever the user's notifier throws ends here: it must not end the lane or the engine.
            stage.Fail(e.GetType().Name);
            DeliveryFailed(_logger, e, notifier.GetType().Name, gitOpsEvent.Reason, gitOpsEvent.Id, MaxRetries + 1);
        }
    }

    [LoggerMessage(EventId = 1301, EventName = "NotificationDeliveryFailed", Level = LogLevel.Error, Message = "Notifier {Notifier} did not take event {Reason} ({EventId}) in {Attempts} attempts; it is given up")]
    private static partial void DeliveryFailed(ILogger logger, Exception exception, string notifier, string reason, Guid eventId, int attempts);

    [LoggerMessage(EventId = 1302, EventName = "NotificationQueueFull", Level = LogLevel.Error, Message = "Notifier {Notifier} is too far behind; event {Reason} ({EventId}) is dropped for it")]
    private static partial void QueueFull(ILogger logger, string notifier, string reason, Guid eventId);

    [LoggerMessage(EventId = 1303, EventName = "NotifierStopped", Level = LogLevel.Debug, Message = "Notifier {Notifier} stopped with {Pending} events undelivered")]
    private static partial void Stopped(ILogger logger, string notifier, int pending);
}
