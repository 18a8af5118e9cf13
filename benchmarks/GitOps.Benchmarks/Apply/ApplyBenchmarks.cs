using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using GitOps.Json;
using GitOps.Kubernetes;
using GitOps.Testing;

namespace GitOps.Benchmarks.Apply;

/// <summary>
/// 500 Deployments and 500 ConfigMaps against the in-memory API server. The server runs in this process, so its own work is part of every figure;
/// the ratio to the raw patches is what counts.
/// </summary>
[MemoryDiagnoser]
public class ApplyBenchmarks
{
    private const int Pairs = 500;

    private InMemoryCluster _cluster = null!;
    private KubernetesApplier _applier = null!;
    private KubernetesApplier _applied = null!;
    private IReadOnlyList<Manifest> _set = [];

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _cluster = await InMemoryCluster.StartAsync();
        _applied = NewApplier();
        await ApplyAsync(_applied, "applied", Set("applied"));
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        _applied.Dispose();
        await _cluster.DisposeAsync();
    }

    [IterationSetup]
    public void NewRound()
    {
        _applier = NewApplier();
        _set = Set("round-" + Guid.NewGuid().ToString("N")[..16]);
    }

    [IterationCleanup]
    public void EndRound() => _applier.Dispose();

    /// <summary>The patches alone, on 8 connections.</summary>
    [Benchmark(Baseline = true)]
    public async Task RawPatches()
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 8 }) { BaseAddress = _cluster.Url };
        http.DefaultRequestHeaders.Authorization = new("Bearer", _cluster.Token);
        await PatchAsync(http, _set[0]);
        await Parallel.ForEachAsync(_set.Skip(1), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (manifest, _) => await PatchAsync(http, manifest));
    }

    /// <summary>Plan with the dry-run of the whole set, inventory, apply.</summary>
    [Benchmark]
    public Task FirstApply() => ApplyAsync(_applier, _set[0].Id.Name, _set);

    /// <summary>A new process finds that nothing changed.</summary>
    [Benchmark]
    public async Task<bool> SecondRunCold()
    {
        using var cold = NewApplier();
        var plan = await cold.PlanAsync(new ApplyRequest("applied", Set("applied")), CancellationToken.None);
        return plan.HasChanges ? throw new InvalidOperationException("Something changed.") : plan.CanApply;
    }

    public static IReadOnlyList<Manifest> Set(string @namespace)
    {
        List<Manifest> set = [Read($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{@namespace}}"} }""")];
        for (var i = 0; i < Pairs; i++)
        {
            var number = i.ToString("0000", CultureInfo.InvariantCulture);
            set.Add(Read($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c{{{number}}}","namespace":"{{{@namespace}}}","labels":{"app":"a{{{number}}}"} },"data":{"a":"1","b":"{{{number}}}","config.yaml":"key: value\nother: {{{number}}}\n"} }"""));
            set.Add(Read($$$"""
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d{{{number}}}","namespace":"{{{@namespace}}}","labels":{"app":"a{{{number}}}"} },
                 "spec":{"replicas":2,"selector":{"matchLabels":{"app":"a{{{number}}}"} },"template":{"metadata":{"labels":{"app":"a{{{number}}}"} },
                  "spec":{"containers":[{"name":"main","image":"registry.example/app:{{{number}}}","ports":[{"containerPort":8080,"name":"http"}],
                   "env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"128Mi"} } }]} } } }
                """));
        }

        return set;
    }

    private static Manifest Read(string json) => new(JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(json)));

    private static async Task ApplyAsync(KubernetesApplier applier, string unit, IReadOnlyList<Manifest> set)
    {
        var plan = await applier.PlanAsync(new ApplyRequest(unit, set), CancellationToken.None);
        if (!plan.CanApply || !(await applier.ApplyAsync(plan, null, CancellationToken.None)).Succeeded)
        {
            throw new InvalidOperationException(string.Join('\n', plan.Diagnostics));
        }
    }

    private static async Task PatchAsync(HttpClient http, Manifest manifest)
    {
        var path = manifest.Kind switch
        {
            "Namespace" => $"api/v1/namespaces/{manifest.Id.Name}",
            "ConfigMap" => $"api/v1/namespaces/{manifest.Id.Namespace}/configmaps/{manifest.Id.Name}",
            _ => $"apis/apps/v1/namespaces/{manifest.Id.Namespace}/deployments/{manifest.Id.Name}",
        };
        using var content = new ByteArrayContent(JsonTreeWriter.Write(manifest.Root));
        content.Headers.ContentType = new("application/apply-patch+yaml");
        using var response = await http.PatchAsync(path + "?fieldManager=raw&force=true", content);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null);
    }

    private KubernetesApplier NewApplier() => new(new KubernetesOptions { Kubeconfig = _cluster.Kubeconfig, MaxConcurrency = 16 });
}
