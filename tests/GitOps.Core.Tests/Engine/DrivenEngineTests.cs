namespace GitOps.Core.Tests.Engine;

/// <summary>The engine without a host and without a run: the test calls, the engine works.</summary>
public sealed class DrivenEngineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetUnits_BeforeAndAfter_ListsEachUnitWithItsStatusInDependencyOrder()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps", "infrastructure").AddFolder("infrastructure"));
        fixture.Source.Commit("r1", ("infrastructure/a.yaml", EngineFixture.ConfigMap("a")), ("apps/b.yaml", EngineFixture.ConfigMap("b")));

        var before = fixture.Engine.GetUnits();
        before.Select(u => (u.Name, u.Kind, u.Source, u.Path, u.IsReady)).Should().Equal(
            ("infrastructure", "Manifests", "fleet", "infrastructure", false), ("apps", "Manifests", "fleet", "apps", false));
        before[1].DependsOn.Should().Equal("infrastructure");

        var waiting = await fixture.Engine.ReconcileAsync("apps", Token);
        waiting.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.DependencyNotReady, "dependencies are respected on demand too");
        (await fixture.Engine.ReconcileAsync("infrastructure", Token)).IsReady.Should().BeTrue();
        (await fixture.Engine.ReconcileAsync("apps", Token)).IsReady.Should().BeTrue();

        var after = fixture.Engine.GetUnits();
        after.Should().OnlyContain(u => u.IsReady && u.ObjectCount == 1 && u.History.Count == 1 && u.LastAppliedRevision!.Digest == "r1");
        fixture.Engine.GetSources().Should().ContainSingle().Which.Revision!.Digest.Should().Be("r1");
    }

    [Fact]
    public async Task PlanAsync_ShowsChangesAndWritesNothing_AndApplyAsyncCarriesItOut()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));

        var plan = await fixture.Engine.PlanAsync("apps", Token);

        plan.Changes.Should().ContainSingle().Which.Action.Should().Be(ChangeAction.Created);
        plan.Request.Revision!.Digest.Should().Be("r1");
        fixture.Applier.Applied.Should().BeEmpty();

        var changes = await fixture.Engine.ApplyAsync(plan, Token);
        changes.Succeeded.Should().BeTrue();
        fixture.Applier.Applied.Should().ContainKey("apps");
        (await fixture.Engine.PlanAsync("apps", Token)).HasChanges.Should().BeFalse();
        (await fixture.Engine.ReconcileAsync("apps", Token)).IsReady.Should().BeTrue();
    }

    [Fact]
    public async Task PlanAsync_NewRevision_IsPlannedOnceTheSourceWasLookedAt()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        await fixture.Engine.ReconcileAsync("apps", Token);

        await fixture.CommitAsync("r2", ("apps/b.yaml", EngineFixture.ConfigMap("b")));
        var plan = await fixture.Engine.PlanAsync("apps", Token);

        plan.Changes.Select(c => (c.Resource.Name, c.Action)).Should().BeEquivalentTo([("a", ChangeAction.Deleted), ("b", ChangeAction.Created)]);
    }

    [Fact]
    public async Task PlanAsync_RenderingFails_PlanSaysSoAndCannotBeApplied()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", "kind: ConfigMap\n"));

        var plan = await fixture.Engine.PlanAsync("apps", Token);

        plan.CanApply.Should().BeFalse();
        plan.Diagnostics.Should().ContainSingle().Which.Location!.ToString().Should().Be("apps/a.yaml:1:1");
    }

    [Fact]
    public async Task PlanAsync_SourceCannotBeReached_ThrowsWithItsReason()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Failure = new GitOpsException(Reasons.AuthenticationFailed, "The server refused the credentials.");

        var act = () => fixture.Engine.PlanAsync("apps", Token);

        (await act.Should().ThrowAsync<GitOpsException>().WithMessage("*'fleet'*refused the credentials*")).Which.Reason.Should().Be(Reasons.AuthenticationFailed);
    }

    [Fact]
    public async Task SuspendAndResume_WithoutARun_ChangeTheStatus()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));

        fixture.Engine.Suspend("apps");
        fixture.Engine.GetUnit("apps").IsSuspended.Should().BeTrue();
        fixture.Engine.Resume("apps");
        fixture.Engine.GetUnit("apps").IsSuspended.Should().BeFalse();
    }

    [Fact]
    public async Task ReadEventsAsync_TwoReaders_EachGetsEverythingFromItsCallOn()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        var early = fixture.Engine.ReadEventsAsync(Token);
        await fixture.Engine.ReconcileAsync("apps", Token);
        var late = fixture.Engine.ReadEventsAsync(Token);
        fixture.Source.Commit("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        await fixture.Engine.ReconcileAsync("apps", Token);

        (await TransitionsAsync(early, 3)).Should().Equal("fleet r1", "apps r1", "apps r2");
        (await TransitionsAsync(late, 1)).Should().Equal("apps r2");
    }

    [Fact]
    public async Task UnknownNames_AreMisuse()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        var foreign = new Plan(new ApplyRequest("other", []), [], []);

        await fixture.Engine.Awaiting(e => e.ReconcileAsync("other", Token)).Should().ThrowAsync<ArgumentException>().WithMessage("There is no unit 'other'.*");
        await fixture.Engine.Awaiting(e => e.PlanAsync("other", Token)).Should().ThrowAsync<ArgumentException>();
        await fixture.Engine.Awaiting(e => e.ApplyAsync(foreign, Token)).Should().ThrowAsync<ArgumentException>();
        await fixture.Engine.Awaiting(e => e.PollSourceAsync("other", Token)).Should().ThrowAsync<ArgumentException>().WithMessage("There is no source 'other'.*");
        fixture.Engine.Invoking(e => e.Suspend("other")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task ReconcileAsync_PathDoesNotExist_SaysSo()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("other/a.yaml", EngineFixture.ConfigMap("a")));

        var status = await fixture.Engine.ReconcileAsync("apps", Token);

        status.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'apps' does not exist").And.Contain("fleet");
    }

    private static async Task<IReadOnlyList<string>> TransitionsAsync(IAsyncEnumerable<GitOpsEvent> events, int count)
    {
        List<string> transitions = [];
        await foreach (var gitOpsEvent in events)
        {
            if (gitOpsEvent.Severity != EventSeverity.Trace && (gitOpsEvent.Unit is not null || gitOpsEvent.Revision?.Digest == "r1"))
            {
                transitions.Add($"{gitOpsEvent.Unit ?? gitOpsEvent.Source} {gitOpsEvent.Revision!.Digest}");
            }

            if (transitions.Count == count)
            {
                break;
            }
        }

        return transitions;
    }
}
