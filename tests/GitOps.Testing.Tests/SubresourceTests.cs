namespace GitOps.Testing.Tests;

public sealed class SubresourceTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Pod = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    [Fact]
    public async Task Eviction_OfAPod_RemovesIt()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", Pods, Pod);

        var (other, _) = await client.SendAsync("POST", Pods + "/p/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"q"}}""");
        var (evicted, _) = await client.SendAsync("POST", Pods + "/p/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""");

        other.Should().Be(400);
        evicted.Should().Be(201);
        (await client.SendAsync("GET", Pods + "/p")).Status.Should().Be(404);
    }

    [Fact]
    public async Task Scale_PatchThatLeavesNoScale_IsThePatchesFault()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string deployments = "/apis/apps/v1/namespaces/default/deployments";
        await client.SendAsync("POST", deployments, """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");

        var (patched, why) = await client.SendAsync("PATCH", deployments + "/d/scale", """{"spec":{"replicas":"many"}}""", "application/merge-patch+json");
        var (replaced, _) = await client.SendAsync("PUT", deployments + "/d/scale", """{"metadata":{"name":"d"},"spec":{"replicas":"many"}}""");

        patched.Should().Be(422);
        why["details"]!["causes"]![0]!["field"]!.ToString().Should().Be("patch");
        replaced.Should().Be(400);
    }

    [Fact]
    public async Task Binding_OfAPod_SchedulesItOnce()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", Pods, Pod);
        const string binding = """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""";

        var (first, _) = await client.SendAsync("POST", Pods + "/p/binding", binding);
        var (second, _) = await client.SendAsync("POST", Pods + "/p/binding", binding);
        var (_, pod) = await client.SendAsync("GET", Pods + "/p");

        first.Should().Be(201);
        second.Should().Be(409);
        pod["spec"]!["nodeName"]!.ToString().Should().Be("n");
        pod["status"]!["conditions"]![0]!["type"]!.ToString().Should().Be("PodScheduled");
    }

    [Fact]
    public async Task Token_OfAServiceAccount_AuthenticatesAsIt()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");

        var (status, answer) = await client.SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts/robot/token", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}""");
        var token = answer["status"]!["token"]!.ToString();
        using var robot = new ClusterClient(cluster, token);
        var (_, who) = await robot.SendAsync("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""");
        var (_, review) = await client.SendAsync("POST", "/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{{token}}}"}}""");

        status.Should().Be(201);
        who["status"]!["userInfo"]!["username"]!.ToString().Should().Be("system:serviceaccount:default:robot");
        review["status"]!["authenticated"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task SigningRequest_Approved_KeepsTheCondition()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var pem = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=bob", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        const string requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
        var (created, request) = await client.SendAsync("POST", requests, $$$"""
            {"metadata":{"name":"bob"},"spec":{"request":"{{{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(pem))}}}","signerName":"example.com/signer","usages":["client auth"]}}
            """);

        var (approved, _) = await client.SendAsync("PATCH", requests + "/bob/approval", """{"status":{"conditions":[{"type":"Approved","status":"True","reason":"Test"}]}}""", "application/merge-patch+json");
        var (_, after) = await client.SendAsync("GET", requests + "/bob");

        created.Should().Be(201);
        request["spec"]!["username"]!.ToString().Should().Be("kubernetes-admin");
        approved.Should().Be(200);
        after["status"]!["conditions"]![0]!["type"]!.ToString().Should().Be("Approved");
    }
}
