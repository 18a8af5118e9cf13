namespace GitOps;

/// <summary>Lets one of several hosts do the work, and another take over when it is gone.</summary>
/// <remarks>Without one the engine takes itself to be alone. Implementations are thread-safe.</remarks>
public interface ILeaderElection
{
    /// <summary>Takes part in the election until it is cancelled: whenever this host leads, the work runs.</summary>
    /// <param name="lead">The work; its token is cancelled, and its end awaited, before another host can lead.</param>
    /// <param name="cancellationToken">Ends the part in the election; the leadership is given back.</param>
    /// <returns>Completes when the part has ended.</returns>
    Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken);
}
