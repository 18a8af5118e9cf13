namespace GitOps.Kubernetes.Drifting;

/// <summary>
/// Slows down the telling of drift on an object that drifts again and again: two writers are fighting over it.
/// The other objects of the unit are told as fast as ever; how fast a unit as a whole is corrected is the engine's to damp.
/// </summary>
internal sealed class ObjectDriftDamper(TimeProvider time)
{
    private const int Free = 5;
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_maximum = TimeSpan.FromMinutes(5);

    private readonly Dictionary<ResourceId, (int Count, DateTimeOffset Last, DateTimeOffset NotBefore)> _seen = [];

    /// <summary>Counts a drift.</summary>
    /// <returns>How long to hold it back, or <see langword="null"/> to tell it now.</returns>
    public TimeSpan? Delay(ResourceId id)
    {
        var now = time.GetUtcNow();
        if (_seen.TryGetValue(id, out var seen))
        {
            if (now < seen.NotBefore)
            {
                return seen.NotBefore - now;
            }

            // Quiet for longer than it was held back: the fight is over.
            var pause = Pause(seen.Count);
            if (now - seen.Last > s_window + pause)
            {
                seen = default;
            }
        }

        var count = seen.Count + 1;
        _seen[id] = (count, now, now + Pause(count));
        return null;
    }

    private static TimeSpan Pause(int count)
    {
        if (count < Free)
        {
            return TimeSpan.Zero;
        }

        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(count - Free, 10)));
        return pause < s_maximum ? pause : s_maximum;
    }
}
