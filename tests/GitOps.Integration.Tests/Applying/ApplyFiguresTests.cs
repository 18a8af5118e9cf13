using System.Diagnostics;
using System.Globalization;
using GitOps.Integration.Tests.Servers;
using GitOps.Json;

namespace GitOps.Integration.Tests.Applying;

/// <summary>Times on 1 000 objects, in one run against one server. Asked for by GITOPS_FIGURES=1: times mean nothing on a busy machine.</summary>
public abstract class ApplyFiguresTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    [Fact]
    public async Task ThousandObjects_FirstApplyAndSecondRun_StayWithinTheirRatios()
    {
        if (Environment.GetEnvironmentVariable("GITOPS_FIGURES") != "1")
        {
            Assert.Skip("Figures are taken on request: set GITOPS_FIGURES=1.");
        }

        await RawAsync(Unique + "-warm", 50);
        using (var warm = NewApplier())
        {
            await ApplyAsync(new ApplyRequest(Unique + "w", Set(Unique + "w", 50)), warm);
        }

        var raw = await TimeAsync(() => RawAsync(Unique + "-raw", 500));
        using var first = NewApplier();
        var set = Set(Unique, 500);
        var watch = Stopwatch.StartNew();
        var plan = await first.PlanAsync(new ApplyRequest(Unique, set), Token);
        var planned = watch.Elapsed;
        (await first.ApplyAsync(plan, null, Token)).Succeeded.Should().BeTrue();
        var applied = watch.Elapsed;
        using var cold = NewApplier();
        var second = await TimeAsync(async () => (await cold.PlanAsync(new ApplyRequest(Unique, set), Token)).HasChanges.Should().BeFalse());
        var coldRequests = cold.RequestCount;

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"raw {raw.TotalSeconds:0.00} s; plan {planned.TotalSeconds:0.00} s; plan and apply {applied.TotalSeconds:0.00} s ({applied / raw:0.00} times raw, {(applied - planned) / raw:0.00} without the dry-run); second run, cold: {second.TotalSeconds:0.000} s, {coldRequests} requests"));
        (applied / raw).Should().BeLessThan(3);
        ((applied - planned) / raw).Should().BeLessThan(2);
        second.Should().BeLessThan(TimeSpan.FromSeconds(0.6), "kubectl apply --server-side needs 30 seconds");
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed;
    }

    private static Manifest[] Set(string @namespace, int pairs)
    {
        List<Manifest> set = [Namespace(@namespace)];
        for (var i = 0; i < pairs; i++)
        {
            set.Add(ConfigMap(@namespace, string.Create(CultureInfo.InvariantCulture, $"c{i}")));
            set.Add(Deployment(@namespace, string.Create(CultureInfo.InvariantCulture, $"d{i}")));
        }

        return [.. set];
    }

    private async Task RawAsync(string @namespace, int pairs)
    {
        using var connection = Kubernetes.Client.ClusterConnection.Open(NewOptions());
        async Task PatchAsync(Manifest manifest)
        {
            var resource = manifest.Kind switch { "Namespace" => Namespaces, "ConfigMap" => ConfigMaps, _ => Deployments };
            var uri = new Uri(connection.BaseUri, resource.Path(manifest.Id.Namespace, manifest.Id.Name) + "?fieldManager=raw&force=true");
            using var request = new HttpRequestMessage(HttpMethod.Patch, uri) { Content = new ByteArrayContent(JsonTreeWriter.Write(manifest.Root)) };
            request.Content.Headers.ContentType = new("application/apply-patch+yaml");
            var (http, _) = await connection.AuthenticateAsync(request, Token);
            using var response = await http.SendAsync(request, Token);
            response.EnsureSuccessStatusCode();
        }

        var set = Set(@namespace, pairs);
        foreach (var manifest in set.Where(m => m.Kind != "Namespace"))
        {
            // The port's protocol is a key that old servers want to see.
            if (manifest.Root.GetMap("spec")?.GetMap("template")?.GetMap("spec")?.GetList("containers")?[0] is MapNode container)
            {
                ((MapNode)container.GetList("ports")![0]).Set("protocol", "TCP");
            }
        }

        await PatchAsync(set[0]);
        await Parallel.ForEachAsync(set.Skip(1), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (manifest, _) => await PatchAsync(manifest));
    }
}

[Collection(RealClusterCollection.Name)]
public sealed class ApplyFiguresOnRealServerTests(RealCluster cluster) : ApplyFiguresTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class ApplyFiguresOnMemoryServerTests(MemoryCluster cluster) : ApplyFiguresTests(cluster);
