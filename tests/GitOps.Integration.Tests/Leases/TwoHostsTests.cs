using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using GitOps.Integration.Tests.Applying;
using GitOps.Integration.Tests.Crashes;
using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes.Client;

namespace GitOps.Integration.Tests.Leases;

/// <summary>Two processes share a lease. One is stopped, goes on, another is killed: at no moment do both write.</summary>
public abstract class TwoHostsTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    private static readonly ApiResource s_leases = new("coordination.k8s.io", "v1", "Lease", "leases", true);

    private readonly ConcurrentBag<(ulong Version, bool IsLease, string Who)> _history = [];
    private readonly Lock _lock = new();
    private readonly List<(string Who, int Count, TaskCompletionSource Done)> _awaited = [];
    private readonly Dictionary<string, int> _writes = new(StringComparer.Ordinal);

    [Fact]
    public async Task Lead_OneStoppedAndOneKilled_TheOtherTakesOverAndNeverTwoWrite()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Processes are stopped and resumed by signals.");
        }

        var kubeconfig = Path.Combine(Path.GetTempPath(), $"gitops-leader-{Unique}.yaml");
        await File.WriteAllTextAsync(kubeconfig, Cluster.Kubeconfig, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task[] watching = [WatchAsync(s_leases, "holderIdentity", stop.Token), WatchAsync(ConfigMaps, "writer", stop.Token)];
        try
        {
            using var first = new Host(kubeconfig, Unique, "first");
            await WritesAsync("first", 5);
            using var second = new Host(kubeconfig, Unique, "second");

            await first.SignalAsync("STOP");
            await WritesAsync("second", 5);
            await first.SignalAsync("CONT");
            await first.LineAsync("stopped");
            await WritesAsync("second", 5);

            second.Kill();
            await WritesAsync("first", 5);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watching);
            File.Delete(kubeconfig);
        }

        var holder = "";
        foreach (var (version, isLease, who) in _history.OrderBy(h => h.Version))
        {
            if (isLease)
            {
                holder = who;
            }
            else
            {
                who.Should().Be(holder, "the object's version {0} must be written by the holder of the lease at that moment", version);
            }
        }

        _history.Where(h => h.IsLease).Select(h => h.Who).Should().Contain(["first", "second"]);
    }

    private async Task WatchAsync(ApiResource resource, string field, CancellationToken cancellationToken)
    {
        var isLease = resource == s_leases;
        try
        {
            var options = new ListOptions { Namespace = "default", FieldSelector = $"metadata.name={Unique}" };
            await foreach (var change in ObjectWatch.RunAsync(Client, resource, options, TimeProvider.System, cancellationToken))
            {
                if (change.Kind is WatchEventKind.Added or WatchEventKind.Modified)
                {
                    var who = change.Object!.GetMap(isLease ? "spec" : "data")?.GetString(field) ?? "";
                    _history.Add((ulong.Parse(change.Object.GetMap("metadata")!.GetString("resourceVersion")!, CultureInfo.InvariantCulture), isLease, who));
                    if (!isLease)
                    {
                        Count(who);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The test has seen enough.
        }
    }

    private void Count(string who)
    {
        lock (_lock)
        {
            var count = _writes[who] = _writes.GetValueOrDefault(who) + 1;
            foreach (var awaited in _awaited.Where(a => a.Who == who && count >= a.Count))
            {
                awaited.Done.TrySetResult();
            }
        }
    }

    /// <summary>Waits for some more writes of a host.</summary>
    private async Task WritesAsync(string who, int more)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _awaited.Add((who, _writes.GetValueOrDefault(who) + more, done));
        }

        await done.Task.WaitAsync(TimeSpan.FromMinutes(2), Token);
    }

    private sealed class Host : IDisposable
    {
        private readonly Process _process;

        public Host(string kubeconfig, string unit, string identity)
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
            start.ArgumentList.Add(typeof(TwoHostsTests).Assembly.Location);
            start.Environment[LeaderChild.Variable] = $"{kubeconfig}|{unit}|{identity}";
            _process = Process.Start(start)!;
        }

        public async Task SignalAsync(string signal)
        {
            using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(Token);
            kill.ExitCode.Should().Be(0);
        }

        public async Task LineAsync(string expected)
        {
            while (await _process.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromMinutes(2), Token) is { } line)
            {
                if (line == expected)
                {
                    return;
                }
            }

            Assert.Fail($"The host ended before it said '{expected}'.");
        }

        public void Kill() => _process.Kill();

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                _process.WaitForExit();
            }

            _process.Dispose();
        }
    }
}

[Collection(RealClusterCollection.Name)]
public sealed class TwoHostsOnRealServerTests(RealCluster cluster) : TwoHostsTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class TwoHostsOnMemoryServerTests(MemoryCluster cluster) : TwoHostsTests(cluster);
