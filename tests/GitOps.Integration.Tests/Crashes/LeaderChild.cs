using System.Globalization;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes;
using GitOps.Kubernetes.Leases;

namespace GitOps.Integration.Tests.Crashes;

/// <summary>One of two hosts that share a lease: while it leads, it applies revision after revision with its name in it.</summary>
internal static class LeaderChild
{
    public const string Variable = "GITOPS_TEST_LEADER_CHILD";

    /// <summary>
    /// Takes part in the election until it is killed, when <see cref="Variable"/> holds kubeconfig, unit and identity, parted by bars;
    /// the unit names the lease and the namespace too.
    /// </summary>
    public static async Task<int?> RunIfAskedAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } settings)
        {
            return null;
        }

        var parts = settings.Split('|');
        var (kubeconfig, unit, identity) = (parts[0], parts[1], parts[2]);
        using var applier = new KubernetesApplier(new KubernetesOptions { KubeconfigPath = kubeconfig, MaxRetries = 1 });

        // Between the end of a term and the next host's begin lie three seconds for a request that was sent at the last moment.
        var election = applier.CreateElection(_ => new LeaseOptions("default", unit, identity)
        {
            Duration = TimeSpan.FromSeconds(5),
            RenewDeadline = TimeSpan.FromSeconds(2),
            RetryPeriod = TimeSpan.FromMilliseconds(200),
        });
        await election.RunAsync("", token => LeadAsync(applier, unit, identity, token), CancellationToken.None);
        return 0;
    }

    private static async Task LeadAsync(KubernetesApplier applier, string unit, string identity, CancellationToken cancellationToken)
    {
        Console.WriteLine("leads");
        try
        {
            for (var revision = 0; ; revision++)
            {
                var json = string.Create(CultureInfo.InvariantCulture,
                    $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{unit}}}","namespace":"default"},"data":{"writer":"{{{identity}}}","revision":"{{{revision}}}"} }""");
                var plan = await applier.PlanAsync(new ApplyRequest(unit, [new Manifest(JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(json)))]), cancellationToken);
                if (plan.CanApply)
                {
                    await applier.ApplyAsync(plan, null, cancellationToken);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Console.WriteLine("stopped");
        }
    }
}
