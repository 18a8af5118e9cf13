using System.Text.Json.Nodes;

namespace GitOps.Testing.Tests;

/// <summary>What the server's own types make of absent keys, empty lists and features that are off.</summary>
public sealed class ServerFormTests
{
    private const string Apply = "application/apply-patch+yaml";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";

    private static string Deployment(string pod) =>
        $$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{{{pod}}} } } }""";

    [Fact]
    public async Task Apply_ItemWithoutItsKey_HasTheEmptyKey()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, body) = await client.SendAsync("PATCH", Deployments + "/x?fieldManager=m", Deployment("""{"imagePullSecrets":[{}],"containers":[{"name":"c","image":"i"}]}"""), Apply);

        status.Should().Be(201, body.ToJsonString());
        body["metadata"]!["managedFields"]!.ToJsonString().Should().Contain("name\\u0022:\\u0022\\u0022");
    }

    [Fact]
    public async Task Apply_ContainerWithoutName_IsInvalidAndNotUnreadable()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, body) = await client.SendAsync("PATCH", Deployments + "/x?fieldManager=m", Deployment("""{"containers":[{"image":"i"}]}"""), Apply);

        status.Should().Be(422, body.ToJsonString());
        body["details"]!["causes"]![0]!["field"]!.ToString().Should().Be("spec.template.spec.containers[0].name");
    }

    [Fact]
    public async Task Create_EmptyListWhereNothingIsNull_IsOwnedAndNull()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (_, role) = await client.SendAsync("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", """{"metadata":{"name":"x"},"rules":[]}""");

        role["rules"].Should().BeNull();
        role["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString().Should().Be("""{"f:rules":{}}""");
    }

    [Fact]
    public async Task Create_FieldsOfFeaturesThatAreOff_AreDropped()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (_, deployment) = await client.SendAsync("POST", Deployments, Deployment("""{"containers":[{"name":"c","image":"i","lifecycle":{"stopSignal":"SIGTERM"}}]}"""));

        deployment["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject().ContainsKey("lifecycle").Should().BeFalse();
    }

    [Fact]
    public async Task Update_WithEmptyManagedFields_ForgetsWhoOwnsWhat()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", Maps, """{"metadata":{"name":"x"},"data":{"a":"1"}}""");

        var (status, map) = await client.SendAsync("PUT", Maps + "/x", """{"metadata":{"name":"x","managedFields":[]},"data":{"a":"2"}}""");

        status.Should().Be(200);
        map["metadata"]!.AsObject().ContainsKey("managedFields").Should().BeFalse();
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"$patch":"replace","a":"b"}}}""", 200)]
    [InlineData("""{"spec":{"template":{"spec":{"volumes":[{"$patch":"merge","name":"v"}]}}}}""", 200)]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"$patch":"merge","name":"c"}]}}}}""", 500)]
    [InlineData("""{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"d"}],"containers":[{"name":"c","image":"i"}]}}}}""", 500)]
    public async Task StrategicPatch_Directive_IsTakenOnlyWhereThereIsSomethingToMerge(string patch, int expected)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", Deployments, Deployment("""{"containers":[{"name":"c","image":"i"}]}"""));

        var (status, body) = await client.SendAsync("PATCH", Deployments + "/x", patch, Strategic);

        status.Should().Be(expected, body.ToJsonString());
        if (expected == 200)
        {
            body["metadata"]!["generation"]!.GetValue<int>().Should().Be(1);
        }
    }

    [Theory]
    [InlineData("limit=1&resourceVersion=0", 3)]
    [InlineData("limit=1", 1)]
    public async Task List_WithLimit_IsCutUnlessAnyStateWillDo(string query, int expected)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        foreach (var name in (string[])["a", "b", "c"])
        {
            await client.SendAsync("POST", Maps, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["mine"] = "yes" } } }.ToJsonString());
        }

        var (_, list) = await client.SendAsync("GET", Maps + "?labelSelector=mine&" + query);

        list["items"]!.AsArray().Should().HaveCount(expected);
    }
}
