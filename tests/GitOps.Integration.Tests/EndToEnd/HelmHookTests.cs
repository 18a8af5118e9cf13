using System.Text.Json.Nodes;
using GitOps.Git;
using GitOps.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>A chart's hooks run around the release: at installation and at an upgrade, and only then.</summary>
public sealed class HelmHookTests
{
    private static readonly GitFileChange[] s_chart =
    [
        GitFileChange.Write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        GitFileChange.Write("chart/templates/settings.yaml", Settings("1")),
        GitFileChange.Write("chart/templates/migrate.yaml", Job("migrate", "pre-install,pre-upgrade")),
        GitFileChange.Write("chart/templates/announce.yaml", Job("announce", "post-upgrade", "hook-succeeded")),
        GitFileChange.Write("chart/templates/clean.yaml", Job("clean", "pre-delete")),
        GitFileChange.Write("chart/templates/test.yaml", Job("probe", "test")),
    ];

    [Fact]
    public async Task ChartWithHooks_TheyRunAtInstallationAndUpgradeInOrder()
    {
        await using var fleet = await CreateAsync(PodFate.Ready);
        await fleet.StartAsync();
        await fleet.ReadyAsync("shop");
        var first = (await JobAsync(fleet, "migrate"))!["metadata"]!["uid"]!.GetValue<string>();

        var revision = await fleet.CommitAsync("Change a setting", GitFileChange.Write("chart/templates/settings.yaml", Settings("2")));
        await fleet.ReadyAsync("shop", revision);

        Ran(fleet, revision: 0).Should().Equal("Job/default/migrate Ran", "ConfigMap/default/settings Created");
        Ran(fleet, revision: 1).Should().Equal("Job/default/migrate Ran", "ConfigMap/default/settings Configured", "Job/default/announce Ran");
        (await JobAsync(fleet, "migrate"))!["metadata"]!["uid"]!.GetValue<string>().Should().NotBe(first);
        (await JobAsync(fleet, "announce")).Should().BeNull("its policy says hook-succeeded");
        (await JobAsync(fleet, "probe")).Should().BeNull("tests run on request");
        var warning = fleet.Events.First(e => e.Unit == "shop" && e.IsTransition).Diagnostics.Should().ContainSingle().Subject;
        warning.Reason.Should().Be(Reasons.HooksNotRun);
        warning.ToString().Should().Contain("Job/clean").And.Contain("shop/templates/clean.yaml");
    }

    [Fact]
    public async Task ReconcileAgain_NothingChanged_NoHookRuns()
    {
        await using var fleet = await CreateAsync(PodFate.Ready);
        await fleet.StartAsync();
        await fleet.ReadyAsync("shop");
        var uid = (await JobAsync(fleet, "migrate"))!["metadata"]!["uid"]!.GetValue<string>();

        (await fleet.Engine.ReconcileAsync("shop")).IsReady.Should().BeTrue();

        (await JobAsync(fleet, "migrate"))!["metadata"]!["uid"]!.GetValue<string>().Should().Be(uid);
    }

    [Fact]
    public async Task HookFails_TheSetIsNotTouched_AndTheReasonIsThePods()
    {
        await using var fleet = await CreateAsync(PodFate.Failed);
        await fleet.StartAsync();

        var status = await fleet.FailedAsync("shop");

        var ready = status.Condition(ConditionTypes.Ready)!;
        ready.Reason.Should().Be(Reasons.HookFailed);
        ready.Message.Should().Contain("shop/templates/migrate.yaml").And.Contain("The pre-install hook has not run: it failed: Job has reached the specified backoff limit");
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/settings")).Should().BeNull();
    }

    private static Task<Fleet> CreateAsync(PodFate fate) => Fleet.CreateAsync(
        g => g.AddHelmRelease("shop", r => { r.Source = "fleet"; r.Path = "chart"; }),
        new InMemoryClusterOptions { Controllers = ClusterControllers.All, Workloads = new WorkloadSimulation { Fate = _ => fate } },
        s_chart);

    private static Task<JsonNode?> JobAsync(Fleet fleet, string name) => fleet.GetAsync($"/apis/batch/v1/namespaces/default/jobs/{name}");

    /// <summary>What the n-th revision did to the cluster, in order.</summary>
    private static IEnumerable<string> Ran(Fleet fleet, int revision)
    {
        var events = fleet.Events.Where(e => e.Unit == "shop" && e.Stage == "apply").ToList();
        var revisions = events.Select(e => e.Revision).Distinct().ToList();
        return events.Where(e => e.Revision == revisions[revision]).Select(e => e.Changes.Single().ToString());
    }

    private static string Settings(string value) => $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: \"{value}\"\n";

    private static string Job(string name, string hook, string policy = "before-hook-creation") => $"""
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {name}
          annotations:
            helm.sh/hook: {hook}
            helm.sh/hook-delete-policy: {policy}
        spec:
          backoffLimit: 0
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: main
                  image: shop:1
        """;
}
