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
        await fixture.PassAsync(TimeSpan.FromSeconds(30), fixture.WaitForEventAsync(e => e.Reason == Reasons.DriftDetected));

        (fixture.Time.GetUtcNow() - begun).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1 + 2 + 4), "each failure doubles the wait");
    }

    [Fact]
    public async Task RunAsync_SomeCannotBeWatched_IsAConditionAndToldOnceUntilItCan()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Applier.Unwatched = [Diagnostic.Warning(Reasons.Forbidden, "Drift of configmaps is only found when the unit is reconciled.")];
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");
        await fixture.WaitForEventAsync(e => e is { Reason: Reasons.Forbidden, IsTransition: true, Unit: "apps" });

        await fixture.CommitAsync("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        await fixture.WaitForReadyAsync("apps", "r2");
        var condition = fixture.Engine.GetUnit("apps").Condition(ConditionTypes.DriftWatched)!;
        (condition.Status, condition.Reason).Should().Be((ConditionStatus.False, Reasons.Forbidden));
        condition.Message.Should().Contain("configmaps");
        fixture.Engine.GetUnit("apps").IsReady.Should().BeTrue("the unit is applied all the same");

        fixture.Applier.Unwatched = [];
        await fixture.CommitAsync("r3", ("apps/a.yaml", EngineFixture.ConfigMap("a", "3")));
        await fixture.Engine.WaitAsync(units => units[0].Condition(ConditionTypes.DriftWatched) is null).WaitAsync(EngineFixture.Patience);
        fixture.Events.Count(e => e.Reason == Reasons.Forbidden).Should().Be(1, "the same again is no news");
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

    [Fact]
    public async Task RunAsync_DriftAndAnUntouchingCommitAtOneMoment_DriftIsCorrected()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps", u => u.Interval = TimeSpan.FromDays(30)), sourceInterval: TimeSpan.FromDays(30));
        fixture.Source.Commit("r0", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r0");
        for (var round = 1; round <= 200; round++)
        {
            // Corrections that are far apart are not slowed down.
            fixture.Time.Advance(TimeSpan.FromMinutes(6));
            var drift = Task.Run(() => fixture.Applier.Drift("apps", "kubectl-edit"));
            var commit = Task.Run(() => fixture.CommitAsync($"r{round}", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("README.md", $"{round}")));
            await Task.WhenAll(drift, commit);

            await fixture.WaitForEventsAsync(e => e.Reason == Reasons.DriftCorrected, round);
        }
    }
}
