using System.Diagnostics;
using GitOps.Integration.Tests.Servers;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>The example that README names first, as its user runs it.</summary>
public sealed class QuickStartTests
{
    [Fact]
    public async Task Run_InMemoryCluster_ShowsTheScenarioAndEndsInTime()
    {
        var (code, output, elapsed) = await RunAsync();

        code.Should().Be(0, output);
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60), "20 seconds are promised for a machine that does nothing else");
        output.Should().ContainAll("Roll podinfo 6.7.0", "1 configured", "changed by kubectl-edit", "ConfigMap/quickstart-development/debug deleted", "apps/production/kustomization.yaml:8", "Done in");
    }

    [Fact]
    public async Task Run_KubeconfigDoesNotExist_SaysSo()
    {
        var (code, output, _) = await RunAsync("--kubeconfig", Path.Combine(Path.GetTempPath(), "no-such-kubeconfig"));

        code.Should().Be(1);
        output.Should().Contain("no-such-kubeconfig").And.NotContain(" at ", "a stack trace is no message");
    }

    internal static async Task<(int Code, string Output, TimeSpan Elapsed)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "QuickStart.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(120));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        return (process.ExitCode, await output + await errors, watch.Elapsed);
    }
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
                var (code, output, _) = await QuickStartTests.RunAsync("--kubeconfig", kubeconfig);
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
