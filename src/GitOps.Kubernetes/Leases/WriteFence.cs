using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Leases;

/// <summary>
/// Keeps a host that does not lead from writing. A leader may write only as long as its last renewal holds, and every write looks here first:
/// a process that was stopped, starved or cut off finds its term over before it writes the next object, even if nobody could tell it.
/// </summary>
/// <remarks>Thread-safe. Without an election the fence stands open.</remarks>
internal sealed class WriteFence(TimeProvider time)
{
    private readonly Lock _lock = new();
    private string? _lease;
    private bool _open = true;
    private long _since;
    private DateTimeOffset _sinceWall;
    private TimeSpan _term;

    /// <summary>From now on only the holder of the lease may write; nobody does yet.</summary>
    public void Require(string lease)
    {
        lock (_lock)
        {
            (_lease, _open) = (lease, false);
        }
    }

    /// <summary>The lease was taken or renewed.</summary>
    /// <param name="requested">The time stamp from before the request, so that what the request took counts against the term.</param>
    /// <param name="requestedAt">The same moment on the wall clock: some clocks stand still while a machine sleeps, and some are set.</param>
    /// <param name="term">How long the holder may write without another renewal.</param>
    public void Open(long requested, DateTimeOffset requestedAt, TimeSpan term)
    {
        lock (_lock)
        {
            (_open, _since, _sinceWall, _term) = (true, requested, requestedAt, term);
        }
    }

    /// <summary>The leadership has ended.</summary>
    public void Shut()
    {
        lock (_lock)
        {
            _open = _lease is null;
        }
    }

    /// <summary>Whether a write may be sent now; the error when not.</summary>
    public ApiError? Check()
    {
        lock (_lock)
        {
            return _lease is null || (_open && time.GetElapsedTime(_since) < _term && time.GetUtcNow() - _sinceWall < _term)
                ? null
                : ApiError.NotLeading($"this host does not hold the lease {_lease}: nothing is written, because another host may be writing");
        }
    }
}
