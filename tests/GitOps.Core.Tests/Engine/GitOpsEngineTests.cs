using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Core.Tests.Engine;

public sealed class GitOpsEngineTests
{
    [Fact]
    public async Task RunAsync_TwoUnits_ApplyInDependencyOrder()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("infrastructure").AddUnits("apps", "infrastructure"));
        fixture.Source.Commit("a1", ("infrastructure/a.yaml", EngineFixture.ConfigMap("infra")), ("apps/a.yaml", EngineFixture.ConfigMap("app")));

        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "a1");

        fixture.Applier.Log.Should().Equal("apply infrastructure a1", "verify infrastructure", "apply apps a1", "verify apps");
    }

    [Fact]
    public async Task RunAsync_DependencyIsNotHealthy_DependentWaitsAndSaysForWhat()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("infrastructure").AddUnits("apps", "infrastructure"));
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
    public async Task RunAsync_WaitForHealth_HoldsNoWorker()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("slow").AddUnits("quick"), o => o.Concurrency = 1);
        fixture.Applier.ManualHealth["slow"] = true;
        fixture.Source.Commit("a1", ("slow/a.yaml", EngineFixture.ConfigMap("slow")), ("quick/a.yaml", EngineFixture.ConfigMap("quick")));

        fixture.Start();
        await fixture.WaitForReadyAsync("quick", "a1");

        fixture.Engine.GetUnit("slow").IsReady.Should().BeFalse();
    }

    [Fact]
    public async Task RunAsync_CommitTouchesOneUnit_OnlyThatUnitIsRenderedAndPlanned()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("a").AddUnits("b", "a"));
        fixture.Source.Commit("r1", ("a/a.yaml", EngineFixture.ConfigMap("a")), ("b/b.yaml", EngineFixture.ConfigMap("b")));
        fixture.Start();
        await fixture.WaitForReadyAsync("b", "r1");
        var plans = fixture.Applier.PlanCount;

        fixture.Source.Commit("r2", ("a/a.yaml", EngineFixture.ConfigMap("a")), ("b/b.yaml", EngineFixture.ConfigMap("b", "2")));
        await fixture.Engine.PollSourceAsync("fleet");
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
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Source.Commit("r2", ("apps/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n bad indent\n"));
        await fixture.Engine.PollSourceAsync("fleet");
        var failed = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Status == ConditionStatus.False);

        failed.Condition(ConditionTypes.Ready)!.Message.Should().MatchRegex(@"apps/a\.yaml:[56]:\d+: ");
        failed.Condition(ConditionTypes.Stalled)!.Status.Should().Be(ConditionStatus.True);
        failed.LastAppliedRevision!.Digest.Should().Be("r1");
        fixture.Applier.Applied["apps"].Should().ContainSingle();

        fixture.Source.Commit("r3", ("apps/a.yaml", EngineFixture.ConfigMap("a", "3")));
        await fixture.Engine.PollSourceAsync("fleet");
        await fixture.WaitForReadyAsync("apps", "r3");
        (await fixture.WaitForEventAsync(e => e.Message.StartsWith("Recovered", StringComparison.Ordinal))).IsTransition.Should().BeTrue();
    }

    [Fact]
    public async Task RunAsync_NewerRevisionDuringHealthWait_EndsTheWait()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
        fixture.Applier.ManualHealth["apps"] = true;
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.Applier.Verifying.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        fixture.Source.Commit("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        await fixture.Engine.PollSourceAsync("fleet");
        await fixture.WaitForEventAsync(e => e.Reason == Reasons.HealthCheckCanceled);
        fixture.Applier.ManualHealth.Clear();
        await fixture.WaitForAsync("apps", u => u.LastAttemptedRevision?.Digest == "r2");
        fixture.Applier.Report("apps", HealthStatus.Current);

        await fixture.WaitForReadyAsync("apps", "r2");
    }

    [Fact]
    public async Task RunAsync_HealthFails_UnitFailsEarlyWithTheObjectsMessage()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
        fixture.Applier.ManualHealth["apps"] = true;
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        fixture.Applier.Report("apps", HealthStatus.Failed, "ErrImagePull");

        var failed = await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Reason == Reasons.HealthCheckFailed);

        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("ErrImagePull");
        failed.Condition(ConditionTypes.Healthy)!.Status.Should().Be(ConditionStatus.False);
    }

    [Fact]
    public async Task RunAsync_ClusterIsDown_IsTriedAgainWithGrowingWaits()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
        var down = true;
        fixture.Applier.PlanErrors = _ => down ? [Diagnostic.Error(Reasons.ClusterUnavailable, "connection refused")] : [];
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForAsync("apps", u => u.History.Count > 0 && u.History[0].Count == 1);

        for (var count = 2; count <= 4; count++)
        {
            var wanted = count;
            await fixture.AdvanceUntilAsync(TimeSpan.FromSeconds(5), () => fixture.Engine.GetUnit("apps").History[0].Count >= wanted);
        }

        down = false;
        await fixture.AdvanceUntilAsync(TimeSpan.FromSeconds(30), () => fixture.Engine.GetUnit("apps").IsReady);
        fixture.Events.Count(e => e.IsTransition && e.Reason == Reasons.ClusterUnavailable).Should().Be(1, "the same failure is told once");
    }

    [Fact]
    public async Task RunAsync_Drift_IsReportedAndCorrected()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
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
        await using var fixture = new EngineFixture(g => g.AddManifests("apps", o =>
        {
            o.Source = "fleet";
            o.Path = "apps";
            o.Interval = TimeSpan.FromDays(30);
        }));
        fixture.Applier.DriftWatchesThatFail = 3;
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Applier.Drift("apps", "kubectl-edit");
        var begun = fixture.Time.GetUtcNow();
        await fixture.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => fixture.Events.Any(e => e.Reason == Reasons.DriftDetected));

        (fixture.Time.GetUtcNow() - begun).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1 + 2 + 4), "each failure doubles the wait");
    }

    [Fact]
    public async Task RunAsync_DriftPolicyWarn_OnlyReports()
    {
        await using var fixture = new EngineFixture(g => g.AddManifests("apps", o =>
        {
            o.Source = "fleet";
            o.Path = "apps";
            o.Drift = DriftPolicy.Warn;
        }));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Applier.Drift("apps", "kubectl-edit");
        var detected = await fixture.WaitForEventAsync(e => e.Reason == Reasons.DriftDetected);

        detected.Severity.Should().Be(EventSeverity.Error);
        fixture.Applier.Log.Count(l => l.StartsWith("apply", StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task SourceFails_LastGoodRevisionKeepsServing()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
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
    public async Task Suspend_StopsFollowingTheSourceUntilResume()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Engine.Suspend("apps");
        fixture.Source.Commit("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        await fixture.Engine.PollSourceAsync("fleet");
        fixture.Engine.GetUnit("apps").IsSuspended.Should().BeTrue();
        fixture.Engine.GetUnit("apps").LastAppliedRevision!.Digest.Should().Be("r1");

        fixture.Engine.Resume("apps");
        await fixture.WaitForReadyAsync("apps", "r2");
    }

    [Fact]
    public async Task PlanAsync_WithoutRunning_ShowsChangesAndWritesNothing()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
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
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));

        var status = await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);

        status.IsReady.Should().BeTrue();
        status.History.Should().ContainSingle().Which.Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task ReconcileAsync_PathDoesNotExist_SaysSo()
    {
        await using var fixture = new EngineFixture(g => g.AddUnits("apps"));
        fixture.Source.Commit("r1", ("other/a.yaml", EngineFixture.ConfigMap("a")));

        var status = await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);

        status.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'apps' does not exist").And.Contain("fleet");
    }

    [Fact]
    public async Task RunAsync_RendererThrows_UnitFailsAndOthersGoOn()
    {
        await using var fixture = new EngineFixture(g => g
            .AddUnit("bad", "Custom", _ => new UnitDefinition(new ManifestsOptions { Source = "fleet" }, new ThrowingRenderer()))
            .AddUnits("good"));
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

        fixture.Source.Commit("r2", ("a.yaml", "1"), ("b.yaml", "2"));
        await fixture.Engine.PollSourceAsync("fleet", TestContext.Current.CancellationToken);

        (await fixture.WaitForReadyAsync("outside", "r2")).RenderCount.Should().Be(2);
        (await fixture.WaitForReadyAsync("inside", "r2")).RenderCount.Should().Be(1);
    }

    [Fact]
    public async Task RunAsync_LeadershipIsLostAndWon_UnitsStopAndStartAgain()
    {
        using var election = new SwitchElection();
        await using var fixture = new EngineFixture(g =>
        {
            g.AddUnits("apps");
            g.Services.AddSingleton<ILeaderElection>(election);
        });
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForEventAsync(e => e.Source == "fleet" && e.Unit is null);
        fixture.Applier.Applied.Should().BeEmpty("another host leads");

        await election.LeadAsync();
        await fixture.WaitForReadyAsync("apps", "r1");
        await election.LoseAsync();
        fixture.Source.Commit("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        await fixture.Engine.PollSourceAsync("fleet", TestContext.Current.CancellationToken);
        fixture.Engine.GetUnit("apps").LastAppliedRevision!.Digest.Should().Be("r1");

        await election.LeadAsync();
        await fixture.WaitForReadyAsync("apps", "r2");
    }

    private sealed class SwitchElection : ILeaderElection, IDisposable
    {
        private readonly TaskCompletionSource<Func<CancellationToken, Task>> _work = new();
        private CancellationTokenSource _term = new();
        private Task _running = Task.CompletedTask;

        public void Dispose() => _term.Dispose();

        public async Task LeadAsync()
        {
            _term.Dispose();
            _term = new CancellationTokenSource();
            _running = (await _work.Task)(_term.Token);
        }

        public async Task LoseAsync()
        {
            await _term.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
        {
            _work.TrySetResult(lead);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                await LoseAsync();
            }
        }
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

file static class UnitExtensions
{
    public static IGitOpsBuilder AddUnits(this IGitOpsBuilder builder, string name, params string[] dependsOn) => builder.AddManifests(name, o =>
    {
        o.Source = "fleet";
        o.Path = name;
        foreach (var dependency in dependsOn)
        {
            o.DependsOn.Add(dependency);
        }
    });
}
