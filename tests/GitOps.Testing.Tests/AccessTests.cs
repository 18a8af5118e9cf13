namespace GitOps.Testing.Tests;

public sealed class AccessTests
{
    private const string Reviews = "/apis/authorization.k8s.io/v1";

    [Fact]
    public async Task Impersonation_WithRbac_IsCheckedAsTheOtherUser()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Rbac = true }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", """{"metadata":{"name":"reader"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""");
        await client.SendAsync("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", """{"metadata":{"name":"reader"},"roleRef":{"kind":"Role","name":"reader"},"subjects":[{"kind":"User","name":"bob"}]}""");

        var (pods, _) = await client.SendAsync("GET", "/api/v1/namespaces/default/pods/none", header: ("Impersonate-User", "bob"));
        var (secrets, _) = await client.SendAsync("GET", "/api/v1/namespaces/default/secrets/none", header: ("Impersonate-User", "bob"));

        pods.Should().Be(404);
        secrets.Should().Be(403);
    }

    [Fact]
    public async Task SubjectAccessReview_WithRbac_Decides()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Rbac = true }, TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string spec = """{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"default"}}""";

        var (_, own) = await client.SendAsync("POST", Reviews + "/selfsubjectaccessreviews", $$"""{"spec":{{spec}}}""");
        var (_, other) = await client.SendAsync("POST", Reviews + "/subjectaccessreviews", $$"""{"spec":{"user":"bob",{{spec[1..]}}}""");
        var (nobody, answer) = await client.SendAsync("POST", Reviews + "/subjectaccessreviews", $$"""{"spec":{{spec}}}""");

        own["status"]!["allowed"]!.GetValue<bool>().Should().BeTrue();
        other["status"]!["allowed"]!.GetValue<bool>().Should().BeFalse();
        nobody.Should().Be(422);
        answer["details"]!["causes"]![0]!["field"]!.ToString().Should().Be("spec.user");
    }
}
