using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace GitOps.Engine;

/// <summary>Watches what others do to the objects of one unit between its reconciliations: reports each change and, by policy, asks for its correction.</summary>
internal sealed partial class DriftGuard(string unit, DriftPolicy policy, IApplier applier, TimeProvider time, Action<Drift, Revision?> detected, Action correct, IProgress<IReadOnlyList<Diagnostic>> unwatched, ILogger logger) : IDisposable
{
    private const int MostRemembered = 100;

    private static readonly TimeSpan s_firstRestart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lastRestart = TimeSpan.FromMinutes(1);

    private readonly CorrectionDelay _delay = new(time);
    private readonly ConcurrentQueue<Drift> _drifts = new();
    private CancellationTokenSource? _stop;
    private Task _watch = Task.CompletedTask;

    /// <summary>Begins to watch, as long as the unit's loop lives; a unit that is reconciled on demand only has none.</summary>
    public void Start(ApplyRequest request, CancellationToken lifetime)
    {
        if (policy == DriftPolicy.Disabled || lifetime == CancellationToken.None)
        {
            return;
        }

        _stop = CancellationTokenSource.CreateLinkedTokenSource(lifetime);
        _watch = WatchAsync(request, _stop.Token);
    }

    public async Task StopAsync()
    {
        if (_stop is null)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        _stop.Dispose();
        _stop = null;
    }

    public void Dispose() => _stop?.Dispose();

    /// <summary>The changes that were seen since the last call: a reconciliation has set them back.</summary>
    public IReadOnlyList<Drift> Corrected()
    {
        var drifts = _drifts.ToArray();
        _drifts.Clear();
        return drifts;
    }

    public static string Describe(Drift drift)
    {
        var who = drift.Manager is null ? "" : $" by {drift.Manager}";
        var when = drift.Time is { } at ? $" at {at:u}" : "";
        return drift.IsDeleted
            ? $"{drift.Resource} was deleted{who}{when}."
            : $"{drift.Resource} was changed{who}{when}: {string.Join(", ", drift.Fields.Take(10).Select(f => $"{f.Path} {f.After ?? "(unset)"} -> {f.Before ?? "(unset)"}"))}.";
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "An applier is user code; a watch that ends with an error is logged and begun anew.")]
    private async Task WatchAsync(ApplyRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        for (var wait = s_firstRestart; !cancellationToken.IsCancellationRequested; wait = wait * 2 < s_lastRestart ? wait * 2 : s_lastRestart)
        {
            try
            {
                await ReportAsync(request, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The cluster may have been away only now: without a watch, drift would stand until the next interval.
                WatchFailed(logger, e, unit, wait);
            }

            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReportAsync(ApplyRequest request, CancellationToken cancellationToken)
    {
        await foreach (var drift in applier.WatchDriftAsync(request, unwatched, cancellationToken).ConfigureAwait(false))
        {
            if (_drifts.Any(d => d.Resource == drift.Resource && d.IsDeleted == drift.IsDeleted && d.Fields.SequenceEqual(drift.Fields)))
            {
                // The same change again, before its correction: a controller reacted to it meanwhile.
                continue;
            }

            detected(drift, request.Revision);
            Remember(drift);
            if (policy == DriftPolicy.Correct)
            {
                await CorrectAsync(drift, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CorrectAsync(Drift drift, CancellationToken cancellationToken)
    {
        var delay = _delay.Next();
        if (delay > TimeSpan.Zero)
        {
            Damped(logger, unit, drift.Resource.ToString(), delay);
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
        }

        correct();
    }

    private void Remember(Drift drift)
    {
        _drifts.Enqueue(drift);
        while (_drifts.Count > MostRemembered && _drifts.TryDequeue(out _))
        {
        }
    }

    [LoggerMessage(EventId = 1202, EventName = "DriftWatchFailed", Level = LogLevel.Warning, Message = "The drift watch of unit {Unit} ended; it begins anew in {Delay}")]
    private static partial void WatchFailed(ILogger logger, Exception exception, string unit, TimeSpan delay);

    [LoggerMessage(EventId = 1203, EventName = "DriftDamped", Level = LogLevel.Warning, Message = "Somebody keeps changing {Resource} of unit {Unit}; the next correction waits {Delay}")]
    private static partial void Damped(ILogger logger, string unit, string resource, TimeSpan delay);
}
