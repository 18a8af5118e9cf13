using GitOps.Testing;

namespace GitOps.Testing.Tests;

/// <summary>The OpenAPI v2 document in the form that older kubectl versions ask for.</summary>
public sealed class OpenApiProtobufTests
{
    [Theory]
    [InlineData("application/com.github.proto-openapi.spec.v2@v1.0+protobuf")]
    [InlineData("application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    public async Task Get_AskedForProtobuf_DescribesTheKinds(string accept)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v2");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var document = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        response.Content.Headers.ContentType!.ToString().Should().Be("application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
        Text(document, 1).Should().Be("2.0");
        var configMap = Named(Messages(document, 9).Single(), 1, "io.k8s.api.core.v1.ConfigMap");
        Named(Messages(configMap, 25).Single(), 1, "data").Should().NotBeEmpty();
        Text(Named(configMap, 31, "x-kubernetes-group-version-kind"), 2).Should().Contain("\"kind\":\"ConfigMap\"");
        var containers = Named(Messages(Named(Messages(document, 9).Single(), 1, "io.k8s.api.core.v1.PodSpec"), 25).Single(), 1, "containers");
        Text(Named(containers, 31, "x-kubernetes-patch-merge-key"), 2).Should().Be("\"name\"");
        var patch = Messages(Named(Messages(document, 8).Single(), 2, "/api/v1/namespaces/{namespace}/configmaps/{name}"), 8).Single();
        Messages(patch, 8).Select(static p => Text(Messages(Messages(Messages(p, 1).Single(), 2).Single(), 3).Single(), 4)).Should().Contain(["dryRun", "fieldValidation"]);
    }

    [Fact]
    public async Task Get_AskedForJson_RefersToDefinitionsThatAreThere()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (_, document) = await client.SendAsync("GET", "/openapi/v2");

        var definitions = document["definitions"]!.AsObject();
        var reference = definitions["io.k8s.api.apps.v1.Deployment"]!["properties"]!["spec"]!["$ref"]!.ToString();
        definitions.ContainsKey(reference["#/definitions/".Length..]).Should().BeTrue();
    }

    private static byte[] Named(byte[] message, int number, string name) => Messages(message, number).Where(m => Text(m, 1) == name).Select(static m => Messages(m, 2).Single()).Single();

    private static string Text(byte[] message, int number) => System.Text.Encoding.UTF8.GetString(Messages(message, number).Single());

    private static List<byte[]> Messages(byte[] message, int number)
    {
        List<byte[]> found = [];
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number == number)
            {
                found.Add(reader.Bytes.ToArray());
            }
        }

        return found;
    }
}
