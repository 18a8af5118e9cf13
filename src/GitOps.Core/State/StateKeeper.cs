using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace GitOps.State;

/// <summary>
/// Writes changes to the store behind the engine's back, many at a time. When the store fails, the engine goes on: the changes stay pending and are tried again.
/// </summary>
internal sealed partial class StateKeeper(IStateStore store, TimeProvider time, ILogger<StateKeeper> logger) : IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Channel<bool> _work = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private Dictionary<string, Func<ReadOnlyMemory<byte>>?> _pending = new(StringComparer.Ordinal);
    private List<Action> _afterwards = [];
    private Task? _writer;
    private bool _failing;

    /// <summary>Reads everything, as soon as no other host holds the store. A store that cannot be read counts as empty, so that the engine goes on.</summary>
    /// <param name="waiting">Is told once why it takes long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A store is user code; whatever it throws must not keep the engine from reconciling.")]
    public async Task<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> LoadAsync(Action<string> waiting, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> values;
        var told = false;
        while (true)
        {
            try
            {
                values = await store.LoadAsync(cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (GitOpsException e) when (string.Equals(e.Reason, Reasons.StateInUse, StringComparison.Ordinal))
            {
                if (!told)
                {
                    told = true;
                    InUse(logger, e.Message);
                    waiting(e.Message);
                }

                await Task.Delay(RetryInterval, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Failing(e);
                values = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
                break;
            }
        }

        _writer ??= Task.Run(WriteAllAsync, CancellationToken.None);
        return values;
    }

    /// <summary>
    /// Takes changes that are written together. A later change of the same key takes an earlier one's place; values are made only when they are written.
    /// </summary>
    /// <param name="changes">The keys, and how to make their values; <see langword="null"/> to forget a key.</param>
    /// <param name="afterwards">Runs when the changes are durable, or when the store failed, for the engine goes on without it.</param>
    public void Write(IEnumerable<(string Key, Func<ReadOnlyMemory<byte>>? Value)> changes, Action? afterwards = null)
    {
        lock (_lock)
        {
            foreach (var (key, value) in changes)
            {
                _pending[key] = value;
            }

            if (afterwards is not null)
            {
                _afterwards.Add(afterwards);
            }
        }

        _work.Writer.TryWrite(true);
    }

    /// <summary>Waits until what was given to <see cref="Write"/> is written, or could not be.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_writer is null)
        {
            return Task.CompletedTask;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Write([], () => done.TrySetResult());
        return done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        if (_writer is { } writer)
        {
            try
            {
                await writer.WaitAsync(Patience, TimeProvider.System).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await _stop.CancelAsync().ConfigureAwait(false);
                await writer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _stop.Dispose();
    }

    private async Task WriteAllAsync()
    {
        while (await _work.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
        {
            _work.Reader.TryRead(out _);
            await WriteOnceAsync().ConfigureAwait(false);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A store is user code; whatever it throws must not end the writer.")]
    private async Task WriteOnceAsync()
    {
        Dictionary<string, Func<ReadOnlyMemory<byte>>?> batch;
        List<Action> afterwards;
        lock (_lock)
        {
            (batch, _pending) = (_pending, new(StringComparer.Ordinal));
            (afterwards, _afterwards) = (_afterwards, []);
        }

        if (batch.Count > 0)
        {
            try
            {
                await store.SaveAsync([.. batch.Select(b => new StateChange(b.Key, b.Value?.Invoke()))], _stop.Token).ConfigureAwait(false);
                if (_failing)
                {
                    _failing = false;
                    Back(logger);
                }
            }
            catch (Exception e)
            {
                PutBack(batch);
                Failing(e);
                _ = RetryLaterAsync();
            }
        }

        afterwards.ForEach(a => a());
    }

    private void PutBack(Dictionary<string, Func<ReadOnlyMemory<byte>>?> batch)
    {
        lock (_lock)
        {
            foreach (var (key, value) in batch)
            {
                _pending.TryAdd(key, value);
            }
        }
    }

    private async Task RetryLaterAsync()
    {
        // The writer calls it, so the source is not disposed yet.
        var token = _stop.Token;
        await Task.Delay(RetryInterval, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _work.Writer.TryWrite(true);
    }

    private void Failing(Exception exception)
    {
        if (!_failing)
        {
            _failing = true;
            Unavailable(logger, exception, exception.Message);
        }
    }

    [LoggerMessage(EventId = 1403, EventName = "StateInUse", Level = LogLevel.Warning, Message = "{Explanation}")]
    private static partial void InUse(ILogger logger, string explanation);

    [LoggerMessage(EventId = 1404, EventName = "StateUnavailable", Level = LogLevel.Error, Message = "The engine's state cannot be kept: {Explanation} Reconciling and notifying go on; history and undelivered notifications would not survive a restart until this is mended")]
    private static partial void Unavailable(ILogger logger, Exception exception, string explanation);

    [LoggerMessage(EventId = 1405, EventName = "StateAvailable", Level = LogLevel.Information, Message = "The engine's state is kept again")]
    private static partial void Back(ILogger logger);
}
