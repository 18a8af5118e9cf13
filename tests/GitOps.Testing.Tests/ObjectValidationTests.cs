using System.Globalization;
using GitOps.Testing;

namespace GitOps.Testing.Tests;

public sealed class ObjectValidationTests
{
    private const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Rules = """, "x-kubernetes-validations": [{"rule": "self.size > 1"}]""";

    [Fact]
    public async Task Create_SchemaWithRules_IsRefusedWithThePath()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (created, body) = await client.SendAsync("POST", Crds, Crd(Rules));
        var (applied, _) = await client.ApplyAsync(Crds + "/things.example.com", Crd(Rules));

        created.Should().Be(422);
        applied.Should().Be(422);
        var cause = body["details"]!["causes"]!.AsArray().Should().ContainSingle().Subject!;
        cause["field"]!.ToString().Should().Be("spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations");
        cause["message"]!.ToString().Should().Contain("does not evaluate CEL");
    }

    [Fact]
    public async Task Update_AddingRules_IsRefused()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var (created, _) = await client.ApplyAsync(Crds + "/things.example.com", Crd(""));

        var (applied, _) = await client.ApplyAsync(Crds + "/things.example.com", Crd(Rules));

        created.Should().Be(201);
        applied.Should().Be(422);
    }

    [Fact]
    public async Task Create_RulesIgnored_IsStoredWithThem()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { IgnoreCelRules = true }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, body) = await client.SendAsync("POST", Crds, Crd(Rules));

        status.Should().Be(201);
        body["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!["x-kubernetes-validations"]![0]!["rule"]!.ToString().Should().Be("self.size > 1");
    }

    [Theory]
    [InlineData("deployments", "Deployment")]
    [InlineData("replicasets", "ReplicaSet")]
    [InlineData("statefulsets", "StatefulSet")]
    public async Task Replicas_Negative_AreRefused(string plural, string kind)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var path = $"/apis/apps/v1/namespaces/default/{plural}";

        var (created, body) = await client.SendAsync("POST", path, Workload(kind, -1));
        var (good, _) = await client.SendAsync("POST", path, Workload(kind, 1));
        var (patched, _) = await client.SendAsync("PATCH", path + "/web", """{"spec":{"replicas":-1}}""", "application/merge-patch+json");

        created.Should().Be(422);
        var cause = body["details"]!["causes"]!.AsArray().Should().ContainSingle().Subject!;
        cause["field"]!.ToString().Should().Be("spec.replicas");
        cause["message"]!.ToString().Should().Contain("must be greater than or equal to 0");
        good.Should().Be(201);
        patched.Should().Be(422);
    }

    private static string Workload(string kind, int replicas) => """
        {"apiVersion":"apps/v1","kind":"KIND","metadata":{"name":"web"},"spec":{"replicas":REPLICAS,"selector":{"matchLabels":{"app":"web"}},
         "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}}}}
        """.Replace("KIND", kind, StringComparison.Ordinal).Replace("REPLICAS", replicas.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string Crd(string rules) => """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},
         "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
         "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}RULES}}}}}]}}
        """.Replace("RULES", rules, StringComparison.Ordinal);
}
