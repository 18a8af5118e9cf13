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

        (await fleet.ReadyAsync("plain")).ObjectCount.Should().Be(3);
        (await fleet.ReadyAsync("dev")).ObjectCount.Should().BeGreaterThan(5);
        (await fleet.ReadyAsync("webapp")).ObjectCount.Should().BeGreaterThan(5);
        (await fleet.ReadyAsync("chart")).ObjectCount.Should().BeGreaterThan(1);

        var deployment = await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/podinfo");
        deployment!["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>().Should().StartWith("ghcr.io/stefanprodan/podinfo:");
        (await fleet.GetAsync("/api/v1/namespaces/webapp/services/frontend")).Should().NotBeNull();
        (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/chart-podinfo")).Should().NotBeNull();
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
                .AddKustomization("controllers", u => { u.Source = "fleet"; u.Path = "infrastructure/controllers"; u.DependsOn.Add("flux"); u.Wait = false; })
                .AddKustomization("apps", u => { u.Source = "fleet"; u.Path = "apps/staging"; u.DependsOn.Add("controllers"); u.Wait = false; }),
            Simulated(),
            files);
        await fleet.StartAsync();

        // No Flux controllers run here, so their objects never get ready; that they are applied is what counts.
        await fleet.ReadyAsync("flux");
        await fleet.ReadyAsync("controllers");
        await fleet.ReadyAsync("apps");

        var release = await fleet.GetAsync("/apis/helm.toolkit.fluxcd.io/v2/namespaces/podinfo/helmreleases/podinfo");
        release!["spec"]!["values"].Should().NotBeNull();
        (await fleet.GetAsync("/apis/source.toolkit.fluxcd.io/v1/namespaces/cert-manager/ocirepositories/cert-manager")).Should().NotBeNull();
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
              schema:
                openAPIV3Schema:
                  type: object
                  x-kubernetes-preserve-unknown-fields: true

        """;

    private static InMemoryClusterOptions Simulated() => new() { Controllers = ClusterControllers.All };
}
