namespace GitOps;

/// <summary>Is told what happened: chat, commit status, audit log, the host's own.</summary>
/// <remarks>
/// Each notifier has its own queue: one that throws or hangs delays nobody else. A call that throws is tried again;
/// delivery is at least once, so use <see cref="GitOpsEvent.Id"/> to drop repeats.
/// </remarks>
public interface INotifier
{
    /// <summary>The name under which undelivered events are kept over a restart of the host; the type's name unless the notifier says otherwise.</summary>
    string Name => GetType().Name;

    /// <summary>Takes an event.</summary>
    /// <param name="gitOpsEvent">The event.</param>
    /// <param name="cancellationToken">Ends the call when its time is up or the host stops.</param>
    /// <returns>Completes when the event was delivered.</returns>
    ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken);
}
