using System.Text.Json.Nodes;

namespace GitOps.Testing.Tests;

public sealed class InMemoryClusterTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Request_NoToken_IsUnauthorized()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var stranger = new HttpClient { BaseAddress = cluster.Url };

        using var refused = await stranger.GetAsync(new Uri(ConfigMaps, UriKind.Relative), TestContext.Current.CancellationToken);
        using var health = await stranger.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken);

        ((int)refused.StatusCode).Should().Be(401);
        ((int)health.StatusCode).Should().Be(200);
    }

    [Fact]
    public async Task Discovery_PlainAndAggregated_NameTheSameResources()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (_, plain) = await client.SendAsync("GET", "/apis/apps/v1");
        var (_, aggregated) = await client.SendAsync("GET", "/apis", accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");

        var names = plain["resources"]!.AsArray().Select(r => r!["name"]!.ToString()).Where(n => !n.Contains('/')).ToArray();
        names.Should().Contain(["deployments", "statefulsets", "daemonsets", "replicasets", "controllerrevisions"]);
        var apps = aggregated["items"]!.AsArray().Single(g => g!["metadata"]!["name"]!.ToString() == "apps")!["versions"]![0]!;
        apps["resources"]!.AsArray().Select(r => r!["resource"]!.ToString()).Should().BeEquivalentTo(names);
    }

    [Fact]
    public async Task List_WithLimit_ContinuesWhereItStopped()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        foreach (var name in (string[])["a", "b", "c"])
        {
            await client.SendAsync("POST", ConfigMaps, ConfigMap(name));
        }

        var (_, first) = await client.SendAsync("GET", ConfigMaps + "?limit=2");
        await client.SendAsync("DELETE", ConfigMaps + "/c");
        var (_, second) = await client.SendAsync("GET", $"{ConfigMaps}?limit=2&continue={first["metadata"]!["continue"]}");

        first["metadata"]!["remainingItemCount"]!.GetValue<int>().Should().Be(1);
        second["items"]![0]!["metadata"]!["name"]!.ToString().Should().Be("c", "pages show the list as it was when the first was read");
        second["metadata"]!["resourceVersion"]!.ToString().Should().Be(first["metadata"]!["resourceVersion"]!.ToString());
    }

    [Fact]
    public async Task Watch_AfterCompaction_IsExpired()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var (_, created) = await client.SendAsync("POST", ConfigMaps, ConfigMap("a"));
        await client.SendAsync("POST", ConfigMaps, ConfigMap("b"));

        cluster.Faults.Compact();
        var change = await client.WaitAsync($"{ConfigMaps}?resourceVersion={created["metadata"]!["resourceVersion"]}", _ => true);

        change["type"]!.ToString().Should().Be("ERROR");
        change["object"]!["code"]!.GetValue<int>().Should().Be(410);
    }

    [Fact]
    public async Task Watch_WithInitialEvents_EndsThemWithABookmark()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", ConfigMaps, ConfigMap("a"));

        var bookmark = await client.WaitAsync(
            $"{ConfigMaps}?sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan",
            c => c["type"]!.ToString() == "BOOKMARK");

        bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString().Should().Be("true");
    }

    [Fact]
    public async Task Faults_FailTwice_ThenLetThrough()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        using var fault = cluster.Faults.Fail(429, times: 2, request => request.Verb == "create");

        var answers = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            answers.Add((await client.SendAsync("POST", ConfigMaps, ConfigMap("a"))).Status);
        }

        answers.Should().Equal(429, 429, 201);
    }

    [Fact]
    public async Task Faults_CutAfter_WorkIsDone()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        using (cluster.Faults.CutAfter(times: 1))
        {
            var create = () => client.SendAsync("POST", ConfigMaps, ConfigMap("a"));
            await create.Should().ThrowAsync<HttpRequestException>();
        }

        (await client.SendAsync("GET", ConfigMaps + "/a")).Status.Should().Be(200);
    }

    [Fact]
    public async Task Rbac_UserWithoutBinding_IsForbiddenUntilBound()
    {
        await using var cluster = await InMemoryCluster.StartAsync(
            new InMemoryClusterOptions { Rbac = true, Users = new Dictionary<string, string> { ["secret-of-ann"] = "ann,devs" } },
            TestContext.Current.CancellationToken);
        using var admin = new ClusterClient(cluster);
        using var ann = new ClusterClient(cluster, "secret-of-ann");

        var before = await ann.SendAsync("GET", ConfigMaps);
        await admin.SendAsync("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", """{"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["list"]}]}""");
        await admin.SendAsync("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", """{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r","apiGroup":"rbac.authorization.k8s.io"},"subjects":[{"kind":"Group","name":"devs"}]}""");
        var after = await ann.SendAsync("GET", ConfigMaps);
        var impersonated = await admin.SendAsync("GET", "/api/v1/namespaces/default/secrets", header: ("Impersonate-User", "ann"));

        before.Status.Should().Be(403);
        after.Status.Should().Be(200);
        impersonated.Status.Should().Be(403);
    }

    [Fact]
    public async Task FieldValidation_UnknownField_WarnsOrRefuses()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        const string Body = """{"metadata":{"name":"x"},"dat":{"k":"v"}}""";

        (await client.SendAsync("POST", ConfigMaps + "?fieldValidation=Strict", Body)).Status.Should().Be(400);
        (await client.SendAsync("POST", ConfigMaps + "?fieldValidation=Warn", Body)).Status.Should().Be(201);
    }

    [Fact]
    public async Task Apply_YamlBody_IsRead()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, body) = await client.ApplyAsync(ConfigMaps + "/web", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  k: v\n");

        status.Should().Be(201);
        body["data"]!["k"]!.ToString().Should().Be("v");
    }

    [Fact]
    public async Task Https_Kubeconfig_CarriesTheAuthority()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Https = true }, TestContext.Current.CancellationToken);

        cluster.Url.Scheme.Should().Be("https");
        cluster.Kubeconfig.Should().Contain("certificate-authority-data: ");
    }

    [Fact]
    public async Task Crd_Deleted_TakesItsObjectsAlong()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var (created, crd) = await client.SendAsync("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer","default":3,"maximum":5}}}}}}}]}}
            """);
        var (thing, body) = await client.SendAsync("POST", "/apis/example.com/v1/namespaces/default/things", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"spec":{"other":1}}""");
        var (refused, _) = await client.SendAsync("POST", "/apis/example.com/v1/namespaces/default/things", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"u"},"spec":{"size":9}}""");
        await client.SendAsync("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com");
        var (gone, _) = await client.SendAsync("GET", "/apis/example.com/v1/namespaces/default/things");

        created.Should().Be(201);
        crd["spec"]!["names"]!["singular"]!.ToString().Should().Be("thing");
        thing.Should().Be(201);
        body["spec"]!.ToJsonString().Should().Be("""{"size":3}""");
        refused.Should().Be(422);
        gone.Should().Be(404);
    }

    [Fact]
    public async Task OpenApi_V3_TellsKubectlWhatItLooksFor()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (_, index) = await client.SendAsync("GET", "/openapi/v3");
        var (_, apps) = await client.SendAsync("GET", index["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!.ToString());

        var patch = apps["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!["patch"]!;
        patch["x-kubernetes-group-version-kind"]!["kind"]!.ToString().Should().Be("Deployment");
        patch["parameters"]!.AsArray().Select(p => p!["name"]!.ToString()).Should().Contain("fieldValidation");
        apps["components"]!["schemas"]!["io.k8s.api.apps.v1.Deployment"]!["properties"]!["spec"]!["$ref"]!.ToString().Should().EndWith("io.k8s.api.apps.v1.DeploymentSpec");
    }

    [Fact]
    public async Task Apply_ManyObjectsInParallel_AllArrive()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            (await client.ApplyAsync($"{ConfigMaps}/c{i}", $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c{{i}}"},"data":{"k":"v"}}""")).Status.Should().Be(201));
        var (_, list) = await client.SendAsync("GET", ConfigMaps);

        list["items"]!.AsArray().Should().HaveCount(200);
        list["items"]!.AsArray().Select(i => i!["metadata"]!["resourceVersion"]!.ToString()).Should().OnlyHaveUniqueItems();
    }

    private static string ConfigMap(string name) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject { ["k"] = "v" },
    }.ToJsonString();
}
