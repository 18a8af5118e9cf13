namespace GitOps.Testing.Tests;

public sealed class VersionTests
{
    [Fact]
    public async Task Autoscaler_CreatedInOldVersion_IsReadInTheNewOne()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        await client.SendAsync("POST", "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers", """
            {"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},"maxReplicas":3,"targetCPUUtilizationPercentage":50}}
            """);
        var (_, now) = await client.SendAsync("GET", "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h");
        var (_, old) = await client.SendAsync("GET", "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h");

        now["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]!.GetValue<int>().Should().Be(50);
        old["spec"]!["targetCPUUtilizationPercentage"]!.GetValue<int>().Should().Be(50);
        old["metadata"]!["uid"]!.ToString().Should().Be(now["metadata"]!["uid"]!.ToString());
    }

    [Fact]
    public async Task Crd_TwoVersions_ShowOneObject()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string schema = """{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"}}}}}}""";
        await client.SendAsync("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", $$$"""
            {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{{{schema}}}},{"name":"v2","served":true,"storage":false,"schema":{{{schema}}}},{"name":"v3","served":false,"storage":false,"schema":{{{schema}}}}]}}
            """);

        var (created, _) = await client.SendAsync("POST", "/apis/example.com/v2/namespaces/default/things", """{"apiVersion":"example.com/v2","kind":"Thing","metadata":{"name":"t"},"spec":{"a":"x","b":"y"}}""");
        var (_, first) = await client.SendAsync("GET", "/apis/example.com/v1/namespaces/default/things/t");
        var (unserved, _) = await client.SendAsync("GET", "/apis/example.com/v3/namespaces/default/things/t");

        created.Should().Be(201);
        first["apiVersion"]!.ToString().Should().Be("example.com/v1");
        first["spec"]!.ToJsonString().Should().Be("""{"a":"x"}""");
        unserved.Should().Be(404);
    }

    [Fact]
    public async Task CustomObject_ReplacedWithoutItsRevision_IsRefused()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """);
        const string thing = """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"}}""";
        await client.SendAsync("POST", "/apis/example.com/v1/namespaces/default/things", thing);

        var (status, answer) = await client.SendAsync("PUT", "/apis/example.com/v1/namespaces/default/things/t", thing);

        status.Should().Be(422);
        answer["details"]!["causes"]![0]!["field"]!.ToString().Should().Be("metadata.resourceVersion");
    }
}
