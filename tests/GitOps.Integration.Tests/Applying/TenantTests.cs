using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes.Client;
using NSubstitute;

namespace GitOps.Integration.Tests.Applying;

/// <summary>Units that act as a service account, on servers that check its rights: also lists and watches are the account's.</summary>
public abstract class TenantTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    private string Account => $"{Unique}/deployer";

    [Fact]
    public async Task WatchDrift_AccountOfOneNamespace_WatchesThatNamespace()
    {
        await GrantAsync("get", "list", "watch", "create", "patch", "update", "delete");
        var request = Request(ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));
        await ApplyAsync(request);
        await using var drifts = new DriftReader(Applier, request, Token);
        await drifts.ReadyAsync();

        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"key":"stolen"}}""", "mallory");

        (await drifts.NextAsync()).Manager.Should().Be("mallory");
        var before = Applier.RequestCount;
        (await Applier.PlanAsync(Request(ConfigMap(Unique, "a", "stolen"), ConfigMap(Unique, "b")), Token)).Diagnostics.Should().BeEmpty();
        (Applier.RequestCount - before).Should().BeLessThanOrEqualTo(3, "what did not move is known from the watch");
    }

    [Fact]
    public async Task WatchDrift_AccountMayNotWatch_PlansSaySoAndStillFindTheDrift()
    {
        await GrantAsync("get", "create", "patch", "update", "delete");
        var request = Request(ConfigMap(Unique, "a"), ConfigMap(Unique, "b"), ConfigMap(Unique, "c"));
        await ApplyAsync(request);
        TaskCompletionSource<IReadOnlyList<Diagnostic>> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var unwatched = Substitute.For<IProgress<IReadOnlyList<Diagnostic>>>();
        unwatched.When(u => u.Report(Arg.Any<IReadOnlyList<Diagnostic>>())).Do(call => told.TrySetResult(call.Arg<IReadOnlyList<Diagnostic>>()));
        await using var drifts = new DriftReader(Applier, request, Token, unwatched);
        await drifts.ReadyAsync();
        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"key":"stolen"}}""", "mallory");

        var plan = await Applier.PlanAsync(request, Token);

        (await told.Task.WaitAsync(TimeSpan.FromSeconds(60), Token)).Should().ContainSingle().Which.Message.Should().Contain("configmaps");
        plan.CanApply.Should().BeTrue();
        plan.Changes.Where(c => c.Action == ChangeAction.Configured).Should().ContainSingle().Which.Resource.Name.Should().Be("a");
        var warning = plan.Diagnostics.Should().ContainSingle(d => d.Severity == DiagnosticSeverity.Warning).Subject;
        warning.Reason.Should().Be(Reasons.Forbidden);
        warning.Message.Should().Contain("configmaps").And.Contain($"system:serviceaccount:{Unique}:deployer").And.Contain("only found when the unit is reconciled");
        drifts.HasNext.Should().BeFalse("what cannot be watched is not mistaken for deleted");
    }

    [Fact]
    public async Task WatchHealth_AccountMayNotList_ObjectsAreUnknownAndItSaysWho()
    {
        await GrantAsync("get", "create", "patch", "update", "delete");
        await ApplyAsync(Request(ConfigMap(Unique, "a")));

        await foreach (var report in Applier.WatchHealthAsync(Unique, Token))
        {
            report.IsHealthy.Should().BeFalse();
            report.Objects.Should().ContainSingle().Which.Message.Should().Contain($"system:serviceaccount:{Unique}:deployer");
            break;
        }
    }

    [Fact]
    public async Task WatchHealth_AccountMayWatch_SeesItsObjects()
    {
        await GrantAsync("get", "list", "watch", "create", "patch", "update", "delete");
        await ApplyAsync(Request(ConfigMap(Unique, "a")));

        await foreach (var report in Applier.WatchHealthAsync(Unique, Token))
        {
            report.IsHealthy.Should().BeTrue();
            break;
        }
    }

    [Fact]
    public async Task Apply_ObjectOutsideTheAccountsNamespace_IsForbiddenAndNothingIsWritten()
    {
        await GrantAsync("get", "list", "watch", "create", "patch", "update", "delete");

        var plan = await Applier.PlanAsync(Request(ConfigMap(Unique, "a"), ConfigMap("default", Unique)), Token);

        plan.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.Forbidden).Which.Resource!.Value.Namespace.Should().Be("default");
        (await LiveAsync(ConfigMaps, Unique, "a")).Should().BeNull();
    }

    private ApplyRequest Request(params Manifest[] set) => new(Unique, set) { ServiceAccount = Account };

    private Task GrantAsync(params string[] verbs) => GrantAsync(Account, verbs);
}

[Collection(RealClusterCollection.Name)]
public sealed class TenantsOnRealServerTests(RealCluster cluster) : TenantTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class TenantsOnMemoryServerTests(MemoryCluster cluster) : TenantTests(cluster);
