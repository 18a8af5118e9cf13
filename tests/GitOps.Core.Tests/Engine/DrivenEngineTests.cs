namespace GitOps.Core.Tests.Engine;

/// <summary>The engine without a host and without a run: the test calls, the engine works.</summary>
public sealed class DrivenEngineTests
{
    [Fact]
    public async Task PlanAsync_WithoutRunning_ShowsChangesAndWritesNothing()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));

        var plan = await fixture.Engine.PlanAsync("apps", TestContext.Current.CancellationToken);

        plan.Changes.Should().ContainSingle().Which.Action.Should().Be(ChangeAction.Created);
        fixture.Applier.Applied.Should().BeEmpty();

        var changes = await fixture.Engine.ApplyAsync(plan, TestContext.Current.CancellationToken);
        changes.Succeeded.Should().BeTrue();
        fixture.Applier.Applied.Should().ContainKey("apps");
    }

    [Fact]
    public async Task ReconcileAsync_WithoutRunning_AppliesOnce()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));

        var status = await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);

        status.IsReady.Should().BeTrue();
        status.History.Should().ContainSingle().Which.Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task ReconcileAsync_PathDoesNotExist_SaysSo()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("other/a.yaml", EngineFixture.ConfigMap("a")));

        var status = await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);

        status.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'apps' does not exist").And.Contain("fleet");
    }
}
