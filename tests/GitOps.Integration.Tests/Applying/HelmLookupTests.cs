using GitOps.Helm;
using GitOps.Helm.Tests.Charts;
using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes.Reading;

namespace GitOps.Integration.Tests.Applying;

/// <summary>The template function <c>lookup</c> on servers that check rights: it sees what the release's service account may see.</summary>
public abstract class HelmLookupTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    private static readonly Kubernetes.Client.ApiResource s_secrets = new("", "v1", "Secret", "secrets", true);

    private string Account => $"{Unique}/deployer";

    [Fact]
    public async Task Lookup_WhatTheAccountMayRead_IsRendered()
    {
        await PrepareAsync();

        var result = await RenderAsync($$$"""
              found: {{ (lookup "v1" "ConfigMap" "{{{Unique}}}" "there").data.key | quote }}
              missing: {{ lookup "v1" "ConfigMap" "{{{Unique}}}" "gone" | toJson | quote }}
              unknown: {{ lookup "x.example.com/v1" "Nothing" "{{{Unique}}}" "gone" | toJson | quote }}
              names: {{ range (lookup "v1" "ConfigMap" "{{{Unique}}}" "").items }}{{ if hasPrefix "the" .metadata.name }}{{ .metadata.name }}{{ end }}{{ end }}
            """);

        result.Diagnostics.Should().BeEmpty();
        result.ReadsOutsideTheTree.Should().BeTrue("what was looked up is read anew at each reconciliation");
        result.Manifests.Should().ContainSingle().Which.Root.GetMap("data")!.Select(e => $"{e.Key}={((ScalarNode)e.Value).Text}").Should().Equal("found=live", "missing={}", "unknown={}", "names=there");
        var plan = await Applier.PlanAsync(new ApplyRequest(Unique, result.Manifests) { ServiceAccount = Account }, Token);
        plan.CanApply.Should().BeTrue("the account may also write it");
    }

    [Theory]
    [InlineData("charts", "get")]
    [InlineData("", "list")]
    public async Task Lookup_WhatTheAccountMayNotRead_FailsAndSaysWhoMayNot(string name, string verb)
    {
        await PrepareAsync();

        var result = await RenderAsync($$$"""
              stolen: {{ lookup "v1" "Secret" "{{{Unique}}}" "{{{name}}}" | toJson | quote }}
            """);

        result.Succeeded.Should().BeFalse();
        var message = result.Diagnostics.Should().ContainSingle().Which.Message;
        message.Should().Contain("demo/templates/t.yaml:7:").And.Contain("error calling lookup").And.Contain("forbidden")
            .And.Contain($"system:serviceaccount:{Unique}:deployer").And.Contain($"cannot {verb} resource \"secrets\"").And.NotContain("hidden");
    }

    [Fact]
    public async Task Lookup_WithoutAnAccount_ReadsAsTheHost()
    {
        await PrepareAsync();

        var result = await RenderAsync($$$"""
              found: {{ (lookup "v1" "Secret" "{{{Unique}}}" "charts").data.key | b64dec }}
            """, null);

        result.Diagnostics.Should().BeEmpty();
        result.Manifests.Should().ContainSingle().Which.Root.GetMap("data")!.GetString("found").Should().Be("hidden");
    }

    private ValueTask<RenderResult> RenderAsync(string data) => RenderAsync(data, Account);

    private ValueTask<RenderResult> RenderAsync(string data, string? account)
    {
        var tree = ChartBuilder.Tree(
            ("Chart.yaml", ChartBuilder.ChartYaml),
            ("templates/t.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: copy\n  namespace: {Unique}\ndata:\n{data}\n"));
        var release = new HelmReleaseOptions { TargetNamespace = Unique, ServiceAccount = account };
        var options = release.ToRenderOptions("web", null, new KubernetesObjectReader(() => Applier));
        return new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Root) { Options = options }, Token);
    }

    private async Task PrepareAsync()
    {
        await GrantAsync(Account, "get", "list", "watch", "create", "patch", "update", "delete");
        (await Client.CreateAsync(ConfigMaps, Unique, ConfigMap(Unique, "there", "live").Root, new(), Token)).Error.Should().BeNull();
        var secret = Json($$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"charts","namespace":"{{{Unique}}}"},"stringData":{"key":"hidden"}}""");
        (await Client.CreateAsync(s_secrets, Unique, secret.Root, new(), Token)).Error.Should().BeNull();
    }
}

[Collection(RealClusterCollection.Name)]
public sealed class HelmLookupOnRealServerTests(RealCluster cluster) : HelmLookupTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class HelmLookupOnMemoryServerTests(MemoryCluster cluster) : HelmLookupTests(cluster);
