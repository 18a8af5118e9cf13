namespace GitOps.Testing;

/// <summary>One way in which the in-memory API server misbehaves.</summary>
public sealed class FaultRule
{
    private int _used;

    /// <summary>Which requests the rule is for; <see langword="null"/> for all.</summary>
    public Func<FaultRequest, bool>? Match { get; init; }

    /// <summary>How long to wait before anything else. Runs on the cluster's clock. The default is no delay.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The HTTP status to fail with; <see langword="null"/> to go on.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The Retry-After to send with 429 and 503, in seconds. The default is 1.</summary>
    public int RetryAfterSeconds { get; init; } = 1;

    /// <summary>Whether to do what the request asks for and then cut the connection before the answer.</summary>
    public bool CutAfter { get; init; }

    /// <summary>For how many requests the rule lasts; <see langword="null"/> for all.</summary>
    public int? Times { get; init; }

    internal bool TryUse() => Times is null || Interlocked.Increment(ref _used) <= Times;
}
