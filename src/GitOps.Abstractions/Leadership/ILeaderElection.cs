namespace GitOps;

/// <summary>Lets one of several hosts do the work of a group of units, and another take over when it is gone. Each group has a leader of its own.</summary>
/// <remarks>Without one the engine takes itself to be alone. Implementations are thread-safe.</remarks>
public interface ILeaderElection
{
    /// <summary>Takes part in the election of one group until it is cancelled: whenever this host leads the group, the work runs.</summary>
    /// <param name="group">The group; empty for the units that name none.</param>
    /// <param name="lead">The work; its token is cancelled, and its end awaited, before another host can lead.</param>
    /// <param name="cancellationToken">Ends the part in the election; the leadership is given back.</param>
    /// <returns>Completes when the part has ended.</returns>
    Task RunAsync(string group, Func<CancellationToken, Task> lead, CancellationToken cancellationToken);
}
