using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Core.Tests.Engine;

/// <summary>Where in a unit's reconciliation its hooks have their place.</summary>
public sealed class HookTests
{
    [Fact]
    public async Task Reconcile_UnitWithHooks_TheyRunBeforeTheApplyAndAfterTheWaitForHealth()
    {
        await using var fixture = Fixture(runsHooks: true);
        fixture.Start();

        await fixture.WaitForReadyAsync("hooked", "a1");

        fixture.Applier.Log.Should().Equal("hooks Before hooked", "apply hooked a1", "verify hooked", "hooks After hooked");
    }

    [Fact]
    public async Task Reconcile_HookRuns_HoldsNoWorkerAndItsTimeDoesNotCount()
    {
        await using var fixture = Fixture(runsHooks: true, withPlainUnit: true);
        var (begun, end) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        fixture.Applier.OnHooks = async (_, token) =>
        {
            begun.TrySetResult();
            await end.Task.WaitAsync(token);
            return new ChangeSet([], []);
        };

        fixture.Start();
        await begun.Task;
        await fixture.WaitForReadyAsync("plain", "a1");
        fixture.Time.Advance(TimeSpan.FromHours(1));
        end.SetResult();

        (await fixture.WaitForReadyAsync("hooked", "a1")).Condition(ConditionTypes.Ready)!.Status.Should().Be(ConditionStatus.True);
        fixture.Events.Should().NotContain(e => e.Unit == "hooked" && e.Reason == Reasons.Timeout);
    }

    [Theory]
    [InlineData(HookPhase.Before)]
    [InlineData(HookPhase.After)]
    public async Task Reconcile_HookFails_UnitFailsAndTriesAgain(HookPhase failing)
    {
        await using var fixture = Fixture(runsHooks: true);
        var id = new ResourceId("batch", "Job", "default", "migrate");
        var failures = 1;
        fixture.Applier.OnHooks = (phase, _) => Task.FromResult(phase == failing && Interlocked.Decrement(ref failures) >= 0
            ? new ChangeSet([new ObjectChange(id, ChangeAction.Ran, Diagnostic.Error(Reasons.HookFailed, "The schema is locked.", null, id))], [])
            : new ChangeSet([], []));

        fixture.Start();
        var status = await fixture.WaitForAsync("hooked", u => u.Condition(ConditionTypes.Ready)?.Status == ConditionStatus.False && u.History.Count > 0);
        var applied = fixture.Applier.Applied.ContainsKey("hooked");
        await fixture.PassAsync(TimeSpan.FromSeconds(30), fixture.WaitForAsync("hooked", u => u.IsReady));

        status.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.HookFailed);
        status.Condition(ConditionTypes.Ready)!.Message.Should().Contain("The schema is locked.");
        applied.Should().Be(failing == HookPhase.After);
    }

    [Fact]
    public async Task Reconcile_ApplierRunsNoHooks_WarnsThatTheyAreLeftOut()
    {
        await using var fixture = Fixture(runsHooks: false);
        fixture.Start();

        var told = await fixture.WaitForEventAsync(e => e.Unit == "hooked" && e.IsTransition);

        told.Diagnostics.Should().ContainSingle().Which.Should().Match<Diagnostic>(d => d.Reason == Reasons.HooksNotRun && d.Message.Contains("ConfigMap/migrate"));
        fixture.Applier.Log.Should().NotContain(l => l.StartsWith("hooks"));
    }

    [Fact]
    public async Task ApplyAsync_PlanWithHooks_RunsThemAroundIt()
    {
        await using var fixture = Fixture(runsHooks: true);

        await fixture.Engine.ApplyAsync(await fixture.Engine.PlanAsync("hooked"));

        fixture.Applier.Log.Should().Equal("hooks Before hooked", "apply hooked a1", "hooks After hooked");
    }

    [Fact]
    public async Task Validate_Hook_IsLookedAtLikeEveryManifest()
    {
        await using var fixture = new EngineFixture(g => g.AddUnit<HookingRenderer>("hooked", u => u.Source = "fleet").AddValidator<NoHooks>());
        fixture.Applier.RunsHooks = true;
        fixture.Source.Commit("a1", ("hooked/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();

        var status = await fixture.WaitForAsync("hooked", u => u.Condition(ConditionTypes.Ready)?.Status == ConditionStatus.False);

        status.Condition(ConditionTypes.Ready)!.Message.Should().Contain("No hooks here.");
        fixture.Applier.Log.Should().BeEmpty();
    }

    private static EngineFixture Fixture(bool runsHooks, bool withPlainUnit = false)
    {
        var fixture = new EngineFixture(
            g =>
            {
                g.AddUnit<HookingRenderer>("hooked", u => u.Source = "fleet");
                if (withPlainUnit)
                {
                    g.AddManifests("plain", u => { u.Source = "fleet"; u.Path = "plain"; });
                }
            },
            o => o.Concurrency = 1);
        fixture.Applier.RunsHooks = runsHooks;
        fixture.Source.Commit("a1", ("hooked/a.yaml", EngineFixture.ConfigMap("a")), ("plain/a.yaml", EngineFixture.ConfigMap("plain")));
        return fixture;
    }

    private sealed class HookingRenderer : IRenderer
    {
        public ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(
            RenderResult.Success([Object("object")]) with { Hooks = [new Hook(Object("migrate"), HookMoments.PreInstall)] });

        private static Manifest Object(string name)
        {
            var root = new MapNode();
            root.Set("apiVersion", "v1");
            root.Set("kind", "ConfigMap");
            root.GetOrAddMap("metadata").Set("name", name);
            return new Manifest(root);
        }
    }

    private sealed class NoHooks : IManifestValidator
    {
        public ValueTask<IReadOnlyList<Diagnostic>> ValidateAsync(string unitName, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<Diagnostic>>(
            [.. manifests.Where(m => m.Id.Name == "migrate").Select(m => Diagnostic.Error(Reasons.ValidationFailed, "No hooks here.", null, m.Id))]);
    }
}
