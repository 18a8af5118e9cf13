namespace GitOps.Core.Tests.Engine;

public sealed class RetryTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Retry_UnitKeepsFailing_WaitsGrowExponentially()
    {
        await using var fixture = Fixture(TimeSpan.FromDays(10));
        List<TimeSpan> waits = [];
        for (var i = 0; i < 9; i++)
        {
            waits.Add(await NextWaitAsync(fixture, i));
        }

        // The waits vary at random; what they come to is certain: after n waits it is between 2^(n-1) and 2^n times 1/1.4 of the first.
        var total = waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait);
        total.Should().BeGreaterThan(First * (Math.Pow(2, 8) / 1.4 * 0.99)).And.BeLessThan(First * (Math.Pow(2, 9) / 1.4));
        waits.Take(3).Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait).Should().BeLessThan(First * (Math.Pow(2, 3) / 1.4));
        (await fixture.WaitForEventsAsync(e => e.Reason == Reasons.ClusterUnavailable, 9)).Should().ContainSingle(e => e.IsTransition, "the same failure is told once");
    }

    [Fact]
    public async Task Retry_UnitKeepsFailing_NoWaitIsLongerThanTheInterval()
    {
        var interval = TimeSpan.FromSeconds(33);
        await using var fixture = Fixture(interval);
        List<TimeSpan> waits = [];
        for (var i = 0; i < 12; i++)
        {
            waits.Add(await NextWaitAsync(fixture, i));
        }

        waits.Should().OnlyContain(w => w <= interval).And.Contain(interval);
    }

    [Fact]
    public async Task Retry_ClusterIsBack_UnitRecoversAndSaysSo()
    {
        await using var fixture = Fixture(TimeSpan.FromMinutes(10));
        for (var i = 0; i < 3; i++)
        {
            await NextWaitAsync(fixture, i);
        }

        fixture.Applier.PlanErrors = _ => [];
        await fixture.PassAsync(TimeSpan.FromHours(1), fixture.WaitForReadyAsync("apps", "r1"));

        (await fixture.WaitForEventAsync(e => e.Message.StartsWith("Recovered", StringComparison.Ordinal))).IsTransition.Should().BeTrue();
    }

    [Fact]
    public async Task Retry_NewRevisionDuringTheWait_IsTriedAtOnce()
    {
        await using var fixture = Fixture(TimeSpan.FromMinutes(10));
        await fixture.WaitForAsync("apps", u => u.History is [{ Count: 1 }]);
        fixture.Applier.PlanErrors = _ => [];

        await fixture.CommitAsync("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));

        await fixture.WaitForReadyAsync("apps", "r2");
    }

    private static EngineFixture Fixture(TimeSpan interval)
    {
        var fixture = new EngineFixture(
            g => g.AddFolder("apps", u =>
            {
                u.RetryInterval = First;
                u.Interval = interval;
                u.Timeout = TimeSpan.FromHours(20);
            }),
            o => o.NotificationTimeout = TimeSpan.FromHours(20),
            sourceInterval: TimeSpan.FromDays(40),
            sourceTimeout: TimeSpan.FromHours(20));
        fixture.Applier.PlanErrors = _ => [Diagnostic.Error(Reasons.ClusterUnavailable, "connection refused")];
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        return fixture;
    }

    /// <summary>Waits for the next failure and the wait that follows it, and lets it pass. All other waits of the engine are longer.</summary>
    private static async Task<TimeSpan> NextWaitAsync(EngineFixture fixture, int soFar)
    {
        await fixture.WaitForAsync("apps", u => u.History is [{ Succeeded: false } failure] && failure.Count == soFar + 1);
        var wait = await fixture.Time.WaitBegunAsync(w => w < TimeSpan.FromHours(20), soFar + 1);
        fixture.Time.Advance(wait);
        return wait;
    }
}
