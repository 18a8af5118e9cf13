namespace GitOps.Core.Tests.Engine;

public sealed class IntervalTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(10);

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    public async Task Interval_WithJitter_VariesWithinItsBoundsAndReconcilesByItself(double jitter)
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps", u => u.Interval = Interval), o => o.Jitter = jitter, sourceInterval: TimeSpan.FromMinutes(1));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        List<TimeSpan> waits = [];
        for (var round = 1; round <= 40; round++)
        {
            await fixture.WaitForAsync("apps", u => u.History is [{ Succeeded: true } last] && last.Count == round);
            waits.Add(await fixture.Time.WaitBegunAsync(w => w > TimeSpan.FromHours(1), round));
            fixture.Time.Advance(waits[^1]);
        }

        waits.Should().OnlyContain(w => w >= Interval * (1 - jitter) && w <= Interval * (1 + jitter));

        // That all of 40 lie on one side happens once in 10^12 runs.
        waits.Should().Contain(w => w < Interval).And.Contain(w => w > Interval);
        fixture.Applier.PlanCount.Should().BeGreaterThanOrEqualTo(40);
        fixture.Engine.GetUnit("apps").RenderCount.Should().Be(1, "nothing that the unit reads changed");
    }

    [Fact]
    public async Task Interval_LongerThanATimerCanWait_IsCutToWhatItCan()
    {
        await using var fixture = new EngineFixture(
            g => g.AddFolder("yearly", u => u.Interval = TimeSpan.FromDays(365)).AddFolder("never", u => u.Interval = u.Timeout = TimeSpan.MaxValue),
            o => o.Jitter = 0.5,
            sourceInterval: TimeSpan.MaxValue);
        fixture.Source.Commit("r1", ("yearly/a.yaml", EngineFixture.ConfigMap("a")), ("never/b.yaml", EngineFixture.ConfigMap("b")));
        fixture.Start();
        await fixture.WaitForReadyAsync("yearly", "r1");
        await fixture.WaitForReadyAsync("never", "r1");

        // Two units and the source.
        await fixture.Time.WaitBegunAsync(w => w > TimeSpan.FromDays(7), 3);
        await fixture.CommitAsync("r2", ("yearly/a.yaml", EngineFixture.ConfigMap("a", "2")), ("never/b.yaml", EngineFixture.ConfigMap("b", "2")));

        await fixture.WaitForReadyAsync("yearly", "r2");
        await fixture.WaitForReadyAsync("never", "r2");
    }
}
