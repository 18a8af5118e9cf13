namespace GitOps.Testing;

/// <summary>Makes the in-memory API server misbehave on purpose: slow answers, refusals, cut watches.</summary>
/// <remarks>Safe for many threads. Rules apply in the order they were added; the first that matches a request decides.</remarks>
public sealed class ClusterFaults : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action _dropWatches;
    private readonly Action _compact;
    private List<FaultRule> _rules = [];
    private CancellationTokenSource _watches = new();

    internal ClusterFaults(TimeProvider time, Action dropWatches, Action compact)
    {
        _time = time;
        _dropWatches = dropWatches;
        _compact = compact;
    }

    /// <summary>Adds a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <returns>Removes the rule when disposed.</returns>
    public IDisposable Add(FaultRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        lock (_lock)
        {
            _rules = [.. _rules, rule];
        }

        return new Removal(this, rule);
    }

    /// <summary>Delays the requests that match.</summary>
    /// <param name="delay">For how long.</param>
    /// <param name="match">Which requests; <see langword="null"/> for all.</param>
    /// <returns>Ends the fault when disposed.</returns>
    public IDisposable Delay(TimeSpan delay, Func<FaultRequest, bool>? match = null) => Add(new FaultRule { Delay = delay, Match = match });

    /// <summary>Answers the requests that match with a failure.</summary>
    /// <param name="statusCode">The HTTP status: 409, 429, 500, 503.</param>
    /// <param name="times">How many requests fail before the rule is used up; <see langword="null"/> for all.</param>
    /// <param name="match">Which requests; <see langword="null"/> for all.</param>
    /// <returns>Ends the fault when disposed.</returns>
    public IDisposable Fail(int statusCode, int? times = null, Func<FaultRequest, bool>? match = null) => Add(new FaultRule { StatusCode = statusCode, Times = times, Match = match });

    /// <summary>Cuts the connection of the requests that match, after the server did what they asked for.</summary>
    /// <param name="times">How many requests; <see langword="null"/> for all.</param>
    /// <param name="match">Which requests; <see langword="null"/> for all.</param>
    /// <returns>Ends the fault when disposed.</returns>
    public IDisposable CutAfter(int? times = null, Func<FaultRequest, bool>? match = null) => Add(new FaultRule { CutAfter = true, Times = times, Match = match });

    /// <summary>Ends all open watches, as a restarting server does.</summary>
    public void DropWatches()
    {
        CancellationTokenSource old;
        lock (_lock)
        {
            old = _watches;
            _watches = new CancellationTokenSource();
        }

        old.Cancel();
        old.Dispose();
        _dropWatches();
    }

    /// <summary>Forgets the history: watches and lists from older revisions get 410 Gone.</summary>
    public void Compact() => _compact();

    /// <summary>Removes all rules.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _rules = [];
        }
    }

    /// <summary>Ends all open watches for good; the cluster does it when it stops.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _watches.Cancel();
            _watches.Dispose();
        }
    }

    internal FaultRule? Find(FaultRequest request)
    {
        // A copy, so that a rule may be added or removed while requests are being looked at.
        var rules = _rules;
        foreach (var rule in rules)
        {
            if ((rule.Match is null || rule.Match(request)) && rule.TryUse())
            {
                return rule;
            }
        }

        return null;
    }

    internal CancellationTokenSource Watch(TimeSpan timeout, CancellationToken aborted)
    {
        CancellationToken drop;
        lock (_lock)
        {
            drop = _watches.Token;
        }

        // The timeout runs on the cluster's clock; linking needs a source of its own for that.
        return new LinkedTimeout(_time, timeout, aborted, drop);
    }

    private sealed class LinkedTimeout : CancellationTokenSource
    {
        private readonly ITimer _timer;
        private readonly CancellationTokenRegistration _first;
        private readonly CancellationTokenRegistration _second;

        public LinkedTimeout(TimeProvider time, TimeSpan timeout, CancellationToken first, CancellationToken second)
        {
            _timer = time.CreateTimer(static s => ((LinkedTimeout)s!).TryCancel(), this, timeout, Timeout.InfiniteTimeSpan);
            _first = first.UnsafeRegister(static s => ((LinkedTimeout)s!).TryCancel(), this);
            _second = second.UnsafeRegister(static s => ((LinkedTimeout)s!).TryCancel(), this);
        }

        protected override void Dispose(bool disposing)
        {
            _timer.Dispose();
            _first.Dispose();
            _second.Dispose();
            base.Dispose(disposing);
        }

        private void TryCancel()
        {
            try
            {
                Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The watch ended at the same moment.
            }
        }
    }

    private sealed class Removal(ClusterFaults owner, FaultRule rule) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._rules = [.. owner._rules.Where(r => !ReferenceEquals(r, rule))];
            }
        }
    }
}
