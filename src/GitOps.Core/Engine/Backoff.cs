namespace GitOps.Engine;

/// <summary>What the waits between retries are bounded by.</summary>
internal static class Backoff
{
    /// <summary>Polly waits for a day at most; an interval may be longer.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    /// <summary>The longer of two waits, within what a retry can wait.</summary>
    public static TimeSpan Longer(TimeSpan one, TimeSpan other) => Bounded(one > other ? one : other);

    /// <summary>A wait, within what a retry can wait.</summary>
    public static TimeSpan Bounded(TimeSpan wait) => wait < s_longest ? wait : s_longest;
}
