namespace GitOps.Core.Tests.Engine;

/// <summary>The four conditions of a unit over its life, each with its reason, and the two revisions that go with them.</summary>
public sealed class ConditionTests
{
    [Fact]
    public async Task FirstRevision_ConditionsFollowTheWork()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        var gate = new Gate();
        fixture.Applier.BeforeApply = (_, token) => gate.PassAsync(token);
        fixture.Applier.ManualHealth["apps"] = true;
        fixture.Engine.GetUnit("apps").Conditions.Should().BeEmpty("nothing was judged yet");
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();

        await gate.ReachedAsync();
        var applying = fixture.Engine.GetUnit("apps");
        ShouldBe(applying, ConditionTypes.Reconciling, ConditionStatus.True, Reasons.Progressing, "Reconciling main@sha1:r1.");
        ShouldBe(applying, ConditionTypes.Ready, ConditionStatus.Unknown, Reasons.Progressing, "Reconciling main@sha1:r1.");
        applying.Condition(ConditionTypes.Healthy).Should().BeNull();
        applying.Condition(ConditionTypes.Stalled).Should().BeNull();
        (applying.LastAttemptedRevision?.Digest, applying.LastAppliedRevision?.Digest).Should().Be(("r1", null));

        gate.Open();
        fixture.Applier.Report("apps", HealthStatus.InProgress, "0 of 1 replicas available");
        var verifying = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Healthy) is not null);
        ShouldBe(verifying, ConditionTypes.Healthy, ConditionStatus.Unknown, Reasons.Progressing, "*Deployment/default/apps*0 of 1 replicas available*");
        verifying.Condition(ConditionTypes.Reconciling)!.Status.Should().Be(ConditionStatus.True);
        verifying.IsReady.Should().BeFalse();

        fixture.Time.Advance(TimeSpan.FromSeconds(20));
        fixture.Applier.Report("apps", HealthStatus.Current);
        var ready = await fixture.WaitForReadyAsync("apps", "r1");
        ShouldBe(ready, ConditionTypes.Ready, ConditionStatus.True, Reasons.ReconciliationSucceeded, "Applied main@sha1:r1.");
        ShouldBe(ready, ConditionTypes.Healthy, ConditionStatus.True, Reasons.ReconciliationSucceeded, "All 1 objects are healthy.");
        ready.Condition(ConditionTypes.Reconciling).Should().BeNull();
        ready.Condition(ConditionTypes.Stalled).Should().BeNull();
        ready.Condition(ConditionTypes.Ready)!.LastTransitionTime.Should().Be(fixture.Time.GetUtcNow());
    }

    [Fact]
    public async Task RevisionThatCannotBeBuilt_StallsTheUnitAtTheLastGoodOneUntilTheNext()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        await fixture.CommitAsync("r2", ("apps/a.yaml", "kind: ConfigMap\n"));
        var stalled = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Stalled) is not null);
        ShouldBe(stalled, ConditionTypes.Stalled, ConditionStatus.True, Reasons.BuildFailed, "*last good revision*");
        ShouldBe(stalled, ConditionTypes.Ready, ConditionStatus.False, Reasons.BuildFailed, "apps/a.yaml:1:1: *");
        ShouldBe(stalled, ConditionTypes.Healthy, ConditionStatus.True, Reasons.ReconciliationSucceeded, "*");
        stalled.Condition(ConditionTypes.Reconciling).Should().BeNull();
        (stalled.LastAttemptedRevision?.Digest, stalled.LastAppliedRevision?.Digest).Should().Be(("r2", "r1"));

        var gate = new Gate();
        fixture.Applier.BeforeApply = (_, token) => gate.PassAsync(token);
        await fixture.CommitAsync("r3", ("apps/a.yaml", EngineFixture.ConfigMap("a", "3")));
        await gate.ReachedAsync();
        var trying = fixture.Engine.GetUnit("apps");
        ShouldBe(trying, ConditionTypes.Reconciling, ConditionStatus.True, Reasons.ProgressingWithRetry, "Reconciling main@sha1:r3.");
        trying.Condition(ConditionTypes.Stalled).Should().BeNull("the input changed");
        (trying.LastAttemptedRevision?.Digest, trying.LastAppliedRevision?.Digest).Should().Be(("r3", "r1"));

        gate.Open();
        var ready = await fixture.WaitForReadyAsync("apps", "r3");
        ready.Condition(ConditionTypes.Stalled).Should().BeNull();
        ready.Condition(ConditionTypes.Reconciling).Should().BeNull();
    }

    [Fact]
    public async Task ClusterRefusesTheRevision_UnitIsNotStalled_ForItMayGoBetterLater()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Applier.PlanErrors = _ => [Diagnostic.Error(Reasons.ClusterUnavailable, "connection refused")];
        await fixture.CommitAsync("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        var failed = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Status == ConditionStatus.False);

        ShouldBe(failed, ConditionTypes.Ready, ConditionStatus.False, Reasons.ClusterUnavailable, "connection refused");
        failed.Condition(ConditionTypes.Stalled).Should().BeNull();
        (failed.LastAttemptedRevision?.Digest, failed.LastAppliedRevision?.Digest).Should().Be(("r2", "r1"));
    }

    [Fact]
    public async Task GoingToNoObjects_IsRefusedWithoutConsent()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Applier.PlanErrors = request => request is { Manifests: [], AllowEmpty: false } ? [Diagnostic.Error(Reasons.EmptyNotAllowed, "All objects would be deleted.")] : [];
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        await fixture.CommitAsync("r2", ("apps/README.md", "nothing"));
        var refused = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Stalled) is not null);

        ShouldBe(refused, ConditionTypes.Ready, ConditionStatus.False, Reasons.EmptyNotAllowed, "*");
        fixture.Applier.Applied["apps"].Should().ContainSingle();
    }

    private static void ShouldBe(UnitStatus unit, string type, ConditionStatus status, string reason, string message)
    {
        var condition = unit.Condition(type);
        condition.Should().NotBeNull();
        (condition!.Status, condition.Reason).Should().Be((status, reason));
        condition.Message.Should().Match(message);
    }
}
