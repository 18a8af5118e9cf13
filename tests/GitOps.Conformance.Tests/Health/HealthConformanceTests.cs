using System.Globalization;
using GitOps.Json;
using GitOps.Kubernetes.Health;
using GitOps.Yaml;

namespace GitOps.Conformance.Tests.Health;

/// <summary>The verdicts that gitops-engine and Argo CD's per-kind rules give on real objects.</summary>
public sealed class HealthConformanceTests
{
    [Theory]
    [InlineData("built-in", 100)]
    [InlineData("custom", 90)]
    public void Assess_RecordedObjects_AgreesWithTheRecordedVerdict(string set, int percent)
    {
        var folder = RecordedData.Require("conformance/health");
        var cases = ((ListNode)JsonTreeReader.Read(File.ReadAllBytes(Path.Combine(folder, "cases.json")))).Cast<MapNode>().Where(c => c.GetString("set") == set).ToList();
        List<string> failures = [];
        foreach (var item in cases)
        {
            var live = (MapNode)YamlReader.ReadAll(File.ReadAllText(Path.Combine(folder, item.GetString("object")!)), "", new YamlReaderOptions { DuplicateKeys = DuplicateKeys.LastWins })[0];
            var verdict = HealthRules.Assess(live);
            if (ArgoWord(verdict.Status) != item.GetString("expected"))
            {
                failures.Add($"{item.GetString("object")}: {live.GetString("apiVersion")}/{live.GetString("kind")} is {ArgoWord(verdict.Status)} ({verdict.Message}), expected {item.GetString("expected")}");
            }
        }

        var passed = cases.Count - failures.Count;
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"health, {set}: {passed} of {cases.Count}"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', failures));
        (passed * 100).Should().BeGreaterThanOrEqualTo(cases.Count * percent, string.Join("\n", failures));
    }

    private static string ArgoWord(HealthStatus status) => status switch
    {
        HealthStatus.Current => "Healthy",
        HealthStatus.InProgress or HealthStatus.Terminating => "Progressing",
        HealthStatus.Failed => "Degraded",
        HealthStatus.Suspended => "Suspended",
        HealthStatus.NotFound => "Missing",
        _ => "Unknown",
    };
}
