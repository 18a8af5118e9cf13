namespace GitOps.Core.Tests.Engine;

public sealed class HealthWaitTests
{
    [Fact]
    public async Task RunAsync_NewerRevisionDuringHealthWait_EndsTheWait()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Applier.ManualHealth["apps"] = true;
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.Applier.Verifying.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await fixture.CommitAsync("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        await fixture.WaitForEventAsync(e => e.Reason == Reasons.HealthCheckCanceled);
        fixture.Applier.ManualHealth.Clear();
        await fixture.WaitForAsync("apps", u => u.LastAttemptedRevision?.Digest == "r2");
        fixture.Applier.Report("apps", HealthStatus.Current);

        await fixture.WaitForReadyAsync("apps", "r2");
    }

    [Fact]
    public async Task RunAsync_HealthFails_UnitFailsEarlyWithTheObjectsMessage()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Applier.ManualHealth["apps"] = true;
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        fixture.Applier.Report("apps", HealthStatus.Failed, "ErrImagePull");

        var failed = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Reason == Reasons.HealthCheckFailed);

        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("ErrImagePull");
        failed.Condition(ConditionTypes.Healthy)!.Status.Should().Be(ConditionStatus.False);
    }
}
