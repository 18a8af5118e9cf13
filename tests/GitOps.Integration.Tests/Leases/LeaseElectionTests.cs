using System.Collections.Concurrent;
using GitOps.Integration.Tests.Applying;
using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Leases;
using Microsoft.Extensions.Logging.Abstractions;

namespace GitOps.Integration.Tests.Leases;

public abstract class LeaseElectionTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    private static readonly ApiResource s_leases = new("coordination.k8s.io", "v1", "Lease", "leases", true);

    [Fact]
    public async Task Run_TwoHosts_OneLeadsAndTheOtherTakesOverWhenItStops()
    {
        ConcurrentQueue<string> leaders = new();
        var (first, second) = (NewElection("first"), NewElection("second"));
        using var stopFirst = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var stopSecond = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var firstLeads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var secondLeads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var firstRun = first.RunAsync(token => LeadAsync("first", firstLeads, leaders, token), stopFirst.Token);
        await firstLeads.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        var secondRun = second.RunAsync(token => LeadAsync("second", secondLeads, leaders, token), stopSecond.Token);
        secondLeads.Task.IsCompleted.Should().BeFalse();
        await stopFirst.CancelAsync();
        await firstRun;
        await secondLeads.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        await stopSecond.CancelAsync();
        await secondRun;

        leaders.Should().Equal("first starts", "first ends", "second starts", "second ends");
    }

    [Fact]
    public async Task Run_TwoGroupsOfUnits_EachHasItsOwnLeader()
    {
        ConcurrentQueue<string> leaders = new();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        TaskCompletionSource[] lead = [.. Enumerable.Range(0, 3).Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

        var apps = NewElection("first", "-apps", seconds: 120).RunAsync(token => LeadAsync("apps", lead[0], leaders, token), stop.Token);
        await lead[0].Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        var infrastructure = NewElection("second", "-infrastructure", seconds: 120).RunAsync(token => LeadAsync("infrastructure", lead[1], leaders, token), stop.Token);
        var standby = NewElection("third", "-apps", seconds: 120).RunAsync(token => LeadAsync("standby", lead[2], leaders, token), stop.Token);
        await lead[1].Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        leaders.Should().Equal("apps starts", "infrastructure starts");
        await stop.CancelAsync();
        await Task.WhenAll(apps, infrastructure, standby);
    }

    [Fact]
    public async Task Run_EachHostLeadsAnotherGroup_EachWritesItsOwnAndALostLeaseEndsOnlyItsGroup()
    {
        var (first, second) = (NewApplier(), NewApplier());
        var (firstElection, secondElection) = (first.CreateElection(g => Terms("first", g)), second.CreateElection(g => Terms("second", g)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await ApplyAsync(new ApplyRequest(Unique + "-namespace", [Namespace(Unique)]));

        var (appsLed, infrastructureLed, otherLed) = (new Leading(), new Leading(), new Leading());
        var apps = firstElection.RunAsync("apps", appsLed.RunAsync, stop.Token);
        await appsLed.Began.WaitAsync(TimeSpan.FromSeconds(60), Token);
        var infrastructure = secondElection.RunAsync("infrastructure", infrastructureLed.RunAsync, stop.Token);
        await infrastructureLed.Began.WaitAsync(TimeSpan.FromSeconds(60), Token);
        var other = firstElection.RunAsync("infrastructure", otherLed.RunAsync, stop.Token);

        (await WriteAsync(first, "apps")).Should().BeTrue();
        (await WriteAsync(second, "infrastructure")).Should().BeTrue();
        (await WriteAsync(first, "infrastructure")).Should().BeFalse("the other host holds that group's lease");
        (await WriteAsync(second, "apps")).Should().BeFalse();
        (await WriteAsync(first, "")).Should().BeFalse("nobody leads the units without a group");

        // Somebody takes the lease of one group away.
        await MergeAsync(s_leases, "default", Terms("", "apps").Name, """{"spec":{"holderIdentity":"thief"}}""");
        await appsLed.Ended.WaitAsync(TimeSpan.FromSeconds(60), Token);

        (await WriteAsync(first, "apps")).Should().BeFalse();
        (await WriteAsync(second, "infrastructure")).Should().BeTrue("its lease is held as before");
        infrastructureLed.Ended.IsCompleted.Should().BeFalse();
        otherLed.Began.IsCompleted.Should().BeFalse();
        await stop.CancelAsync();
        await Task.WhenAll(apps, infrastructure, other);
    }

    private LeaseOptions Terms(string identity, string group) => new("default", $"{Unique}-{group}", identity)
    {
        Duration = TimeSpan.FromSeconds(120),
        RenewDeadline = TimeSpan.FromSeconds(110),
        RetryPeriod = TimeSpan.FromMilliseconds(100),
    };

    private async Task<bool> WriteAsync(KubernetesApplier applier, string group)
    {
        var plan = await applier.PlanAsync(new ApplyRequest($"{Unique}-{group}", [ConfigMap(Unique, $"of-{group}x", Guid.NewGuid().ToString())]) { LeaseGroup = group }, Token);
        plan.CanApply.Should().BeTrue();
        return (await applier.ApplyAsync(plan, null, Token)).Succeeded;
    }

    private sealed class Leading
    {
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Began => _began.Task;

        public Task Ended => _ended.Task;

        public async Task RunAsync(CancellationToken term)
        {
            _began.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ended.TrySetResult();
        }
    }

    private LeaseElection NewElection(string identity, string group = "", int seconds = 3) =>
        new(Client, new LeaseOptions("default", Unique + group, identity) { Duration = TimeSpan.FromSeconds(seconds), RenewDeadline = TimeSpan.FromSeconds(seconds - 1), RetryPeriod = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, NullLogger.Instance);

    private static async Task LeadAsync(string who, TaskCompletionSource leads, ConcurrentQueue<string> leaders, CancellationToken token)
    {
        leaders.Enqueue(who + " starts");
        leads.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }
        finally
        {
            leaders.Enqueue(who + " ends");
        }
    }
}

[Collection(RealClusterCollection.Name)]
public sealed class LeaseElectionOnRealServerTests(RealCluster cluster) : LeaseElectionTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class LeaseElectionOnMemoryServerTests(MemoryCluster cluster) : LeaseElectionTests(cluster);
