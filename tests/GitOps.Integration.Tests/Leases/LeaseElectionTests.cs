using System.Collections.Concurrent;
using GitOps.Integration.Tests.Applying;
using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes.Leases;
using Microsoft.Extensions.Logging.Abstractions;

namespace GitOps.Integration.Tests.Leases;

public abstract class LeaseElectionTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
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
