namespace GitOps.Core.Tests.Engine;

public sealed class SuspensionTests
{
    // No other wait has this length: when the unit's loop begins one, it has looked and is done.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(777);

    [Fact]
    public async Task Suspend_NewRevisionIntervalAndDrift_AreLookedAtAndLeftAloneUntilResume()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps", u => u.Interval = Interval));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");
        await fixture.Time.WaitBegunAsync(Interval);
        fixture.Engine.Suspend("apps");

        await fixture.CommitAsync("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        await fixture.Time.WaitBegunAsync(Interval, 2);
        ShouldBeUntouched();

        fixture.Time.Advance(Interval);
        await fixture.Time.WaitBegunAsync(Interval, 3);
        ShouldBeUntouched();

        // Drift is told, and corrected no sooner than the unit goes on.
        fixture.Applier.Drift("apps", "kubectl-edit");
        await fixture.WaitForEventAsync(e => e.Reason == Reasons.DriftDetected);
        ShouldBeUntouched();

        fixture.Engine.Resume("apps");
        var resumed = await fixture.WaitForReadyAsync("apps", "r2");
        resumed.IsSuspended.Should().BeFalse();

        void ShouldBeUntouched()
        {
            var unit = fixture.Engine.GetUnit("apps");
            unit.IsSuspended.Should().BeTrue();
            unit.LastAttemptedRevision!.Digest.Should().Be("r1");
            fixture.Applier.PlanCount.Should().Be(1);
        }
    }

    [Fact]
    public async Task Suspend_DuringTheHealthWait_EndsTheWaitAndResumeGoesOn()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps", u => u.Interval = Interval));
        fixture.Applier.ManualHealth["apps"] = true;
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.Applier.Verifying.Task.WaitAsync(EngineFixture.Patience, TestContext.Current.CancellationToken);

        fixture.Engine.Suspend("apps");
        await fixture.WaitForEventAsync(e => e.Reason == Reasons.HealthCheckCanceled);
        await fixture.Time.WaitBegunAsync(Interval);
        fixture.Applier.PlanCount.Should().Be(1);

        fixture.Applier.ManualHealth.Clear();
        fixture.Engine.Resume("apps");
        await fixture.WaitForReadyAsync("apps", "r1");
    }

    [Fact]
    public async Task ReconcileAsync_UnitIsSuspended_IsDoneOnDemand()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps", u => u.Suspend = true));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));

        var status = await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);

        status.IsReady.Should().BeTrue();
        status.IsSuspended.Should().BeTrue();
    }
}
