namespace GitOps;

/// <summary>Reads Secret objects of the cluster that the host works with, for the parts that need credentials to reach something.</summary>
/// <remarks>Implementations are thread-safe, read anew each time, and never put a value into a message.</remarks>
public interface ISecretReader
{
    /// <summary>Reads a Secret.</summary>
    /// <param name="namespace">Its namespace; <see langword="null"/> for the one the host itself lives in.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The decoded values by key; <see langword="null"/> when there is no such Secret.</returns>
    /// <exception cref="GitOpsException">The cluster cannot be reached, or does not allow it.</exception>
    ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>?> ReadAsync(string? @namespace, string name, CancellationToken cancellationToken);
}
