using GitOps.Kubernetes;

namespace GitOps.Cli;

/// <summary>Waits for a unit's objects to be healthy and tells how it goes.</summary>
internal static class HealthWait
{
    public static async Task<(bool Healthy, HealthReport? Last)> RunAsync(KubernetesApplier applier, string unit, TimeSpan limit, TextWriter error, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, TimeProvider.System);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        HealthReport? last = null;
        var told = "";
        try
        {
            await foreach (var report in applier.WatchHealthAsync(unit, linked.Token).ConfigureAwait(false))
            {
                last = report;
                if (report.IsHealthy)
                {
                    return (true, report);
                }

                var waiting = string.Join('\n', report.Objects.Where(o => o.Status is not (HealthStatus.Current or HealthStatus.Suspended)).Select(o => $"waiting: {o}"));
                if (waiting != told)
                {
                    told = waiting;
                    await error.WriteLineAsync(waiting).ConfigureAwait(false);
                }

                if (report.HasFailed)
                {
                    await error.WriteLineAsync("error: some objects failed").ConfigureAwait(false);
                    return (false, report);
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Told below; the watch may also end without an exception.
        }

        cancellationToken.ThrowIfCancellationRequested();
        await error.WriteLineAsync($"error: not all objects were healthy within {limit}").ConfigureAwait(false);
        return (false, last);
    }
}
