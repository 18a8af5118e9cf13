using System.Security.Cryptography;

namespace GitOps.Helm.Functions;

/// <summary>
/// Makes keys on every core, because one takes a tenth of a second or more and by chance several times that: who waits gets whichever is done first, and what else gets done is for whoever asks next.
/// Each key is handed out once. Safe for concurrent use.
/// </summary>
/// <typeparam name="T">The key.</typeparam>
/// <param name="make">Makes a key; called on several threads at once.</param>
/// <param name="cores">How many are made at once at the most. With one, a key is made when it is asked for, and none beforehand.</param>
internal sealed class KeySupply<T>(Func<T> make, int cores)
    where T : class
{
    // Not a Lock: threads wait for its pulse.
    private readonly object gate = new();
    private readonly Queue<T> ready = [];
    private int waiting;
    private int making;
    private int failures;

    /// <summary>Has a key made beforehand, if none is there.</summary>
    public void Prepare()
    {
        lock (gate)
            Start();
    }

    /// <summary>Takes a key, and has the next one made.</summary>
    /// <returns>A key that nobody else gets.</returns>
    public T Take() => (cores > 1 ? TakeReady() : null) ?? make();

    /// <summary>None when making one failed on another thread: the caller then makes one itself and sees why.</summary>
    private T? TakeReady()
    {
        lock (gate)
        {
            var failed = failures;
            waiting++;
            Start();
            while (ready.Count == 0 && failures == failed)
                Monitor.Wait(gate);
            waiting--;
            ready.TryDequeue(out var key);
            Start();
            return key;
        }
    }

    private void Start()
    {
        while (making < Wanted())
        {
            making++;
            new Thread(Work) { IsBackground = true, Name = "GitOps keys" }.Start();
        }
    }

    /// <summary>All cores while somebody waits; else one until there is a spare key.</summary>
    private int Wanted() => cores < 2 || ready.Count > waiting ? 0 : ready.Count < waiting ? cores : 1;

    private void Work()
    {
        while (true)
        {
            var key = TryMake();
            lock (gate)
            {
                if (key is null)
                    failures++;
                else
                    ready.Enqueue(key);
                Monitor.PulseAll(gate);
                if (key is null || making > Wanted())
                {
                    making--;
                    return;
                }
            }
        }
    }

    private T? TryMake()
    {
        try
        {
            return make();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
