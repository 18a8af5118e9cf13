namespace GitOps.Core.Tests.Engine;

/// <summary>A unit starts the moment that what it depends on is ready. The clock of these tests stands still: what starts was started by an event.</summary>
public sealed class DependencyTests
{
    [Fact]
    public async Task RunAsync_TwoUnits_ApplyInDependencyOrder()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("infrastructure").AddFolder("apps", "infrastructure"));
        fixture.Source.Commit("a1", ("infrastructure/a.yaml", EngineFixture.ConfigMap("infra")), ("apps/a.yaml", EngineFixture.ConfigMap("app")));

        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "a1");

        fixture.Applier.Log.Should().Equal("apply infrastructure a1", "verify infrastructure", "apply apps a1", "verify apps");
    }

    [Fact]
    public async Task RunAsync_DependencyIsNotHealthy_DependentWaitsAndSaysForWhat()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("infrastructure").AddFolder("apps", "infrastructure"));
        fixture.Applier.ManualHealth["infrastructure"] = true;
        fixture.Source.Commit("a1", ("infrastructure/a.yaml", EngineFixture.ConfigMap("infra")), ("apps/a.yaml", EngineFixture.ConfigMap("app")));

        fixture.Start();
        var waiting = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Reason == Reasons.DependencyNotReady);
        waiting.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'infrastructure'");
        fixture.Applier.Applied.Should().NotContainKey("apps");

        fixture.Applier.Report("infrastructure", HealthStatus.Current);
        await fixture.WaitForReadyAsync("apps", "a1");
    }
}
