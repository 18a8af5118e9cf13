using GitOps.Testing;

namespace GitOps.Testing.Tests;

/// <summary>A CRD that became stricter does not lock anybody out of objects that were valid before.</summary>
public sealed class SchemaRatchetingTests
{
    private const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Things = "/apis/example.com/v1/namespaces/default/things";
    private const string Merge = "application/merge-patch+json";

    [Theory]
    [InlineData("""{"metadata":{"labels":{"a":"b"} } }""", 200)] // the spec did not change
    [InlineData("""{"spec":{"note":"new"} }""", 200)] // another field of the same map did
    [InlineData("""{"spec":{"name":"LONGER"} }""", 422)] // wrong before, and still wrong with another value
    [InlineData("""{"spec":{"name":"fine"} }""", 200)]
    [InlineData("""{"spec":{"parts":[{"key":"a","size":99,"extra":"x"},{"key":"b","size":1}]} }""", 200)] // found again by its key
    [InlineData("""{"spec":{"parts":[{"key":"c","size":99}]} }""", 422)] // a new item
    [InlineData("""{"spec":{"plain":["TOO","small"]} }""", 422)] // an item of a list without keys cannot be found again
    [InlineData("""{"spec":{"values":{"x":"LOUD","y":"new"} } }""", 200)]
    [InlineData("""{"spec":{"values":{"x":"LOUD","y":"NEW"} } }""", 422)]
    public async Task Update_ObjectThatAStricterSchemaRefuses_ToleratesWhatDidNotChange(string patch, int expected)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var (installed, _) = await client.ApplyAsync(Crds + "/things.example.com", Crd("", ""));
        var (created, _) = await client.SendAsync("POST", Things, """
            {"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"spec":{"name":"LOUD","parts":[{"key":"a","size":99},{"key":"b","size":1}],"plain":["TOO"],"values":{"x":"LOUD"} } }
            """);
        var (tightened, _) = await client.ApplyAsync(Crds + "/things.example.com", Crd(""","pattern":"^[a-z]*$" """, ""","maximum":10"""));

        var (status, body) = await client.SendAsync("PATCH", Things + "/t", patch, Merge);

        (installed, created, tightened).Should().Be((201, 201, 200));
        status.Should().Be(expected, body.ToJsonString());
    }

    [Fact]
    public async Task Create_UnderTheStricterSchema_IsRefused()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.ApplyAsync(Crds + "/things.example.com", Crd(""","pattern":"^[a-z]*$" """, ""));

        var (status, _) = await client.SendAsync("POST", Things, """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"spec":{"name":"LOUD"} }""");

        status.Should().Be(422);
    }

    private static string Crd(string text, string number) => $$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
         "names":{"plural":"things","singular":"thing","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
          "name":{"type":"string"{{{text}}}},"note":{"type":"string"},
          "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["key"],"items":{"type":"object","required":["key"],"properties":{"key":{"type":"string"},"size":{"type":"integer"{{{number}}}},"extra":{"type":"string"} } } },
          "plain":{"type":"array","items":{"type":"string"{{{text}}}} },
          "values":{"type":"object","additionalProperties":{"type":"string"{{{text}}}} } } } } } } } ] } }
        """;
}
