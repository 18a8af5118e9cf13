namespace GitOps;

/// <summary>
/// Keeps what the engine must not forget when its process ends: each unit's conditions and history, and the notifications that are not delivered yet.
/// It is a memory, never the truth: that is in the sources and the cluster.
/// </summary>
/// <remarks>
/// The engine loads once before its units run and then makes one call at a time. Implementations whose place can be shared let in one host at a time:
/// another gets a <see cref="GitOpsException"/> with reason <see cref="Reasons.StateInUse"/>, and waits.
/// </remarks>
public interface IStateStore
{
    /// <summary>Opens the store for this host and reads everything.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The values by their keys; what was damaged is left out.</returns>
    /// <exception cref="GitOpsException">Another host holds the store, or it cannot be read.</exception>
    ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Writes changes, all or none of them; when it returns they outlive the process.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Completes when the changes are durable.</returns>
    /// <exception cref="GitOpsException">The store cannot be written; the engine goes on and tries again.</exception>
    ValueTask SaveAsync(IReadOnlyCollection<StateChange> changes, CancellationToken cancellationToken);
}
