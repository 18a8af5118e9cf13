using System.Net;
using GitOps.Kubernetes.Client;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Kubernetes.Tests.Client;

public sealed class DiscoveryTests
{
    private const string Core = """{"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","resources":[{"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced"}]}]}]}""";

    private static readonly KubernetesOptions s_noRetries = new() { MaxRetries = 0 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_AggregatedDiscovery_NeedsTwoRequestsForAllKinds()
    {
        var api = new ScriptedApi((request, _) => ScriptedApi.Json(request.RequestUri!.AbsolutePath == "/api" ? Core : Groups(("apps", "v1", "deployments", "Deployment", "Current"))));
        using var discovery = new Discovery(api.Client(TimeProvider.System, s_noRetries), TimeProvider.System);

        (await discovery.FindAsync("apps/v1", "Deployment", Token)).Resource.Should().Be(new ApiResource("apps", "v1", "Deployment", "deployments", true));
        (await discovery.FindAsync("v1", "Pod", Token)).Resource!.Plural.Should().Be("pods");
        (await discovery.FindAsync(new GroupKind("apps", "Deployment"), "v1beta1", Token)).Resource!.Version.Should().Be("v1", "an inventory may name a version that is gone");

        api.Requests.Should().Equal("GET /apis", "GET /api");
    }

    [Fact]
    public async Task Find_OldServer_AsksForTheGroupVersionThatIsWantedOnly()
    {
        var api = new ScriptedApi((request, _) => request.RequestUri!.AbsolutePath switch
        {
            "/apis" => ScriptedApi.Json("""{"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1"}],"preferredVersion":{"groupVersion":"apps/v1"}},{"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1beta1"}]}]}"""),
            "/apis/apps/v1" => ScriptedApi.Json("""{"kind":"APIResourceList","resources":[{"name":"deployments","kind":"Deployment","namespaced":true},{"name":"deployments/scale","kind":"Scale","namespaced":true}]}"""),
            _ => ScriptedApi.Refusal(HttpStatusCode.ServiceUnavailable),
        });
        using var discovery = new Discovery(api.Client(TimeProvider.System, s_noRetries), TimeProvider.System);

        (await discovery.FindAsync("apps/v1", "Deployment", Token)).Resource!.Plural.Should().Be("deployments");
        (await discovery.FindAsync("apps/v1", "Deployment", Token)).Error.Should().BeNull();

        api.Requests.Should().Equal("GET /apis", "GET /apis/apps/v1");
        (await discovery.FindAsync("metrics.k8s.io/v1beta1", "PodMetrics", Token)).Error!.StatusCode.Should().Be(503, "a broken API is not the same as a missing kind");
    }

    [Fact]
    public async Task Find_KindOfAStaleApi_IsAnErrorAndNotAMissingKind()
    {
        var api = new ScriptedApi((request, _) => request.RequestUri!.AbsolutePath switch
        {
            "/api" => ScriptedApi.Json(Core),
            "/apis" => ScriptedApi.Json(Groups(("apps", "v1", "deployments", "Deployment", "Current"), ("metrics.k8s.io", "v1beta1", "", "", "Stale"))),
            _ => ScriptedApi.Refusal(HttpStatusCode.ServiceUnavailable),
        });
        using var discovery = new Discovery(api.Client(TimeProvider.System, s_noRetries), new FakeTimeProvider());

        (await discovery.FindAsync("apps/v1", "Deployment", Token)).Resource.Should().NotBeNull("one broken API stops no other");
        var (resource, error) = await discovery.FindAsync(new GroupKind("metrics.k8s.io", "PodMetrics"), "v1beta1", Token);

        resource.Should().BeNull();
        error!.StatusCode.Should().Be(503);
    }

    [Fact]
    public async Task Find_KindThatAppears_IsFoundAfterAShortWhileWithoutARestart()
    {
        var time = new FakeTimeProvider();
        var exists = false;
        var api = new ScriptedApi((request, _) => ScriptedApi.Json(request.RequestUri!.AbsolutePath == "/api" ? Core : exists ? Groups(("e.io", "v1", "widgets", "Widget", "Current")) : Groups()));
        using var discovery = new Discovery(api.Client(time, s_noRetries), time);
        (await discovery.FindAsync("e.io/v1", "Widget", Token)).Should().Be((null, null));

        exists = true;
        var before = api.Requests.Count;
        (await discovery.FindAsync("e.io/v1", "Widget", Token)).Resource.Should().BeNull();
        api.Requests.Should().HaveCount(before, "unknown kinds must not make a request each");
        time.Advance(TimeSpan.FromSeconds(5));
        (await discovery.FindAsync("e.io/v1", "Widget", Token)).Resource!.Plural.Should().Be("widgets");

        exists = false;
        discovery.Invalidate();
        (await discovery.FindAsync("e.io/v1", "Widget", Token)).Resource.Should().BeNull("a written definition makes it look again at once");
    }

    [Fact]
    public async Task Find_ServerFails_IsAnErrorAndTheNextCallTriesAgain()
    {
        var up = false;
        var api = new ScriptedApi((request, _) => up ? ScriptedApi.Json(request.RequestUri!.AbsolutePath == "/api" ? Core : Groups()) : throw new HttpRequestException("Connection refused"));
        using var discovery = new Discovery(api.Client(TimeProvider.System, s_noRetries), TimeProvider.System);

        (await discovery.FindAsync("v1", "Pod", Token)).Error!.IsUnreachable.Should().BeTrue();
        up = true;
        (await discovery.FindAsync("v1", "Pod", Token)).Resource.Should().NotBeNull();
    }

    private static string Groups(params (string Group, string Version, string Plural, string Kind, string Freshness)[] groups) =>
        $$"""{"kind":"APIGroupDiscoveryList","items":[{{string.Join(',', groups.Select(g => $$"""
            {"metadata":{"name":"{{g.Group}}"},"versions":[{"version":"{{g.Version}}","freshness":"{{g.Freshness}}","resources":[{{(g.Plural.Length == 0 ? "" : $$"""{"resource":"{{g.Plural}}","responseKind":{"kind":"{{g.Kind}}"},"scope":"Namespaced"}""")}}]}]}
            """))}}]}""";
}
