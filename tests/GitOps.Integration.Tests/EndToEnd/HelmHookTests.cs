using GitOps.Git;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>A chart's hooks are no ordinary objects: they are not applied, and the release says what is left out.</summary>
public sealed class HelmHookTests
{
    [Fact]
    public async Task ChartWithHooks_ObjectsAreApplied_HooksAreNamedInAWarning()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddHelmRelease("shop", r => { r.Source = "fleet"; r.Path = "chart"; }),
            null,
            GitFileChange.Write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
            GitFileChange.Write("chart/templates/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"),
            GitFileChange.Write("chart/templates/migrate.yaml", Pod("migrate", "pre-install,pre-upgrade")),
            GitFileChange.Write("chart/templates/test.yaml", Pod("probe", "test")));
        await fleet.StartAsync();
        await fleet.ReadyAsync("shop");

        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/settings")).Should().NotBeNull();
        (await fleet.GetAsync("/api/v1/namespaces/default/pods"))!["items"]!.AsArray().Should().BeEmpty();
        var told = await fleet.EventAsync(e => e.Unit == "shop" && e.IsTransition);
        var warning = told.Diagnostics.Should().ContainSingle().Subject;
        warning.Reason.Should().Be(Reasons.HooksNotRun);
        warning.ToString().Should().Contain("Pod/migrate").And.Contain("PreInstall").And.Contain("shop/templates/migrate.yaml").And.NotContain("probe");
    }

    private static string Pod(string name, string hook) =>
        $"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  annotations:\n    helm.sh/hook: {hook}\nspec:\n  containers:\n    - name: main\n      image: shop:1\n";
}
