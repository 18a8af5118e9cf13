namespace GitOps.Testing.Tests;

public sealed class DeletionTests
{
    private const string Owner = "/api/v1/namespaces/default/configmaps/owner";
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Dependant = "/api/v1/namespaces/default/configmaps/dependant";

    [Fact]
    public async Task Delete_Orphan_LeavesTheDependantAlone()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.GarbageCollection }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var revision = await FamilyAsync(client);

        await client.SendAsync("DELETE", Owner, """{"propagationPolicy":"Orphan"}""");
        await client.WaitAsync($"/api/v1/namespaces/default/configmaps?resourceVersion={revision}", static c => c["type"]!.ToString() == "DELETED");
        var (status, dependant) = await client.SendAsync("GET", Dependant);

        status.Should().Be(200);
        dependant["metadata"]!["ownerReferences"].Should().BeNull();
    }

    [Fact]
    public async Task Delete_Foreground_OwnerGoesLast()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.GarbageCollection }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var revision = await FamilyAsync(client);
        var gone = new List<string>();

        await client.SendAsync("DELETE", Owner, """{"propagationPolicy":"Foreground"}""");
        await client.WaitAsync($"/api/v1/namespaces/default/configmaps?resourceVersion={revision}", c =>
        {
            if (c["type"]!.ToString() == "DELETED")
            {
                gone.Add(c["object"]!["metadata"]!["name"]!.ToString());
            }

            return gone.Count == 2;
        });

        gone.Should().Equal("dependant", "owner");
    }

    [Fact]
    public async Task Delete_KindsOfOld_OrphanUnlessTold()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string jobs = "/apis/batch/v1/namespaces/default/jobs";
        const string job = """{"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}""";
        await client.SendAsync("POST", jobs, job);

        var (_, waiting) = await client.SendAsync("DELETE", jobs + "/j");
        await client.SendAsync("PATCH", jobs + "/j", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await client.SendAsync("POST", jobs, job);
        await client.SendAsync("DELETE", jobs + "/j", """{"propagationPolicy":"Background"}""");

        waiting["metadata"]!["finalizers"]![0]!.ToString().Should().Be("orphan");
        (await client.SendAsync("GET", jobs + "/j")).Status.Should().Be(404);
    }

    [Fact]
    public async Task Delete_Answers_WithTheObjectOrAStatus()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"a"}}""");
        await client.SendAsync("POST", "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""");

        (await client.SendAsync("DELETE", "/api/v1/namespaces/default/serviceaccounts/a")).Body["kind"]!.ToString().Should().Be("ServiceAccount");
        (await client.SendAsync("DELETE", "/api/v1/namespaces/default/configmaps/a")).Body["kind"]!.ToString().Should().Be("Status");
        (await client.SendAsync("DELETE", "/api/v1/namespaces/default")).Status.Should().Be(403);
    }

    [Fact]
    public async Task Faults_Conflict_IsAnsweredOnce()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        using var fault = cluster.Faults.Fail(409, times: 1, match: static r => r is { Verb: "create", Resource: "configmaps" });

        var (first, body) = await client.SendAsync("POST", "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""");
        var (second, _) = await client.SendAsync("POST", "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""");

        first.Should().Be(409);
        body["reason"]!.ToString().Should().Be("Conflict");
        second.Should().Be(201);
    }

    [Fact]
    public async Task Delete_PodThatNoNodeRuns_IsMarkedAndGoesAtOnce()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var (_, made) = await client.SendAsync("POST", Pods, Pod(""));

        var (_, last) = await client.SendAsync("DELETE", Pods + "/p?gracePeriodSeconds=5");
        var marked = await client.WaitAsync($"{Pods}?resourceVersion={made["metadata"]!["resourceVersion"]}", static _ => true);

        last["metadata"]!["deletionGracePeriodSeconds"]!.GetValue<int>().Should().Be(0, "nobody would stop it");
        last["metadata"]!["deletionTimestamp"].Should().NotBeNull();
        last["metadata"]!["generation"]!.GetValue<int>().Should().Be(2);
        marked["type"]!.ToString().Should().Be("MODIFIED", "a watch sees the mark before the end");
        (await client.SendAsync("GET", Pods + "/p")).Status.Should().Be(404);
    }

    [Fact]
    public async Task Delete_PodUnderGracefulDeletion_CanOnlyBeShortened()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", Pods, Pod(",\"nodeName\":\"n\""));

        async Task<(int? Grace, bool Finalizers)> DeleteAsync(string query, string? body = null)
        {
            var (_, pod) = await client.SendAsync("DELETE", Pods + "/p" + query, body);
            return (pod["metadata"]?["deletionGracePeriodSeconds"]?.GetValue<int>(), pod["metadata"]?["finalizers"] is not null);
        }

        (await DeleteAsync("")).Should().Be((30, false));
        (await DeleteAsync("?gracePeriodSeconds=40")).Should().Be((30, false));
        (await DeleteAsync("?gracePeriodSeconds=5")).Should().Be((5, false));
        (await DeleteAsync("", """{"propagationPolicy":"Foreground"}""")).Should().Be((5, false), "how it goes was settled when it began");
        (await DeleteAsync("?gracePeriodSeconds=0")).Should().Be((0, false));
        (await client.SendAsync("GET", Pods + "/p")).Status.Should().Be(404);
    }

    private static string Pod(string spec) => $$$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]{{{spec}}}} }""";

    private static async Task<string> FamilyAsync(ClusterClient client)
    {
        var (_, owner) = await client.SendAsync("POST", "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"owner"}}""");
        var (_, dependant) = await client.SendAsync("POST", "/api/v1/namespaces/default/configmaps", $$$"""
            {"metadata":{"name":"dependant","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{{owner["metadata"]!["uid"]}}}","blockOwnerDeletion":true}]}}
            """);
        return dependant["metadata"]!["resourceVersion"]!.ToString();
    }
}
