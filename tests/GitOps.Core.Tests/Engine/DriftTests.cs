namespace GitOps.Core.Tests.Engine;

public sealed class DriftTests
{
    [Fact]
    public async Task RunAsync_Drift_IsReportedAndCorrected()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Applier.Drift("apps", "kubectl-edit");

        var detected = await fixture.WaitForEventAsync(e => e.Reason == Reasons.DriftDetected);
        detected.Message.Should().Contain("kubectl-edit").And.Contain("data.a");
        var corrected = await fixture.WaitForEventAsync(e => e.Reason == Reasons.DriftCorrected);
        corrected.Drifts.Should().ContainSingle();
        fixture.Engine.GetUnit("apps").RenderCount.Should().Be(1, "a correction uses what was rendered");
    }

    [Fact]
    public async Task RunAsync_DriftWatchCannotBegin_BeginsAnewWithoutTheNextInterval()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps", o => o.Interval = TimeSpan.FromDays(30)));
        fixture.Applier.DriftWatchesThatFail = 3;
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Applier.Drift("apps", "kubectl-edit");
        var begun = fixture.Time.GetUtcNow();
        await fixture.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => fixture.Events.Any(e => e.Reason == Reasons.DriftDetected));

        (fixture.Time.GetUtcNow() - begun).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1 + 2 + 4), "each failure doubles the wait");
    }

    [Fact]
    public async Task RunAsync_DriftPolicyWarn_OnlyReports()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps", o => o.Drift = DriftPolicy.Warn));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Applier.Drift("apps", "kubectl-edit");
        var detected = await fixture.WaitForEventAsync(e => e.Reason == Reasons.DriftDetected);

        detected.Severity.Should().Be(EventSeverity.Error);
        fixture.Applier.Log.Count(l => l.StartsWith("apply", StringComparison.Ordinal)).Should().Be(1);
    }
}
