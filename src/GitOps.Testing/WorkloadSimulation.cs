namespace GitOps.Testing;

/// <summary>How simulated workloads turn out.</summary>
public sealed class WorkloadSimulation
{
    /// <summary>How long a pod takes to become ready, on the cluster's clock. The default is none at all.</summary>
    public TimeSpan StartupTime { get; init; }

    /// <summary>How a pod turns out; <see langword="null"/> lets every pod become ready. It gets the pod and returns its fate.</summary>
    public Func<Manifest, PodFate>? Fate { get; init; }
}
