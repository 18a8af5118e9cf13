namespace GitOps.Git;

/// <summary>Removes mirrors nobody used for long: sources that were taken out of the configuration leave theirs behind.</summary>
internal sealed class CacheSweep(string cache, TimeProvider timeProvider)
{
    private static readonly TimeSpan Unused = TimeSpan.FromDays(60);

    public void RemoveUnused()
    {
        if (!Directory.Exists(cache))
        {
            return;
        }

        var oldest = timeProvider.GetUtcNow().UtcDateTime - Unused;
        foreach (var mirror in Directory.EnumerateDirectories(cache, "*", new EnumerationOptions { IgnoreInaccessible = true }).ToList())
        {
            var current = Path.Combine(mirror, "current");
            try
            {
                // Only what is surely a mirror is touched: the directory may be shared with anything.
                if (File.Exists(current) && File.GetLastWriteTimeUtc(current) < oldest)
                {
                    Remove(mirror, current);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody uses it after all, or may not be disturbed; the next start looks again.
            }
        }
    }

    private static void Remove(string mirror, string current)
    {
        using var writing = FileLock.TryAcquire(Path.Combine(mirror, "lock"), isShared: false);
        if (writing is null)
        {
            return;
        }

        // Readers hold their generation's lock; without them all can go. The pointer goes first: what is left after a kill is no mirror any more.
        var locks = new List<IDisposable>();
        try
        {
            foreach (var generation in Directory.EnumerateDirectories(mirror, "g*"))
            {
                if (FileLock.TryAcquire($"{generation}.lock", isShared: false) is not { } alone)
                {
                    return;
                }

                locks.Add(alone);
            }

            File.Delete(current);
            Directory.Delete(mirror, recursive: true);
        }
        finally
        {
            locks.ForEach(l => l.Dispose());
        }
    }
}
