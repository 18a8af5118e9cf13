using GitOps.Integration.Tests.Applying;
using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Hooks;

namespace GitOps.Integration.Tests.Hooks;

/// <summary>No server here has a Job controller, so the tests end the Jobs themselves, when and as they want.</summary>
public abstract class HookTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly ApiResource s_jobs = new("batch", "v1", "Job", "jobs", true);

    [Fact]
    public async Task Run_Installation_HooksRunAroundTheSetByWeightAndName()
    {
        await NamespaceAsync();
        List<string> order = [];
        Hook[] hooks =
        [
            new(ConfigMap(Unique, "last"), HookMoments.PostInstall),
            new(ConfigMap(Unique, "c-light"), HookMoments.PreInstall) { Weight = -5 },
            new(ConfigMap(Unique, "b"), HookMoments.PreInstall),
            new(ConfigMap(Unique, "a"), HookMoments.PreInstall | HookMoments.PostInstall),
            new(ConfigMap(Unique, "upgrade"), HookMoments.PreUpgrade | HookMoments.PostUpgrade),
        ];

        var plan = await HookedPlanAsync(hooks, ConfigMap(Unique, "object"));
        await RunAllAsync(Applier, plan, new OrderReport(order));

        plan.Hooks.Select(h => $"{h.Phase} {h.Resource.Name}").Should().Equal("Before c-light", "Before a", "Before b", "After a", "After last");
        order.Should().Equal("Ran c-light", "Ran a", "Ran b", "Created object", "Ran a", "Ran last");
        (await InventoryAsync(Unique)).Should().Equal($"{Unique}_object__ConfigMap");
        (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("metadata")!.GetMap("labels").Should().BeNull("a hook is none of the unit's objects");
    }

    [Fact]
    public async Task Run_SameSet_RunsNothingAgain_ChangedSetIsAnUpgrade()
    {
        await NamespaceAsync();
        Hook[] hooks = [new(ConfigMap(Unique, "install"), HookMoments.PreInstall), new(ConfigMap(Unique, "upgrade"), HookMoments.PreUpgrade)];
        await RunAllAsync(Applier, await HookedPlanAsync(hooks, ConfigMap(Unique, "object")));

        using var cold = NewApplier();
        var same = await cold.PlanAsync(Request(hooks, ConfigMap(Unique, "object")), Token);
        var changed = await cold.PlanAsync(Request(hooks, ConfigMap(Unique, "object", "2")), Token);
        await RunAllAsync(cold, changed);
        var after = await cold.PlanAsync(Request(hooks, ConfigMap(Unique, "object", "2")), Token);

        (same.HasChanges, same.Hooks.Count).Should().Be((false, 0));
        changed.Hooks.Should().ContainSingle().Which.Resource.Name.Should().Be("upgrade");
        after.HasChanges.Should().BeFalse();
    }

    [Fact]
    public async Task Plan_WhileTheWatchRuns_TheRecordNeedsNoRequest()
    {
        await NamespaceAsync();
        var request = Request([new Hook(ConfigMap(Unique, "hook"), HookMoments.PreInstall)], ConfigMap(Unique, "object"));
        await RunAllAsync(Applier, await Applier.PlanAsync(request, Token));
        await using var drifts = Applier.WatchDriftAsync(request, null, Token).GetAsyncEnumerator(Token);
        var next = drifts.MoveNextAsync().AsTask();
        await Applier.WatchingAsync(Unique, Token).WaitAsync(s_patience, Token);

        var before = Applier.RequestCount;
        var plan = await Applier.PlanAsync(request, Token);
        var requests = Applier.RequestCount - before;

        (plan.HasChanges, requests).Should().Be((false, 0));
        await MergeAsync(ConfigMaps, Unique, "object", """{"data":{"key":"stolen"}}""");
        (await next.WaitAsync(s_patience, Token)).Should().BeTrue();
    }

    [Fact]
    public async Task Run_Job_SetWaitsForItsEnd()
    {
        await NamespaceAsync();
        var plan = await HookedPlanAsync([new Hook(Job("migrate"), HookMoments.PreInstall)], ConfigMap(Unique, "object"));

        var running = Applier.RunHooksAsync(plan, HookPhase.Before, s_patience, null, Token).AsTask();
        await AppearedAsync("migrate");
        var (before, ended) = (await LiveAsync(ConfigMaps, Unique, "object"), running.IsCompleted);
        await EndAsync("migrate", succeeded: true);
        var changes = await running.WaitAsync(s_patience, Token);

        before.Should().BeNull();
        ended.Should().BeFalse();
        changes.Changes.Should().Equal(new ObjectChange(new ResourceId("batch", "Job", Unique, "migrate"), ChangeAction.Ran));
    }

    [Fact]
    public async Task Run_JobFails_NamesWhyAndIsDeletedByItsPolicy_AndTheNextTryRunsItAgain()
    {
        await NamespaceAsync();
        Hook[] hooks =
        [
            new(ConfigMap(Unique, "first"), HookMoments.PreInstall) { Weight = -1, Deletion = HookDeletion.Succeeded },
            new(Job("migrate"), HookMoments.PreInstall) { Deletion = HookDeletion.BeforeCreation | HookDeletion.Failed },
            new(ConfigMap(Unique, "later"), HookMoments.PreInstall) { Weight = 1 },
        ];
        var failing = Applier.RunHooksAsync(await HookedPlanAsync(hooks, ConfigMap(Unique, "object")), HookPhase.Before, s_patience, null, Token).AsTask();
        var uid = await AppearedAsync("migrate");
        await EndAsync("migrate", succeeded: false);

        var failed = await failing.WaitAsync(s_patience, Token);

        failed.Succeeded.Should().BeFalse();
        failed.Changes[^1].Error!.Reason.Should().Be(Reasons.HookFailed);
        failed.Changes[^1].Error!.Message.Should().Be("The pre-install hook has not run: it failed: the schema is locked.");
        (await LiveAsync(ConfigMaps, Unique, "later")).Should().BeNull();
        (await LiveAsync(ConfigMaps, Unique, "first")).Should().BeNull("it has succeeded, and its policy says so");
        (await LiveAsync(s_jobs, Unique, "migrate")).Should().BeNull("its policy says hook-failed");

        var again = await HookedPlanAsync(hooks, ConfigMap(Unique, "object"));
        again.Hooks.Select(h => h.Resource.Name).Should().Equal("migrate", "later");
        var second = RunAllAsync(Applier, again);
        (await AppearedAsync("migrate")).Should().NotBe(uid);
        await EndAsync("migrate", succeeded: true);
        await second.WaitAsync(s_patience, Token);
        (await LiveAsync(ConfigMaps, Unique, "object")).Should().NotBeNull();
    }

    [Fact]
    public async Task Run_HostGoneWhileAJobRuns_NextHostWaitsForTheSameJob()
    {
        await NamespaceAsync();
        Hook[] hooks = [new(ConfigMap(Unique, "first"), HookMoments.PreInstall) { Weight = -1 }, new(Job("migrate"), HookMoments.PreInstall)];
        using (var gone = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            var cut = Applier.RunHooksAsync(await HookedPlanAsync(hooks, ConfigMap(Unique, "object")), HookPhase.Before, s_patience, null, gone.Token).AsTask();
            await AppearedAsync("migrate");
            await gone.CancelAsync();
            await FluentActions.Awaiting(() => cut).Should().ThrowAsync<OperationCanceledException>();
        }

        var uid = await AppearedAsync("migrate");
        using var next = NewApplier();
        var plan = await next.PlanAsync(Request(hooks, ConfigMap(Unique, "object")), Token);
        var running = RunAllAsync(next, plan);
        await EndAsync("migrate", succeeded: true);
        await running.WaitAsync(s_patience, Token);

        plan.Hooks.Should().ContainSingle("the first has run").Which.Resource.Name.Should().Be("migrate");
        (await LiveAsync(s_jobs, Unique, "migrate"))!.GetMap("metadata")!.GetString("uid").Should().Be(uid, "a migration that is under way is not started over");
        (await PlanAgainAsync(hooks)).HasChanges.Should().BeFalse();
    }

    [Fact]
    public async Task Run_Upgrade_WhatTheLastRunLeftIsMadeAnew()
    {
        await NamespaceAsync();
        Hook[] hooks = [new(ConfigMap(Unique, "hook"), HookMoments.PreInstall | HookMoments.PreUpgrade), new(ConfigMap(Unique, "brief"), HookMoments.PreInstall) { Deletion = HookDeletion.Succeeded }];
        await RunAllAsync(Applier, await HookedPlanAsync(hooks, ConfigMap(Unique, "object")));
        var first = (await LiveAsync(ConfigMaps, Unique, "hook"))!.GetMap("metadata")!.GetString("uid");
        var brief = await LiveAsync(ConfigMaps, Unique, "brief");

        await RunAllAsync(Applier, await HookedPlanAsync(hooks, ConfigMap(Unique, "object", "2")));

        (await LiveAsync(ConfigMaps, Unique, "hook"))!.GetMap("metadata")!.GetString("uid").Should().NotBe(first);
        brief.Should().BeNull();
    }

    [Fact]
    public async Task Run_ObjectOfThatNameIsNoHook_IsLeftAlone()
    {
        await NamespaceAsync();
        await ApplyAsync(Unique + "-other", ConfigMap(Unique, "owned"));
        var made = await Client.CreateAsync(ConfigMaps, Unique, ConfigMap(Unique, "foreign").Root, new PatchOptions(), Token);
        made.Succeeded.Should().BeTrue();

        foreach (var (name, why) in new[] { ("owned", $"belongs to unit {Unique}-other"), ("foreign", "is no hook") })
        {
            var plan = await HookedPlanAsync([new Hook(ConfigMap(Unique, name, "2"), HookMoments.PreInstall)], ConfigMap(Unique, "object"));
            var changes = await Applier.RunHooksAsync(plan, HookPhase.Before, s_patience, null, Token);

            changes.Changes.Should().ContainSingle().Which.Error!.Message.Should().Contain(why);
            (await LiveAsync(ConfigMaps, Unique, name))!.GetMap("data")!.GetString("key").Should().Be("1");
        }
    }

    [Fact]
    public async Task Plan_HookThatCannotRun_IsRefusedBeforeAnyWrite()
    {
        var early = await PlanWithAsync(new Hook(ConfigMap(Unique, "hook"), HookMoments.PreInstall));
        early.Diagnostics.Should().ContainSingle().Which.Message.Should().Be($"The pre-install hook runs before the set is applied, and only the set makes its namespace {Unique}: make the namespace beforehand.");

        var invalid = await PlanWithAsync(new Hook(Json($$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook","namespace":"{{{Unique}}}"},"spec":{"ports":[{"port":0}]}}"""), HookMoments.PostInstall));
        invalid.Diagnostics.Should().ContainSingle().Which.Resource!.Value.Name.Should().Be("hook");

        var unknown = await PlanWithAsync(new Hook(Json($$$"""{"apiVersion":"example.io/v1","kind":"Nothing","metadata":{"name":"hook","namespace":"{{{Unique}}}"}}"""), HookMoments.PostInstall));
        unknown.Diagnostics.Should().ContainSingle().Which.Message.Should().Contain("knows no kind Nothing");
        (await LiveAsync(Namespaces, "", Unique)).Should().BeNull();

        async Task<Plan> PlanWithAsync(Hook hook)
        {
            var plan = await Applier.PlanAsync(Request([hook], Namespace(Unique), ConfigMap(Unique, "object")), Token);
            plan.CanApply.Should().BeFalse();
            return plan;
        }
    }

    [Fact]
    public async Task Run_HookThatDoesNotEnd_FailsAtItsTimeout()
    {
        await NamespaceAsync();
        var plan = await HookedPlanAsync([new Hook(Job("migrate"), HookMoments.PreInstall)], ConfigMap(Unique, "object"));

        var changes = await Applier.RunHooksAsync(plan, HookPhase.Before, TimeSpan.FromMilliseconds(300), null, Token);

        changes.Changes.Should().ContainSingle().Which.Error!.Message.Should().StartWith("The pre-install hook has not run: it has not ended after 00:00:00.3000000: 0 pods run");
    }

    [Fact]
    public async Task Delete_UnitWithHooks_LeavesNoRecord()
    {
        await NamespaceAsync();
        await RunAllAsync(Applier, await HookedPlanAsync([new Hook(ConfigMap(Unique, "hook"), HookMoments.PreInstall)], ConfigMap(Unique, "object")));
        (await LiveAsync(ConfigMaps, "gitops-system", $"gitops-release-{Unique}")).Should().NotBeNull();

        (await Applier.DeleteAsync(Unique, Token)).Succeeded.Should().BeTrue();

        (await LiveAsync(ConfigMaps, "gitops-system", $"gitops-release-{Unique}")).Should().BeNull();
        (await PlanAgainAsync([new Hook(ConfigMap(Unique, "hook"), HookMoments.PreInstall)])).Hooks.Should().ContainSingle("it is an installation again");
    }

    private ApplyRequest Request(IReadOnlyList<Hook> hooks, params Manifest[] set) => new(Unique, set) { Hooks = hooks };

    private async Task<Plan> HookedPlanAsync(IReadOnlyList<Hook> hooks, params Manifest[] set)
    {
        var plan = await Applier.PlanAsync(Request(hooks, set), Token);
        plan.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        return plan;
    }

    private Task<Plan> PlanAgainAsync(IReadOnlyList<Hook> hooks) => HookedPlanAsync(hooks, ConfigMap(Unique, "object"));

    private static async Task RunAllAsync(KubernetesApplier applier, Plan plan, IProgress<ObjectChange>? progress = null)
    {
        (await applier.RunHooksAsync(plan, HookPhase.Before, s_patience, progress, Token)).Succeeded.Should().BeTrue();
        (await applier.ApplyAsync(plan, progress, Token)).Succeeded.Should().BeTrue();
        (await applier.RunHooksAsync(plan, HookPhase.After, s_patience, progress, Token)).Succeeded.Should().BeTrue();
    }

    private async Task NamespaceAsync() => await ApplyAsync(Unique + "-namespace", Namespace(Unique));

    private Manifest Job(string name) => Json($$$"""
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{{{name}}}","namespace":"{{{Unique}}}"},
         "spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"registry.example/migrate:1"}]} } } }
        """);

    /// <returns>The Job's uid.</returns>
    private async Task<string> AppearedAsync(string name)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(s_patience);
        await foreach (var seen in ObjectWatch.RunAsync(Client, s_jobs, new ListOptions { Namespace = Unique, FieldSelector = $"metadata.name={name}" }, TimeProvider.System, patience.Token))
        {
            if (seen is { Kind: WatchEventKind.Added, Object: { } job })
            {
                return job.GetMap("metadata")!.GetString("uid")!;
            }
        }

        throw new TimeoutException($"The Job {name} did not appear.");
    }

    private async Task EndAsync(string name, bool succeeded)
    {
        const string at = "2026-01-02T03:04:05Z";
        string Condition(string type, string message) => $$"""{"type":"{{type}}","status":"True","reason":"Test","message":"{{message}}","lastTransitionTime":"{{at}}","lastProbeTime":"{{at}}"}""";
        string Status(params IEnumerable<string> conditions) => succeeded
            ? $$"""{"status":{"startTime":"{{at}}","completionTime":"{{at}}","succeeded":1,"conditions":[{{string.Join(',', conditions)}}]} }"""
            : $$"""{"status":{"startTime":"{{at}}","failed":1,"conditions":[{{string.Join(',', conditions)}}]} }""";
        var (announced, final) = succeeded
            ? (Condition("SuccessCriteriaMet", ""), Condition("Complete", ""))
            : (Condition("FailureTarget", "the schema is locked"), Condition("Failed", "the schema is locked"));

        // Since Kubernetes 1.31 the end of any Job is announced first; servers of 1.30 take that of some Jobs only.
        var result = await PatchAsync(Status(announced, final));
        if (result.Error is { IsInvalid: true })
        {
            result = await PatchAsync(Status(final));
        }

        result.Succeeded.Should().BeTrue(result.Error?.Message);

        async ValueTask<ApiResult> PatchAsync(string status) =>
            await Client.PatchAsync(s_jobs, Unique, name, PatchKind.Merge, System.Text.Encoding.UTF8.GetBytes(status), new() { FieldManager = "job-controller", Subresource = "status" }, Token);
    }

    private sealed class OrderReport(List<string> order) : IProgress<ObjectChange>
    {
        public void Report(ObjectChange value) => order.Add($"{value.Action} {value.Resource.Name}");
    }
}

[Collection(RealClusterCollection.Name)]
public sealed class HooksOnRealServerTests(RealCluster cluster) : HookTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class HooksOnMemoryServerTests(MemoryCluster cluster) : HookTests(cluster);
