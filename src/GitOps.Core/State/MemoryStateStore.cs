using System.Collections.Concurrent;

namespace GitOps;

/// <summary>Keeps the state as long as the process lives: the default, and what tests share between two engines.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class MemoryStateStore : IStateStore
{
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> LoadAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>>(new Dictionary<string, ReadOnlyMemory<byte>>(_values, StringComparer.Ordinal));

    /// <inheritdoc/>
    public ValueTask SaveAsync(IReadOnlyCollection<StateChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        foreach (var (key, value) in changes)
        {
            if (value is { } kept)
            {
                _values[key] = kept;
            }
            else
            {
                _values.TryRemove(key, out _);
            }
        }

        return ValueTask.CompletedTask;
    }
}
