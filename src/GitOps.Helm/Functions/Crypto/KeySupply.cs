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
    private readonly object _gate = new();
    private readonly Queue<T> _ready = [];
    private int _waiting;
    private int _making;
    private int _failures;

    /// <summary>Has a key made beforehand, if none is there.</summary>
    public void Prepare()
    {
        lock (_gate)
        {
            Start();
        }
    }

    /// <summary>Takes a key, and has the next one made.</summary>
    /// <returns>A key that nobody else gets.</returns>
    public T Take() => (cores > 1 ? TakeReady() : null) ?? make();

    /// <summary>None when making one failed on another thread: the caller then makes one itself and sees why.</summary>
    private T? TakeReady()
    {
        lock (_gate)
        {
            var failed = _failures;
            _waiting++;
            Start();
            while (_ready.Count == 0 && _failures == failed)
            {
                Monitor.Wait(_gate);
            }

            _waiting--;
            _ready.TryDequeue(out var key);
            Start();
            return key;
        }
    }

    private void Start()
    {
        while (_making < Wanted())
        {
            _making++;
            new Thread(Work) { IsBackground = true, Name = "GitOps keys" }.Start();
        }
    }

    /// <summary>All cores while somebody waits; else one until there is a spare key.</summary>
    private int Wanted() => cores < 2 || _ready.Count > _waiting ? 0 : _ready.Count < _waiting ? cores : 1;

    private void Work()
    {
        while (true)
        {
            var key = TryMake();
            lock (_gate)
            {
                if (key is null)
                {
                    _failures++;
                }
                else
                {
                    _ready.Enqueue(key);
                }

                Monitor.PulseAll(_gate);
                if (key is null || _making > Wanted())
                {
                    _making--;
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
