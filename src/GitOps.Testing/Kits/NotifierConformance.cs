using static GitOps.Testing.Kits.SourceConformance;

namespace GitOps.Testing.Kits;

/// <summary>Checks that a custom <see cref="INotifier"/> keeps the promises that the engine relies on. Call it from a test of any framework.</summary>
public static class NotifierConformance
{
    /// <summary>Sends a small event, one without optional parts and a very large one, and then cancels.</summary>
    /// <param name="notifier">The notifier.</param>
    /// <param name="time">The clock that stamps the events.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>The check.</returns>
    /// <exception cref="ConformanceFailedException">A promise is not kept.</exception>
    public static async Task CheckAsync(INotifier notifier, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notifier);
        ArgumentNullException.ThrowIfNull(time);
        var plain = new GitOpsEvent(Guid.NewGuid(), time.GetUtcNow(), EventSeverity.Info, Reasons.ReconciliationSucceeded, "conformance: applied");
        GitOpsEvent[] events =
        [
            plain,
            plain with { Id = Guid.NewGuid(), Unit = "apps", Message = "conformance: a very long message " + new string('x', 64 * 1024) },
            plain with { Id = Guid.NewGuid(), Unit = "apps", Message = "conformance: <b>&\"quotes\" and\nlines \u2028 \ud83d\ude80" },
        ];
        foreach (var sent in events)
        {
            try
            {
                await notifier.NotifyAsync(sent, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException and not GitOpsException)
            {
                throw new ConformanceFailedException($"a failure to notify must be a GitOpsException with a reason, but was {e.GetType().Name}: {e.Message}");
            }
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync().ConfigureAwait(false);
        await RequireCancelledAsync(async () => await notifier.NotifyAsync(plain, cancelled.Token).ConfigureAwait(false), "NotifyAsync").ConfigureAwait(false);
    }
}
