using System.Diagnostics;
using System.Globalization;
using GitOps.Integration.Tests.Applying;
using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes.Client;

namespace GitOps.Integration.Tests.Crashes;

/// <summary>A process is killed in the middle of apply, prune and hand-over, again and again. The next run sets everything right.</summary>
public abstract class CrashTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    private const int Kills = 12;

    [Fact]
    public async Task Kill_AtRandomMoments_NextRunConvergesAndOrphansNothing()
    {
        await ApplyAsync(Unique, Namespace(Unique));
        var kubeconfig = Path.Combine(Path.GetTempPath(), $"gitops-crash-{Unique}.yaml");
        await File.WriteAllTextAsync(kubeconfig, Cluster.Kubeconfig, Token);
        try
        {
            var random = new Random(Seed: 20_261_123);
            var revision = 0;
            for (var kill = 0; kill < Kills; kill++)
            {
                revision = await RunAndKillAsync(kubeconfig, revision, TimeSpan.FromMilliseconds(random.Next(5, 450)));

                // What is live must be named by an inventory at every moment, also right after a kill.
                var known = (await InventoryAsync(Unique + "-1")).Concat(await InventoryAsync(Unique + "-2")).ToHashSet();
                (await LiveNamesAsync()).Where(n => !known.Contains($"{Unique}_{n}__ConfigMap")).Should().BeEmpty();
            }

            using var applier = NewApplier();
            (await CrashChild.ApplyAsync(applier, Unique, Unique, revision + 1, Token)).Should().BeTrue();
            var (first, second) = CrashChild.Sets(Unique, revision + 1);
            (await LiveNamesAsync()).Should().BeEquivalentTo(first.Concat(second).Select(m => m.Id.Name));
            (await InventoryAsync(Unique + "-1")).Should().BeEquivalentTo(first.Select(m => $"{Unique}_{m.Id.Name}__ConfigMap"));
            (await InventoryAsync(Unique + "-2")).Should().BeEquivalentTo(second.Select(m => $"{Unique}_{m.Id.Name}__ConfigMap"));
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    private async Task<List<string>> LiveNamesAsync()
    {
        List<string> names = [];
        var (_, error) = await Client.ListAsync(ConfigMaps, new ListOptions { Namespace = Unique, LabelSelector = "gitops-core.io/unit" }, item => names.Add(item.GetMap("metadata")!.GetString("name")!), Token);
        error.Should().BeNull();
        return names;
    }

    /// <returns>The last revision that the child may have begun.</returns>
    private async Task<int> RunAndKillAsync(string kubeconfig, int revision, TimeSpan life)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        start.Environment[CrashChild.Variable] = string.Create(CultureInfo.InvariantCulture, $"{kubeconfig}|{Unique}|{Unique}|{revision}");
        using var child = Process.Start(start)!;
        var problems = child.StandardError.ReadToEndAsync(Token);
        var last = revision;
        (await child.StandardOutput.ReadLineAsync(Token)).Should().Be("ready");
        var reading = Task.Run(async () =>
        {
            while (await child.StandardOutput.ReadLineAsync(Token) is { } line)
            {
                last = int.Parse(line["done ".Length..], CultureInfo.InvariantCulture) + 1;
            }
        }, Token);
        await Task.WhenAny(Task.Delay(life, TimeProvider.System, Token), child.WaitForExitAsync(Token));
        child.HasExited.Should().BeFalse("only the kill may end it");
        child.Kill();
        await child.WaitForExitAsync(Token);
        await reading;
        await problems;
        return last;
    }
}

[Collection(RealClusterCollection.Name)]
public sealed class CrashOnRealServerTests(RealCluster cluster) : CrashTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class CrashOnMemoryServerTests(MemoryCluster cluster) : CrashTests(cluster);
