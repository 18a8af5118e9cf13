namespace GitOps;

/// <summary>Settings of the engine as a whole; bound from the root of the section that <c>AddGitOps</c> is given.</summary>
public sealed class GitOpsOptions
{
    /// <summary>How many units may render, plan or apply at a time. A unit that waits for health, for a dependency or for its next try is not counted.</summary>
    /// <value>The default value is 4, from 1 to 256.</value>
    public int Concurrency { get; set; } = 4;

    /// <summary>By how much of its length an interval is varied at random, so that units and sources do not all wake at once.</summary>
    /// <value>The default value is 0.05 (5 %), from 0 to 0.5.</value>
    public double Jitter { get; set; } = 0.05;

    /// <summary>How many past reconciliations each unit remembers.</summary>
    /// <value>The default value is 10, from 1 to 1000.</value>
    public int HistoryLimit { get; set; } = 10;

    /// <summary>How long one notifier may take for one event before the call is given up and tried again.</summary>
    /// <value>The default value is 15 seconds; at least 10 milliseconds, at most one day.</value>
    public TimeSpan NotificationTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The directory that keeps history, suspensions and undelivered notifications over a restart of the host, one host at a time; empty to keep them in memory only.
    /// </summary>
    /// <value>The default value is what the environment variable <c>STATE_DIRECTORY</c> says, as systemd sets it; else empty.</value>
    public string? StateDirectory { get; set; } = Environment.GetEnvironmentVariable("STATE_DIRECTORY");

    internal IEnumerable<string> Validate()
    {
        if (Concurrency is < 1 or > 256)
        {
            yield return $"Concurrency is {Concurrency}: it must be from 1 to 256.";
        }

        if (!(Jitter is >= 0 and <= 0.5))
        {
            yield return $"Jitter is {Jitter}: it must be from 0 to 0.5.";
        }

        if (HistoryLimit is < 1 or > 1000)
        {
            yield return $"HistoryLimit is {HistoryLimit}: it must be from 1 to 1000.";
        }

        // The bounds are those of Polly's timeout.
        if (NotificationTimeout < TimeSpan.FromMilliseconds(10) || NotificationTimeout > TimeSpan.FromDays(1))
        {
            yield return $"NotificationTimeout is {NotificationTimeout}: it must be from 10 milliseconds to one day.";
        }
    }
}
