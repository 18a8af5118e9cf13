using GitOps.Integration.Tests.Servers;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>The example that README names first, as its user runs it.</summary>
public sealed class QuickStartTests
{
    [Fact]
    public async Task Run_InMemoryCluster_ShowsTheScenarioAndEndsInTime()
    {
        var (code, output, elapsed) = await ExampleProcess.RunAsync("QuickStart");

        code.Should().Be(0, output);
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60), "20 seconds are promised for a machine that does nothing else");
        InOrder(
            output,
            "First reconciliation",
            "A commit rolls podinfo 6.7.0 out to production",
            "rendered: apps-production",
            "Somebody scales production to zero by hand",
            "changed by kubectl-edit",
            "A manifest is deleted from Git",
            "ConfigMap/quickstart-development/debug deleted",
            "A broken commit is refused",
            "apps/production/kustomization.yaml:8",
            "In the end",
            "Done in");

        var first = Between(output, "First reconciliation", "A commit rolls");
        InOrder(Reconciled(first), "clusters", "infrastructure", "apps-development", "apps-staging", "apps-production");

        var table = Between(output, "In the end", "Done in").Split('\n').Where(l => l.StartsWith('│')).Select(l => l.Split('│', StringSplitOptions.TrimEntries)[1..4]).ToList();
        table[0].Should().Equal("unit", "kind", "ready");
        table[1..].Select(r => r[0]).Should().BeEquivalentTo("clusters", "infrastructure", "cache", "apps-development", "apps-staging", "apps-production");
        table[1..].Should().OnlyContain(r => r[2] == "yes");
    }

    [Fact]
    public async Task Run_KubeconfigDoesNotExist_SaysSo()
    {
        var (code, output, _) = await ExampleProcess.RunAsync("QuickStart", "--kubeconfig", Path.Combine(Path.GetTempPath(), "no-such-kubeconfig"));

        code.Should().Be(1);
        output.Should().Contain("no-such-kubeconfig").And.NotContain(" at ", "a stack trace is no message");
    }

    private static void InOrder(string output, params string[] texts)
    {
        var from = 0;
        foreach (var text in texts)
        {
            var at = output.IndexOf(text, from, StringComparison.Ordinal);
            at.Should().BeGreaterThanOrEqualTo(0, $"'{text}' comes in its turn in\n{output}");
            from = at + text.Length;
        }
    }

    private static string Between(string output, string start, string end)
    {
        var from = output.IndexOf(start, StringComparison.Ordinal);
        return output[from..output.IndexOf(end, from, StringComparison.Ordinal)];
    }

    /// <summary>The lines that say that a unit has come to its end.</summary>
    private static string Reconciled(string act) =>
        string.Join('\n', act.Split('\n').Where(l => l.Contains("objects", StringComparison.Ordinal) && !l.StartsWith('│')));
}

/// <summary>The same on a real API server, which has no controllers and no nodes.</summary>
[Collection(RealClusterCollection.Name)]
public sealed class QuickStartOnRealServerTests(RealCluster cluster)
{
    [Fact]
    public async Task Run_RealServer_ShowsTheScenario_AlsoWhenItRanThereBefore()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        var kubeconfig = Path.Combine(Path.GetTempPath(), $"gitops-quickstart-{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(kubeconfig, cluster.Kubeconfig, TestContext.Current.CancellationToken);
        try
        {
            for (var run = 1; run <= 2; run++)
            {
                var (code, output, _) = await ExampleProcess.RunAsync("QuickStart", "--kubeconfig", kubeconfig);
                code.Should().Be(0, output);
                output.Should().ContainAll("no nodes", "Roll podinfo 6.7.0", "1 configured", "debug deleted", "apps/production/kustomization.yaml:8", "Done in", "left in the cluster");
            }
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }
}
