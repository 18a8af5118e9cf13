using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace GitOps.Git;

/// <summary>Keeps what was found out until it is too much, and then begins anew: that is rare enough not to need anything better.</summary>
/// <remarks>Thread-safe. The dictionary's own count would take all of its locks each time.</remarks>
internal sealed class BoundedCache<TKey, TValue>(int maxWeight)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _kept = new();
    private int _weight;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _kept.TryGetValue(key, out value);

    public void Keep(TKey key, TValue value, int weight = 1)
    {
        if (!_kept.TryAdd(key, value))
        {
            return;
        }

        if (Interlocked.Add(ref _weight, weight) > maxWeight)
        {
            _kept.Clear();
            Interlocked.Exchange(ref _weight, 0);
        }
    }
}
