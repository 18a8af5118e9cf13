using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests;

internal static class TestClock
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Lets time pass until something ends. What waits for the clock may start to wait at any moment, so that one step is not enough; the moments in between
    /// only let others run.
    /// </summary>
    public static async Task AdvanceUntilAsync(this FakeTimeProvider clock, Task ends, TimeSpan step)
    {
        var patience = TimeProvider.System.GetTimestamp();
        while (!ends.IsCompleted && TimeProvider.System.GetElapsedTime(patience) < TimeSpan.FromSeconds(60))
        {
            clock.Advance(step);
            await Task.WhenAny(ends, Task.Delay(Moment, TimeProvider.System));
        }

        ends.IsCompleted.Should().BeTrue("time passes");
    }
}
