using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Testing.Tests;

public sealed class ControllerTests
{
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";

    [Fact]
    public async Task Workloads_Deployment_BecomesAvailable()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.All }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        await client.ApplyAsync(Deployments + "/web", Deployment("web", 2, "nginx:1"));
        await client.WaitAsync(Deployments, Rolled("web", 2));
        await client.ApplyAsync(Deployments + "/web", Deployment("web", 2, "nginx:2"));
        await client.WaitAsync(Deployments, c => Rolled("web", 2)(c) && c["object"]!["status"]!["observedGeneration"]!.GetValue<int>() == 2);
        var (_, pods) = await client.SendAsync("GET", "/api/v1/namespaces/default/pods");

        pods["items"]!.AsArray().Select(p => p!["spec"]!["containers"]![0]!["image"]!.ToString()).Should().Equal("nginx:2", "nginx:2");
    }

    [Fact]
    public async Task Workloads_ImageCannotBePulled_PodSaysSo()
    {
        await using var cluster = await InMemoryCluster.StartAsync(
            new InMemoryClusterOptions { Controllers = ClusterControllers.Workloads, Workloads = new WorkloadSimulation { Fate = _ => PodFate.ImagePullBackOff } },
            TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        await client.ApplyAsync(Deployments + "/web", Deployment("web", 1, "nope:1"));
        var pod = await client.WaitAsync("/api/v1/namespaces/default/pods", c => c["object"]!["status"]!["containerStatuses"] is JsonArray);

        pod["object"]!["status"]!["containerStatuses"]![0]!["state"]!["waiting"]!["reason"]!.ToString().Should().Be("ImagePullBackOff");
    }

    [Fact]
    public async Task Workloads_NeverReady_DeploymentMissesItsDeadline()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var cluster = await InMemoryCluster.StartAsync(
            new InMemoryClusterOptions { Controllers = ClusterControllers.Workloads, TimeProvider = time, Workloads = new WorkloadSimulation { Fate = _ => PodFate.CrashLoopBackOff } },
            TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.ApplyAsync(Deployments + "/web", Deployment("web", 1, "nginx:1"));
        await client.WaitAsync(Deployments, static c => Reason(c, "Progressing") == "ReplicaSetUpdated");

        time.Advance(TimeSpan.FromMinutes(11));
        var late = await client.WaitAsync(Deployments, static c => Reason(c, "Progressing") == "ProgressDeadlineExceeded");

        Reason(late, "Available").Should().Be("MinimumReplicasUnavailable");
        late["object"]!["status"]!["unavailableReplicas"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task Workloads_RolledBack_MakesTheOldTemplateTheNewestRevision()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.All }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        await Rollout("nginx:1", "1");
        await Rollout("nginx:2", "2");
        await Rollout("nginx:1", "3");

        var (_, sets) = await client.SendAsync("GET", "/apis/apps/v1/namespaces/default/replicasets");
        sets["items"]!.AsArray().Should().HaveCount(2);

        async Task Rollout(string image, string revision)
        {
            await client.ApplyAsync(Deployments + "/web", Deployment("web", 1, image));
            await client.WaitAsync(Deployments, c => Rolled("web", 1)(c) && c["object"]!["metadata"]!["annotations"]?["deployment.kubernetes.io/revision"]?.ToString() == revision);
        }
    }

    [Fact]
    public async Task Workloads_Job_Completes()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.Workloads }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        await client.ApplyAsync("/apis/batch/v1/namespaces/default/jobs/once", """{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"once"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}""");
        var job = await client.WaitAsync("/apis/batch/v1/namespaces/default/jobs", c =>
            c["object"]!["status"]!["conditions"] is JsonArray conditions && conditions.Any(x => x!["type"]!.ToString() == "Complete"));

        job["object"]!["status"]!["succeeded"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task GarbageCollection_OwnerDeleted_DependantsGo()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.All }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.ApplyAsync(Deployments + "/web", Deployment("web", 2, "nginx:1"));
        await client.WaitAsync(Deployments, Rolled("web", 2));
        var (_, before) = await client.SendAsync("GET", "/api/v1/namespaces/default/pods");

        await client.SendAsync("DELETE", Deployments + "/web");
        await client.WaitAsync($"/api/v1/namespaces/default/pods?resourceVersion={before["metadata"]!["resourceVersion"]}", c => c["type"]!.ToString() == "DELETED");
        await client.WaitAsync($"/apis/apps/v1/namespaces/default/replicasets?resourceVersion={before["metadata"]!["resourceVersion"]}", c => c["type"]!.ToString() == "DELETED");

        (await client.SendAsync("GET", Deployments + "/web")).Status.Should().Be(404);
    }

    [Fact]
    public async Task Namespaces_Deleted_ContentGoesFirst()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.Namespaces, Namespaces = ["apps"] }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", "/api/v1/namespaces/apps/configmaps", """{"metadata":{"name":"a"}}""");
        var (_, list) = await client.SendAsync("GET", "/api/v1/namespaces");

        await client.SendAsync("DELETE", "/api/v1/namespaces/apps");
        await client.WaitAsync($"/api/v1/namespaces?resourceVersion={list["metadata"]!["resourceVersion"]}", c => c["type"]!.ToString() == "DELETED");

        (await client.SendAsync("GET", "/api/v1/namespaces/apps/configmaps/a")).Status.Should().Be(404);
    }

    private static string? Reason(JsonNode change, string type) => (change["object"]!["status"]!["conditions"] as JsonArray)?
        .FirstOrDefault(c => c!["type"]!.ToString() == type)?["reason"]?.ToString();

    private static Func<JsonNode, bool> Rolled(string name, int replicas) => change =>
    {
        var root = change["object"]!;
        var status = root["status"]!;
        return root["metadata"]!["name"]!.ToString() == name
            && status["observedGeneration"]?.GetValue<int>() == root["metadata"]!["generation"]!.GetValue<int>()
            && status["readyReplicas"]?.GetValue<int>() == replicas && status["replicas"]?.GetValue<int>() == replicas && status["updatedReplicas"]?.GetValue<int>() == replicas;
    };

    private static string Deployment(string name, int replicas, string image) => $$$$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{{{name}}}}}"},
         "spec":{"replicas":{{{{{replicas}}}}},"selector":{"matchLabels":{"app":"{{{{{name}}}}}"}},
         "template":{"metadata":{"labels":{"app":"{{{{{name}}}}}"}},"spec":{"containers":[{"name":"c","image":"{{{{{image}}}}}"}]}}}}
        """;
}
