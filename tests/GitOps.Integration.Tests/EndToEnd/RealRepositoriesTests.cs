using System.Net;
using System.Text.Json;
using GitOps.Git;
using GitOps.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>Repositories that nobody here wrote, reconciled from Git into the in-memory cluster.</summary>
public sealed class RealRepositoriesTests
{
    [Fact]
    public async Task Podinfo_KustomizeOverlayWebappAndChart_Reconcile()
    {
        var files = Fleet.Copy(RecordedData.Require("repos/podinfo"), "");
        await using var fleet = await Fleet.CreateAsync(
            g => g
                .AddKustomization("plain", u => { u.Source = "fleet"; u.Path = "kustomize"; u.TargetNamespace = "default"; })
                .AddKustomization("dev", u => { u.Source = "fleet"; u.Path = "deploy/overlays/dev"; })
                .AddKustomization("webapp", u => { u.Source = "fleet"; u.Path = "deploy/webapp"; })
                .AddHelmRelease("chart", u => { u.Source = "fleet"; u.Path = "charts/podinfo"; u.TargetNamespace = "default"; }),
            Simulated(),
            files);
        await fleet.StartAsync();

        ShouldBeHealthy(await fleet.ReadyAsync("plain"), 3);
        ShouldBeHealthy(await fleet.ReadyAsync("dev"), 25);
        ShouldBeHealthy(await fleet.ReadyAsync("webapp"), 11);
        ShouldBeHealthy(await fleet.ReadyAsync("chart"), 2);

        var deployment = await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/podinfo");
        deployment!["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>().Should().StartWith("ghcr.io/stefanprodan/podinfo:");
        deployment["status"]!["readyReplicas"]!.GetValue<int>().Should().BePositive();
        (await fleet.GetAsync("/api/v1/namespaces/webapp/services/frontend")).Should().NotBeNull();
        (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/chart-podinfo")).Should().NotBeNull();
    }

    [Fact]
    public async Task PodinfoChart_FileInlineAndSetValues_ReachTheCluster_AndChangedOnesToo()
    {
        var podinfo = RecordedData.Require("repos/podinfo");
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddHelmRelease("chart", u =>
            {
                u.Source = "fleet";
                u.Path = "charts/podinfo";
                u.TargetNamespace = "default";
                u.ReleaseName = "web";
                u.ValuesFiles.Add("charts/podinfo/values-prod.yaml");
                u.ValuesFiles.Add("values/web.yaml");
                u.Values = "hpa:\n  enabled: false\nui:\n  message: inline\n  color: \"#000000\"\n";
                u.Set.Add("ui.color=#ffffff");
            }),
            Simulated(),
            Fleet.Copy(podinfo, "").Append(GitFileChange.Write("values/web.yaml", "replicaCount: 2\nui:\n  message: from the file\n")));
        await fleet.StartAsync();

        ShouldBeHealthy(await fleet.ReadyAsync("chart"), 5);
        var web = (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/web-podinfo"))!["spec"]!;
        web["replicas"]!.GetValue<int>().Should().Be(2, "a file of the source says so");
        Variable("PODINFO_UI_MESSAGE").Should().Be("inline", "it lies over the files");
        Variable("PODINFO_UI_COLOR").Should().Be("#ffffff", "it lies over everything");
        (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/web-podinfo-redis")).Should().NotBeNull("the production values enable it");

        var commit = await fleet.CommitAsync("Scale", GitFileChange.Write("values/web.yaml", "replicaCount: 3\nredis:\n  enabled: false\n"));
        ShouldBeHealthy(await fleet.ReadyAsync("chart", commit), 2);
        (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/web-podinfo"))!["spec"]!["replicas"]!.GetValue<int>().Should().Be(3);
        (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/web-podinfo-redis")).Should().BeNull("what the chart no longer renders is pruned");

        string? Variable(string name) =>
            web["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().Single(e => e!["name"]!.GetValue<string>() == name)!["value"]?.GetValue<string>();
    }

    [Fact]
    public async Task FluxExample_StagingAppsAndControllers_ReconcileAfterTheirDefinitions()
    {
        // The example's own gotk-components.yaml is empty: bootstrapping fills it. So the definitions come from here.
        var files = Fleet.Copy(RecordedData.Require("repos/flux2-kustomize-helm-example"), "").Append(GitFileChange.Write("definitions/flux.yaml", string.Join("---\n", new[]
        {
            Definition("source.toolkit.fluxcd.io", "v1", "OCIRepository", "ocirepositories"),
            Definition("source.toolkit.fluxcd.io", "v1", "HelmRepository", "helmrepositories"),
            Definition("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases"),
        })));
        await using var fleet = await Fleet.CreateAsync(
            g => g
                .AddManifests("flux", u => { u.Source = "fleet"; u.Path = "definitions"; })
                .AddKustomization("controllers", u => { u.Source = "fleet"; u.Path = "infrastructure/controllers"; u.DependsOn.Add("flux"); })
                .AddKustomization("apps", u => { u.Source = "fleet"; u.Path = "apps/staging"; u.DependsOn.Add("controllers"); }),
            Simulated(),
            files);
        await fleet.StartAsync();
        ShouldBeHealthy(await fleet.ReadyAsync("flux"), 3);

        // No Flux controllers run here: the test is what they would be, and until it says so the units are not ready.
        var waiting = await fleet.WaitAsync("controllers", u => u.Condition(ConditionTypes.Healthy) is not null);
        waiting.Condition(ConditionTypes.Healthy)!.Message.Should().Contain("HelmRelease/");
        fleet.Engine.GetUnit("apps").Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.DependencyNotReady);
        foreach (var (group, @object) in ((string, string)[])
        [
            ("source.toolkit.fluxcd.io/v1", "cert-manager/ocirepositories/cert-manager"), ("helm.toolkit.fluxcd.io/v2", "cert-manager/helmreleases/cert-manager"),
            ("source.toolkit.fluxcd.io/v1", "envoy-gateway-system/ocirepositories/gateway-helm"), ("helm.toolkit.fluxcd.io/v2", "envoy-gateway-system/helmreleases/envoy-gateway"),
        ])
        {
            await BecomeReadyAsync(fleet, $"/apis/{group}/namespaces/{@object}");
        }

        ShouldBeHealthy(await fleet.ReadyAsync("controllers"), 6);

        // What is waited for has been applied, whole.
        await fleet.WaitAsync("apps", u => u.Condition(ConditionTypes.Healthy) is not null);
        await BecomeReadyAsync(fleet, "/apis/source.toolkit.fluxcd.io/v1/namespaces/podinfo/helmrepositories/podinfo");
        await BecomeReadyAsync(fleet, "/apis/helm.toolkit.fluxcd.io/v2/namespaces/podinfo/helmreleases/podinfo");
        ShouldBeHealthy(await fleet.ReadyAsync("apps"), 3);

        var release = await fleet.GetAsync("/apis/helm.toolkit.fluxcd.io/v2/namespaces/podinfo/helmreleases/podinfo");
        release!["spec"]!["values"].Should().NotBeNull();
    }

    private static void ShouldBeHealthy(UnitStatus unit, int objects)
    {
        unit.ObjectCount.Should().Be(objects);
        var healthy = unit.Condition(ConditionTypes.Healthy)!;
        healthy.Status.Should().Be(ConditionStatus.True);
        healthy.Message.Should().Be($"All {objects} objects are healthy.");
    }

    /// <summary>Reports on a Flux object as its controller would.</summary>
    private static async Task BecomeReadyAsync(Fleet fleet, string path)
    {
        var second = path.Contains("/helmreleases/", StringComparison.Ordinal) ? "Released" : "ArtifactInStorage";
        var status = new { observedGeneration = 1, conditions = new[] { Condition("Ready"), Condition(second) } };
        (await fleet.SendAsync(HttpMethod.Patch, $"{path}/status", JsonSerializer.Serialize(new { status }), "application/merge-patch+json")).Should().Be(HttpStatusCode.OK, path);

        static object Condition(string type) => new { type, status = "True", reason = "Succeeded", message = "done", observedGeneration = 1, lastTransitionTime = "2026-01-01T00:00:00Z" };
    }

    private static string Definition(string group, string version, string kind, string plural) =>
        $"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: {plural}.{group}
        spec:
          group: {group}
          scope: Namespaced
          names:
            kind: {kind}
            plural: {plural}
            singular: {kind.ToLowerInvariant()}
            listKind: {kind}List
          versions:
            - name: {version}
              served: true
              storage: true
              subresources:
                status: {"{}"}
              schema:
                openAPIV3Schema:
                  type: object
                  x-kubernetes-preserve-unknown-fields: true

        """;

    private static InMemoryClusterOptions Simulated() => new() { Controllers = ClusterControllers.All };
}
