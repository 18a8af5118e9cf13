using System.Text.Json.Nodes;
using GitOps.Testing;

namespace GitOps.Testing.Tests;

/// <summary>What the server fills in for kinds beside the workloads.</summary>
public sealed class KindDefaultsTests
{
    private const string Services = "/api/v1/namespaces/default/services";

    [Theory]
    [InlineData("/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas", """{"priorityLevelConfiguration":{"name":"x"} }""", "matchingPrecedence", "1000")]
    [InlineData("/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", """{"type":"Limited","limited":{"limitResponse":{"type":"Reject"} } }""", "limited.nominalConcurrencyShares", "30")]
    [InlineData("/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", """{"type":"Limited","limited":{"limitResponse":{"type":"Queue","queuing":{"queues":16} } } }""", "limited.limitResponse.queuing.handSize", "8")]
    [InlineData("/apis/resource.k8s.io/v1/namespaces/default/resourceclaims", """{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c"} }]} }""", "devices.requests.0.exactly.count", "1")]
    [InlineData("/apis/batch/v1/namespaces/default/jobs", """{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]} },"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"X"}]}]} }""", "podFailurePolicy.rules.0.onPodConditions.0.status", "True")]
    [InlineData(Services, """{"clusterIP":"None","ports":[{"port":80}]}""", "ipFamilyPolicy", "RequireDualStack")]
    [InlineData(Services, """{"clusterIP":"None","ports":[{"port":80}]}""", "ipFamilies.1", "IPv6")]
    [InlineData(Services, """{"clusterIP":"None","ports":[{"port":80}],"ipFamilies":["IPv6"]}""", "ipFamilies.1", "IPv4")]
    [InlineData(Services, """{"clusterIP":"None","selector":{"a":"b"},"ports":[{"port":80}]}""", "ipFamilyPolicy", "SingleStack")]
    [InlineData(Services, """{"ports":[{"port":80}],"ipFamilyPolicy":"PreferDualStack"}""", "ipFamilies.0", "IPv4")]
    public async Task Create_FieldLeftOut_HasTheDefault(string path, string spec, string field, string expected)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, body) = await client.SendAsync("POST", path, $$$"""{"metadata":{"name":"x"},"spec":{{{spec}}} }""");

        status.Should().Be(201, body.ToJsonString());
        Find(body["spec"], field)!.ToString().Should().Be(expected);
    }

    [Fact]
    public async Task Create_TheExemptPriorityLevel_HasItsDefaults()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, body) = await client.SendAsync("POST", "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", """{"metadata":{"name":"exempt"},"spec":{"type":"Exempt","exempt":{}}}""");

        status.Should().Be(201, body.ToJsonString());
        Find(body["spec"], "exempt.lendablePercent")!.ToString().Should().Be("0");
    }

    [Theory]
    [InlineData("""{"ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]}""", "spec.ipFamilyPolicy")]
    [InlineData("""{"ipFamilies":["IPv6"],"ports":[{"port":80}]}""", "spec.ipFamilies[0]")]
    [InlineData("""{"ipFamilies":["IPv4","IPv4"],"ports":[{"port":80}]}""", "spec.ipFamilies[1]")]
    [InlineData("""{"ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"SingleStack","ports":[{"port":80}]}""", "spec.ipFamilyPolicy")]
    [InlineData("""{"ipFamilyPolicy":"Both","ports":[{"port":80}]}""", "spec.ipFamilyPolicy")]
    public async Task Create_ServiceWithFamiliesTheClusterHasNot_IsRefused(string spec, string field)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, body) = await client.SendAsync("POST", Services, $$$"""{"metadata":{"name":"x"},"spec":{{{spec}}} }""");

        status.Should().Be(422);
        body["details"]!["causes"]!.AsArray().Select(static c => c!["field"]!.ToString()).Should().Contain(field);
    }

    private static JsonNode? Find(JsonNode? node, string path) =>
        path.Split('.').Aggregate(node, static (at, step) => at is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : at?[step]);
}
