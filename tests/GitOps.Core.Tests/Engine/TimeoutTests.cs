namespace GitOps.Core.Tests.Engine;

/// <summary>A unit's timeout ends its rendering and applying, and then its wait for health; the next try goes on from what was reached.</summary>
public sealed class TimeoutTests
{
    // No other wait has this length.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(77);

    [Fact]
    public async Task Timeout_DuringApply_EndsTheAttemptAndTheNextOneConverges()
    {
        await using var fixture = Fixture();
        var hangs = true;
        fixture.Applier.BeforeApply = (_, token) => hangs ? Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, TimeProvider.System, token) : Task.CompletedTask;
        fixture.Start();
        await fixture.Time.WaitBegunAsync(Limit);
        fixture.Engine.GetUnit("apps").Condition(ConditionTypes.Reconciling)!.Status.Should().Be(ConditionStatus.True);

        hangs = false;
        fixture.Time.Advance(Limit);
        var failed = await fixture.WaitForAsync("apps", u => u.History.Count > 0);

        failed.Condition(ConditionTypes.Ready).Should().BeEquivalentTo(new { Status = ConditionStatus.False, Reason = Reasons.Timeout });
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("Rendering and applying took longer than 00:01:17");
        failed.LastAppliedRevision.Should().BeNull();
        await fixture.PassAsync(TimeSpan.FromSeconds(30), fixture.WaitForReadyAsync("apps", "r1"));
    }

    [Fact]
    public async Task Timeout_DuringTheHealthWait_NamesWhatIsNotHealthyAndTheNextAttemptConverges()
    {
        await using var fixture = Fixture();
        fixture.Applier.ManualHealth["apps"] = true;
        fixture.Applier.Report("apps", HealthStatus.InProgress, "1 of 3 replicas available");
        fixture.Start();
        await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Healthy)?.Message.Contains("1 of 3 replicas", StringComparison.Ordinal) == true);

        // The first limit was that of the apply, which is over.
        await fixture.Time.WaitBegunAsync(Limit, 2);
        fixture.Time.Advance(Limit);
        var failed = await fixture.WaitForAsync("apps", u => u.History.Count > 0);

        failed.Condition(ConditionTypes.Ready).Should().BeEquivalentTo(new { Status = ConditionStatus.False, Reason = Reasons.HealthCheckFailed });
        failed.Condition(ConditionTypes.Healthy).Should().BeEquivalentTo(new { Status = ConditionStatus.False, Reason = Reasons.HealthCheckFailed });
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("Not healthy after 00:01:17").And.Contain("Deployment/default/apps").And.Contain("1 of 3 replicas available");
        failed.LastAppliedRevision.Should().BeNull("a revision counts when its objects are healthy");

        fixture.Applier.ManualHealth.Clear();
        await fixture.PassAsync(TimeSpan.FromSeconds(30), fixture.WaitForReadyAsync("apps", "r1"));
    }

    [Fact]
    public async Task Timeout_TimeInTheQueue_DoesNotCount()
    {
        await using var fixture = new EngineFixture(
            g => g.AddFolder("first", u => u.Timeout = TimeSpan.FromHours(5)).AddFolder("second", u => u.Timeout = Limit),
            o => o.Concurrency = 1);
        fixture.Source.Commit("r1", ("first/a.yaml", EngineFixture.ConfigMap("a")), ("second/b.yaml", EngineFixture.ConfigMap("b")));
        var gate = new Gate();
        fixture.Applier.BeforeApply = (request, token) => request.UnitName == "first" ? gate.PassAsync(token) : Task.CompletedTask;
        await fixture.Engine.PollSourceAsync("fleet", TestContext.Current.CancellationToken);
        var first = fixture.Engine.ReconcileAsync("first", TestContext.Current.CancellationToken);
        await gate.ReachedAsync();
        var second = fixture.Engine.ReconcileAsync("second", TestContext.Current.CancellationToken);

        fixture.Time.Advance(Limit * 3);
        gate.Open();

        (await first).IsReady.Should().BeTrue();
        (await second).IsReady.Should().BeTrue();
    }

    private static EngineFixture Fixture()
    {
        var fixture = new EngineFixture(g => g.AddFolder("apps", u =>
        {
            u.Timeout = Limit;
            u.RetryInterval = TimeSpan.FromSeconds(10);
            u.Interval = TimeSpan.FromHours(10);
        }));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        return fixture;
    }
}
