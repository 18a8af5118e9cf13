namespace GitOps.Core.Tests.Engine;

public sealed class RetryTests
{
    [Fact]
    public async Task RunAsync_ClusterIsDown_IsTriedAgainWithGrowingWaits()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        var down = true;
        fixture.Applier.PlanErrors = _ => down ? [Diagnostic.Error(Reasons.ClusterUnavailable, "connection refused")] : [];
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForAsync("apps", u => u.History.Count > 0 && u.History[0].Count == 1);

        for (var count = 2; count <= 4; count++)
        {
            var wanted = count;
            await fixture.AdvanceUntilAsync(TimeSpan.FromSeconds(5), () => fixture.Engine.GetUnit("apps").History[0].Count >= wanted);
        }

        down = false;
        await fixture.AdvanceUntilAsync(TimeSpan.FromSeconds(30), () => fixture.Engine.GetUnit("apps").IsReady);
        fixture.Events.Count(e => e.IsTransition && e.Reason == Reasons.ClusterUnavailable).Should().Be(1, "the same failure is told once");
    }
}
