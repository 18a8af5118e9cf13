using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using GitOps.Git;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>The small hosts under examples do what their READMEs say.</summary>
public sealed class ExampleHostsTests
{
    [Fact]
    public async Task CustomNotifier_Run_WritesItsAuditFileAndEnds()
    {
        var (code, output, _) = await ExampleProcess.RunAsync("CustomNotifier");

        code.Should().Be(0, output);
        var line = output.Split('\n').Last(l => l.StartsWith('{'));
        var audit = JsonNode.Parse(line)!;
        audit["unit"]!.GetValue<string>().Should().Be("settings");
        audit["reason"]!.GetValue<string>().Should().Be(Reasons.ReconciliationSucceeded);
        audit["changes"]!.AsArray().Select(c => c!.GetValue<string>()).Should().Equal("ConfigMap/default/settings Created");
    }

    [Fact]
    public async Task AspNetCoreHost_Run_ReconcilesAndAnswers()
    {
        var folder = Directory.CreateTempSubdirectory("gitops-example-").FullName;
        try
        {
            using var repository = BareGitRepository.Create(Path.Combine(folder, "podinfo.git"));
            await repository.CommitAsync(
                "First",
                GitFileChange.Write("kustomize/kustomization.yaml", "resources: [settings.yaml]\n"),
                GitFileChange.Write("kustomize/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  colour: green\n"));

            await using var host = ExampleProcess.Start(
                "AspNetCoreHost",
                "--urls=http://127.0.0.1:0",
                $"--GitOps:GitSources:podinfo:Url={repository.Url}",
                "--GitOps:GitSources:podinfo:Reference:Branch=main",
                $"--GitOps:GitSources:podinfo:CacheDirectory={Path.Combine(folder, "cache")}");
            var listening = await host.LineAsync("Now listening on:");
            using var client = new HttpClient { BaseAddress = new Uri(listening[listening.IndexOf("http://", StringComparison.Ordinal)..].Trim()) };

            using var reconcile = await client.PostAsync("/gitops/units/podinfo/reconcile", null, host.Limit);
            reconcile.IsSuccessStatusCode.Should().BeTrue(host.Output);
            var unit = (await reconcile.Content.ReadFromJsonAsync<JsonNode>(host.Limit))!;
            unit["name"]!.GetValue<string>().Should().Be("podinfo");
            Ready(unit).Should().Be("True", unit.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

            var units = (await client.GetFromJsonAsync<JsonNode>("/gitops/units", host.Limit))!;
            units.ToJsonString().Should().Contain("\"podinfo\"");
            (await client.GetStringAsync("/health", host.Limit)).Should().Be("Healthy");
        }
        finally
        {
            Fleet.Remove(folder);
        }
    }

    private static string Ready(JsonNode unit) =>
        unit["conditions"]!.AsArray().Single(c => c!["type"]!.GetValue<string>() == ConditionTypes.Ready)!["status"]!.GetValue<string>();
}
