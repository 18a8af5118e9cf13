using System.Globalization;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes;

namespace GitOps.Integration.Tests.Crashes;

/// <summary>
/// The process that is killed: this test assembly started anew with <see cref="Variable"/> set.
/// It applies revision after revision of two units, objects coming, going and moving between the units, until it is killed.
/// </summary>
internal static class CrashChild
{
    public const string Variable = "GITOPS_TEST_CRASH_CHILD";
    public const int Objects = 24;

    /// <summary>The sets of both units in a revision. Every object wanders: in no unit, in the first, in the second.</summary>
    public static (Manifest[] First, Manifest[] Second) Sets(string @namespace, int revision)
    {
        List<Manifest> first = [], second = [];
        for (var i = 0; i < Objects; i++)
        {
            var place = (i + revision) % 4;
            if (place == 3)
            {
                continue;
            }

            var json = string.Create(CultureInfo.InvariantCulture,
                $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c{{{i}}}","namespace":"{{{@namespace}}}"},"data":{"revision":"{{{revision}}}"} }""");
            (place == 0 ? first : second).Add(new Manifest(JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(json))));
        }

        return ([.. first], [.. second]);
    }

    /// <summary>Applies a revision of both units, again for those that wait for the other to give an object up.</summary>
    public static async Task<bool> ApplyAsync(KubernetesApplier applier, string unit, string @namespace, int revision, CancellationToken cancellationToken)
    {
        var (first, second) = Sets(@namespace, revision);
        for (var attempt = 0; attempt < 6; attempt++)
        {
            var done = await ApplyOneAsync(applier, unit + "-1", first, cancellationToken) & await ApplyOneAsync(applier, unit + "-2", second, cancellationToken);
            if (done && attempt > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>Whether the unit was as it should be before, so that nothing was to be done.</returns>
    public static async Task<bool> ApplyOneAsync(KubernetesApplier applier, string unit, Manifest[] set, CancellationToken cancellationToken)
    {
        var plan = await applier.PlanAsync(new ApplyRequest(unit, set) { AllowEmpty = true, AnnounceTakeover = true }, cancellationToken);
        return plan.CanApply && (await applier.ApplyAsync(plan, null, cancellationToken)).Succeeded && !plan.HasChanges;
    }

    /// <returns>The exit code; <see langword="null"/> in a process that was not asked to.</returns>
    public static async Task<int?> RunIfAskedAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } settings)
        {
            return null;
        }

        var parts = settings.Split('|');
        return await RunAsync(parts[0], parts[1], parts[2], int.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    private static async Task<int> RunAsync(string kubeconfig, string unit, string @namespace, int revision)
    {
        using var applier = new KubernetesApplier(new KubernetesOptions { KubeconfigPath = kubeconfig, PruneWait = TimeSpan.FromSeconds(1), MaxConcurrency = 2 });
        Console.WriteLine("ready");
        for (; ; revision++)
        {
            await ApplyAsync(applier, unit, @namespace, revision, CancellationToken.None);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done {revision}"));
        }
    }
}
