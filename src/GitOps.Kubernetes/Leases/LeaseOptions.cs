namespace GitOps.Kubernetes.Leases;

/// <summary>The terms of a lease; the durations are client-go's.</summary>
internal sealed record LeaseOptions(string Namespace, string Name, string Identity)
{
    public string FieldManager { get; init; } = "gitops";

    /// <summary>How long a lease holds without being renewed.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the leader tries to renew before it stops working; shorter than the duration, so that it has stopped before another starts.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause between two tries.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
