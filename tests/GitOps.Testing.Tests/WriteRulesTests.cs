namespace GitOps.Testing.Tests;

/// <summary>What writes may say, and what of it the API server listens to.</summary>
public sealed class WriteRulesTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    private const string Deployment = """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";
    private const string Merge = "application/merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    [Theory]
    [InlineData("null", 422)]
    [InlineData("", 400)]
    [InlineData("[]", 400)]
    [InlineData("\"x\"", 400)]
    [InlineData("5", 400)]
    [InlineData("{}", 422)]
    public async Task Create_OddBody_IsRefusedLikeARealServer(string body, int expected)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, _) = await client.SendAsync("POST", ConfigMaps, body);

        status.Should().Be(expected);
    }

    [Fact]
    public async Task Write_ClusterScopedWithANamespace_LosesIt()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string classes = "/apis/storage.k8s.io/v1/storageclasses";

        var (created, first) = await client.SendAsync("POST", classes, """{"metadata":{"name":"x","namespace":"n"},"provisioner":"p"}""");
        var (applied, second) = await client.SendAsync("PATCH", classes + "/x?fieldManager=m&force=true", """{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"x","namespace":"n"},"provisioner":"p"}""", Apply);
        var (deleted, _) = await client.SendAsync("DELETE", classes + "/x");

        (created, applied, deleted).Should().Be((201, 200, 200));
        first["metadata"]!["namespace"].Should().BeNull();
        second["metadata"]!["namespace"].Should().BeNull();
    }

    [Fact]
    public async Task Apply_OfAGeneratedName_IsRefused()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, _) = await client.SendAsync("PATCH", ConfigMaps + "/x?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"x-"}}""", Apply);

        status.Should().Be(400);
    }

    [Theory]
    [InlineData(Roles, """{"metadata":{"name":"x"}}""", 201)]
    [InlineData("/api/v1/namespaces/default/services", """{"metadata":{"name":"x"},"spec":{"ports":[{"port":80}]}}""", 201)]
    [InlineData("/apis/coordination.k8s.io/v1/namespaces/default/leases", """{"metadata":{"name":"x"}}""", 201)]
    [InlineData(ConfigMaps, """{"metadata":{"name":"x"}}""", 404)]
    public async Task Update_OfWhatIsMissing_CreatesSomeKinds(string path, string body, int expected)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, _) = await client.SendAsync("PUT", path + "/x", body);

        status.Should().Be(expected);
        (await client.SendAsync("GET", path + "/x")).Status.Should().Be(expected == 201 ? 200 : 404);
    }

    [Fact]
    public async Task Update_OfTheStatusWithoutRevision_IsRefusedWhereTheObjectIs()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
        await client.SendAsync("POST", budgets, """{"metadata":{"name":"b"},"spec":{"minAvailable":1}}""");

        var (whole, _) = await client.SendAsync("PUT", budgets + "/b", """{"metadata":{"name":"b"},"spec":{"minAvailable":2}}""");
        var (status, _) = await client.SendAsync("PUT", budgets + "/b/status", """{"metadata":{"name":"b"},"status":{"currentHealthy":1}}""");
        var (foreign, _) = await client.SendAsync("PUT", budgets + "/b", """{"metadata":{"name":"b","uid":"other"},"spec":{"minAvailable":2}}""");

        (whole, status, foreign).Should().Be((422, 422, 409));
    }

    [Theory]
    [InlineData("""{"status":{"replicas":-1}}""", "status.replicas status.availableReplicas status.readyReplicas status.updatedReplicas")]
    [InlineData("""{"status":{"replicas":1,"readyReplicas":2}}""", "status.readyReplicas")]
    [InlineData("""{"status":{"replicas":2,"readyReplicas":1,"availableReplicas":2}}""", "status.availableReplicas")]
    public async Task Status_OfADeployment_HasToAddUp(string patch, string fields)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", Deployments, Deployment);

        var (status, answer) = await client.SendAsync("PATCH", Deployments + "/d/status", patch, Merge);

        status.Should().Be(422);
        answer["details"]!["causes"]!.AsArray().Select(static c => c!["field"]!.ToString()).Should().BeEquivalentTo(fields.Split(' '));
    }

    [Fact]
    public async Task Status_OfAService_TakesAddressesOnly()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string services = "/api/v1/namespaces/default/services";
        await client.SendAsync("POST", services, """{"metadata":{"name":"s"},"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}""");

        var (bad, _) = await client.SendAsync("PATCH", services + "/s/status", """{"status":{"loadBalancer":{"ingress":[{"ip":"zz"}]}}}""", Merge);
        var (good, _) = await client.SendAsync("PATCH", services + "/s/status", """{"status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}}""", Merge);

        await client.SendAsync("POST", services, """{"metadata":{"name":"t"},"spec":{"ports":[{"port":80}]}}""");
        var (other, _) = await client.SendAsync("PATCH", services + "/t/status", """{"status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.5"}]}}}""", Merge);

        (bad, good, other).Should().Be((422, 200, 422));
    }

    [Theory]
    [InlineData("maybe", 200)]
    [InlineData("", 200)]
    [InlineData("false", 409)]
    [InlineData("0", 409)]
    public async Task Apply_Force_IsOnUnlessItSaysNo(string force, int expected)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("PATCH", ConfigMaps + "/c?fieldManager=a", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"k":"1"}}""", Apply);

        var (status, _) = await client.SendAsync("PATCH", $"{ConfigMaps}/c?fieldManager=b&force={force}", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"k":"2"}}""", Apply);

        status.Should().Be(expected);
    }

    [Fact]
    public async Task Delete_OfAnEventInTheForeground_WaitsForNothing()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string events = "/api/v1/namespaces/default/events";
        await client.SendAsync("POST", events, """{"metadata":{"name":"e","finalizers":["a.b/c"]},"involvedObject":{"kind":"Pod","name":"p","namespace":"default"}}""");

        await client.SendAsync("DELETE", events + "/e", """{"propagationPolicy":"Foreground"}""");

        var (_, left) = await client.SendAsync("GET", events + "/e");
        left["metadata"]!["finalizers"]!.ToJsonString().Should().Be("""["a.b/c"]""");
    }
}
