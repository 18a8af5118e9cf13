using System.Diagnostics;
using System.Globalization;
using GitOps.Kubernetes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GitOps.Integration.Tests.Crashes;

/// <summary>
/// A whole host in a process of its own that owns many objects, so that its memory can be measured: it applies a directory, watches for drift,
/// and tells what it takes.
/// </summary>
internal static class OwnerChild
{
    public const string Variable = "GITOPS_TEST_OWNER_CHILD";

    /// <summary>Runs the host until its input ends, when <see cref="Variable"/> holds kubeconfig, directory and unit, parted by bars.</summary>
    public static async Task<int?> RunIfAskedAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } settings)
        {
            return null;
        }

        var parts = settings.Split('|');
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddGitOps()
            .AddDirectorySource("files", source => source.Directory = parts[1])
            .AddManifests(parts[2], unit =>
            {
                unit.Source = "files";
                unit.Timeout = TimeSpan.FromMinutes(10);

                // Without controllers no workload ever gets ready.
                unit.Wait = false;
            })
            .UseKubernetes(k => k.KubeconfigPath = parts[0]);
        using var host = builder.Build();
        var engine = host.Services.GetRequiredService<GitOpsEngine>();
        await host.StartAsync();

        // Reading the console asynchronously still blocks its caller.
        var ended = Task.Run(Console.In.ReadLine);
        var settled = engine.WaitAsync(units => units.All(u => u.IsReady || u.Condition(ConditionTypes.Ready) is { Status: ConditionStatus.False }));
        if (await Task.WhenAny(settled, ended) == ended || (await settled).FirstOrDefault(u => !u.IsReady) is { } failed && Tell(failed))
        {
            return 1;
        }

        await host.Services.GetRequiredService<KubernetesApplier>().WatchingAsync(parts[2], CancellationToken.None);
        using var self = Process.GetCurrentProcess();
        var first = self.WorkingSet64;

        // The same again with all in place, as a running host has it most of the time.
        await engine.ReconcileAsync(parts[2]);
        self.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{first} {self.WorkingSet64} {self.PeakWorkingSet64} {GC.GetTotalMemory(forceFullCollection: false)} {GC.GetTotalMemory(forceFullCollection: true)}"));
        await ended;
        await host.StopAsync();
        return 0;
    }

    private static bool Tell(UnitStatus failed)
    {
        Console.Error.WriteLine(failed.Condition(ConditionTypes.Ready)!.Message);
        return true;
    }
}
