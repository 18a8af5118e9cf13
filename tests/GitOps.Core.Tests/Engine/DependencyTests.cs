using Microsoft.Extensions.DependencyInjection;

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

    [Fact]
    public async Task RunAsync_DependencyIsAtAnEarlierRevision_DependentWaitsForThatRevisionAndStartsWithIt()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("infrastructure").AddFolder("apps", "infrastructure"));
        fixture.Source.Commit("r1", ("infrastructure/a.yaml", EngineFixture.ConfigMap("infra")), ("apps/a.yaml", EngineFixture.ConfigMap("app")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");
        var gate = new Gate();
        fixture.Applier.BeforeApply = (request, token) => request.UnitName == "infrastructure" ? gate.PassAsync(token) : Task.CompletedTask;

        await fixture.CommitAsync("r2", ("infrastructure/a.yaml", EngineFixture.ConfigMap("infra", "2")), ("apps/a.yaml", EngineFixture.ConfigMap("app", "2")));
        await gate.ReachedAsync();
        var waiting = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Reason == Reasons.DependencyNotReady);

        waiting.Condition(ConditionTypes.Ready).Should().BeEquivalentTo(new
        {
            Status = ConditionStatus.False,
            Message = "Waiting for 'infrastructure' to reach main@sha1:r2; it is at main@sha1:r1.",
        });
        waiting.LastAppliedRevision!.Digest.Should().Be("r1", "what is applied stays");

        gate.Open();
        await fixture.WaitForReadyAsync("apps", "r2");
        fixture.Applier.Log.Where(l => l.StartsWith("apply", StringComparison.Ordinal)).Should().Equal("apply infrastructure r1", "apply apps r1", "apply infrastructure r2", "apply apps r2");
    }

    [Fact]
    public async Task RunAsync_DependencyFailsAtTheNewRevision_DependentStaysWhereItIsUntilItRecovers()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("infrastructure").AddFolder("apps", "infrastructure"));
        fixture.Source.Commit("r1", ("infrastructure/a.yaml", EngineFixture.ConfigMap("infra")), ("apps/a.yaml", EngineFixture.ConfigMap("app")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        await fixture.CommitAsync("r2", ("infrastructure/a.yaml", "kind: ConfigMap\n"), ("apps/a.yaml", EngineFixture.ConfigMap("app", "2")));
        await fixture.WaitForAsync("infrastructure", u => u.Condition(ConditionTypes.Stalled) is not null);
        var waiting = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Reason == Reasons.DependencyNotReady);
        waiting.Condition(ConditionTypes.Ready)!.Message.Should().StartWith("Waiting for 'infrastructure' to ");
        waiting.LastAppliedRevision!.Digest.Should().Be("r1");

        await fixture.CommitAsync("r3", ("infrastructure/a.yaml", EngineFixture.ConfigMap("infra", "3")), ("apps/a.yaml", EngineFixture.ConfigMap("app", "2")));
        await fixture.WaitForReadyAsync("apps", "r3");
        fixture.Applier.Log.Should().NotContain("apply apps r2");
    }

    [Fact]
    public async Task RunAsync_DiamondOfMixedKinds_EachStartsAfterAllItDependsOn()
    {
        await using var fixture = new EngineFixture(g => g
            .AddFolder("top", "left", "right")
            .AddFolder("left", "bottom")
            .AddUnit<ManifestsRenderer>("right", u =>
            {
                u.Source = "fleet";
                u.Path = "right";
                u.DependsOn.Add("bottom");
            })
            .AddFolder("bottom"));
        fixture.Source.Commit("r1", [.. new[] { "top", "left", "right", "bottom" }.Select(n => ($"{n}/a.yaml", EngineFixture.ConfigMap(n)))]);

        fixture.Start();
        await fixture.WaitForReadyAsync("top", "r1");

        var applied = fixture.Applier.Log.Where(l => l.StartsWith("apply", StringComparison.Ordinal)).ToList();
        applied.Should().HaveCount(4);
        applied[0].Should().Be("apply bottom r1");
        applied[^1].Should().Be("apply top r1");
        fixture.Engine.GetUnits().Select(u => u.Name).Should().StartWith("bottom").And.EndWith("top");
    }
}
