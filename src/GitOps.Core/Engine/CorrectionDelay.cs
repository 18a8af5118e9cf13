namespace GitOps.Engine;

/// <summary>Slows down corrections when somebody keeps changing an object back: each correction that follows another soon waits twice as long.</summary>
internal sealed class CorrectionDelay(TimeProvider time)
{
    private const int Free = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private int _run;

    /// <summary>How long the next correction has to wait.</summary>
    public TimeSpan Next()
    {
        var now = time.GetUtcNow();
        _run = now - _last > Window ? 1 : _run + 1;
        _last = now;
        if (_run <= Free)
        {
            return TimeSpan.Zero;
        }

        var seconds = Math.Pow(2, Math.Min(_run - Free - 1, 16));
        return seconds >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(seconds);
    }
}
