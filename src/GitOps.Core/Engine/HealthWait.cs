namespace GitOps.Engine;

/// <summary>How a wait for health ended.</summary>
internal enum HealthOutcome
{
    /// <summary>All is well.</summary>
    Healthy,

    /// <summary>Something failed, or the time was up.</summary>
    Unhealthy,

    /// <summary>A newer revision or a request ended the wait.</summary>
    Ended,
}

/// <summary>A unit's wait for the health of what it applied; it holds no worker, and always ends.</summary>
internal sealed class HealthWait(string unit, IApplier applier, TimeSpan limit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _wait;

    /// <summary>Ends the wait that is under way, if there is one.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ = _wait?.CancelAsync();
            _wait = null;
        }
    }

    /// <summary>Waits until all is healthy, something has failed, or the time is up.</summary>
    /// <param name="isOutdated">Whether the wait has lost its point before it began.</param>
    /// <param name="progress">Is told what is still awaited.</param>
    /// <param name="cancellationToken">Stops the wait with the engine.</param>
    public async Task<(HealthOutcome Outcome, string Message)> RunAsync(Func<bool> isOutdated, Action<string> progress, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(EngineContext.Bounded(limit), time);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Begin(wait, isOutdated);
        HealthReport? last = null;
        try
        {
            await foreach (var report in applier.WatchHealthAsync(unit, wait.Token).ConfigureAwait(false))
            {
                last = report;
                if (report.IsHealthy)
                {
                    return (HealthOutcome.Healthy, $"All {report.Objects.Count} objects are healthy.");
                }

                progress(Describe(report, HealthStatus.InProgress));
                if (report.HasFailed)
                {
                    break;
                }
            }

            wait.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            if (!timeout.IsCancellationRequested)
            {
                return (HealthOutcome.Ended, "");
            }
        }
        finally
        {
            End();
        }

        return (HealthOutcome.Unhealthy, last?.HasFailed == true
            ? $"Failed: {Describe(last, HealthStatus.Failed)}"
            : $"Not healthy after {limit}: {(last is null ? "no object could be watched." : Describe(last, HealthStatus.InProgress))}");
    }

    private void Begin(CancellationTokenSource wait, Func<bool> isOutdated)
    {
        lock (_lock)
        {
            _wait = wait;

            // The revision may have moved between the apply and now.
            if (isOutdated())
            {
                End();
            }
        }
    }

    private static string Describe(HealthReport report, HealthStatus at)
    {
        const int most = 5;
        var objects = report.Objects.Where(o => at == HealthStatus.Failed ? o.Status == HealthStatus.Failed : o.Status is not (HealthStatus.Current or HealthStatus.Suspended)).ToList();
        var text = string.Join("; ", objects.Take(most));
        return objects.Count > most ? $"{text}; and {objects.Count - most} more." : $"{text}.";
    }
}
