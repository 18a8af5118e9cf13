using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Core.Tests.Engine;

public sealed class GitOpsEngineTests
{
    [Fact]
    public async Task RunAsync_CommitTouchesOneUnit_OnlyThatUnitIsRenderedAndPlanned()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("a").AddFolder("b", "a"));
        fixture.Source.Commit("r1", ("a/a.yaml", EngineFixture.ConfigMap("a")), ("b/b.yaml", EngineFixture.ConfigMap("b")));
        fixture.Start();
        await fixture.WaitForReadyAsync("b", "r1");
        var plans = fixture.Applier.PlanCount;

        await fixture.CommitAsync("r2", ("a/a.yaml", EngineFixture.ConfigMap("a")), ("b/b.yaml", EngineFixture.ConfigMap("b", "2")));
        await fixture.WaitForReadyAsync("b", "r2");
        var a = await fixture.WaitForReadyAsync("a", "r2");

        a.RenderCount.Should().Be(1);
        fixture.Engine.GetUnit("b").RenderCount.Should().Be(2);
        fixture.Applier.PlanCount.Should().Be(plans + 1);
        (await fixture.WaitForEventAsync(e => e.Unit == "a" && e.Message.Contains("not rendered", StringComparison.Ordinal))).Revision!.Digest.Should().Be("r2");
    }

    [Fact]
    public async Task RunAsync_BrokenCommit_IsRefusedWithFileAndLineAndClusterStays()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        await fixture.CommitAsync("r2", ("apps/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n bad indent\n"));
        var failed = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Status == ConditionStatus.False);

        failed.Condition(ConditionTypes.Ready)!.Message.Should().MatchRegex(@"apps/a\.yaml:[56]:\d+: ");
        failed.Condition(ConditionTypes.Stalled)!.Status.Should().Be(ConditionStatus.True);
        failed.LastAppliedRevision!.Digest.Should().Be("r1");
        fixture.Applier.Applied["apps"].Should().ContainSingle();

        await fixture.CommitAsync("r3", ("apps/a.yaml", EngineFixture.ConfigMap("a", "3")));
        await fixture.WaitForReadyAsync("apps", "r3");
        (await fixture.WaitForEventAsync(e => e.Message.StartsWith("Recovered", StringComparison.Ordinal))).IsTransition.Should().BeTrue();
    }

    [Fact]
    public async Task SourceFails_LastGoodRevisionKeepsServing()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Source.Failure = new GitOpsException(Reasons.AuthenticationFailed, "The server refused the credentials.");
        var source = await fixture.Engine.PollSourceAsync("fleet");
        var unit = await fixture.Engine.ReconcileAsync("apps");

        source.Ready!.Reason.Should().Be(Reasons.AuthenticationFailed);
        source.Revision!.Digest.Should().Be("r1");
        unit.IsReady.Should().BeTrue();
    }

    [Fact]
    public async Task RunAsync_RendererThrows_UnitFailsAndOthersGoOn()
    {
        await using var fixture = new EngineFixture(g => g
            .AddUnit("bad", "Custom", _ => new UnitDefinition(new ManifestsOptions { Source = "fleet" }, new ThrowingRenderer()))
            .AddFolder("good"));
        fixture.Source.Commit("r1", ("good/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();

        await fixture.WaitForReadyAsync("good", "r1");
        var bad = await fixture.WaitForAsync("bad", u => u.Condition(ConditionTypes.Ready)?.Status == ConditionStatus.False);

        bad.Condition(ConditionTypes.Ready)!.Message.Should().Contain("renderer is broken");
    }

    [Fact]
    public async Task RunAsync_RenderingReadsOutsideTheTree_IsRenderedAtEachRevision()
    {
        await using var fixture = new EngineFixture(g => g
            .AddUnit("outside", "Custom", _ => new UnitDefinition(new ManifestsOptions { Source = "fleet" }, new OutsideRenderer(outside: true)))
            .AddUnit("inside", "Custom", _ => new UnitDefinition(new ManifestsOptions { Source = "fleet" }, new OutsideRenderer(outside: false))));
        fixture.Source.Commit("r1", ("a.yaml", "1"));
        fixture.Start();
        await fixture.WaitForReadyAsync("outside", "r1");
        await fixture.WaitForReadyAsync("inside", "r1");

        await fixture.CommitAsync("r2", ("a.yaml", "1"), ("b.yaml", "2"));

        (await fixture.WaitForReadyAsync("outside", "r2")).RenderCount.Should().Be(2);
        (await fixture.WaitForReadyAsync("inside", "r2")).RenderCount.Should().Be(1);
    }

    /// <summary>Renders the same whatever it reads.</summary>
    private sealed class OutsideRenderer(bool outside) : IRenderer
    {
        public ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken)
        {
            request.Tree.Read(TreePath.Parse("a.yaml"));
            var manifest = new Manifest((MapNode)GitOps.Yaml.YamlReader.Read(EngineFixture.ConfigMap(request.UnitName)));
            return ValueTask.FromResult(RenderResult.Success([manifest]) with { ReadsOutsideTheTree = outside });
        }
    }

    private sealed class ThrowingRenderer : IRenderer
    {
        public ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException("The renderer is broken.");
    }
}
