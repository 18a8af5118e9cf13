using k8s;
using k8s.Autorest;
using k8s.Models;

namespace QuickStart;

/// <summary>
/// Plays the part of the controllers on an API server that stands alone, such as envtest's: without nodes nobody reports a Deployment as available,
/// and the units would rightly wait for that until their timeout.
/// </summary>
internal sealed class WorkloadStandIn(Kubernetes kubernetes) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public static async Task<WorkloadStandIn?> StartIfAloneAsync(Kubernetes kubernetes, CancellationToken cancellationToken)
    {
        if ((await kubernetes.CoreV1.ListNodeAsync(limit: 1, cancellationToken: cancellationToken)).Items.Count > 0)
        {
            return null;
        }

        var standIn = new WorkloadStandIn(kubernetes);
        standIn._running = standIn.RunAsync(standIn._stop.Token);
        return standIn;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await foreach (var (type, deployment) in kubernetes.AppsV1.WatchListDeploymentForAllNamespacesAsync(cancellationToken: cancellationToken))
                {
                    if (type is WatchEventType.Added or WatchEventType.Modified && deployment.Namespace().StartsWith("quickstart-", StringComparison.Ordinal))
                    {
                        await ReportAsync(deployment, cancellationToken);
                    }
                }
            }
            catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException)
            {
                // A conflict or a cut watch: look again.
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private async Task ReportAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        var (generation, replicas) = (deployment.Metadata.Generation, deployment.Spec.Replicas ?? 1);
        if (deployment.Status is { } status && status.ObservedGeneration == generation && (status.AvailableReplicas ?? 0) == replicas)
        {
            return;
        }

        deployment.Status = new V1DeploymentStatus
        {
            ObservedGeneration = generation,
            Replicas = replicas,
            UpdatedReplicas = replicas,
            ReadyReplicas = replicas,
            AvailableReplicas = replicas,
            Conditions = [new V1DeploymentCondition { Type = "Available", Status = "True", Reason = "MinimumReplicasAvailable", Message = "Reported by the example." }],
        };
        await kubernetes.AppsV1.ReplaceNamespacedDeploymentStatusAsync(deployment, deployment.Name(), deployment.Namespace(), cancellationToken: cancellationToken);
    }
}
