namespace GitOps;

/// <summary>The health of a set of objects at one moment.</summary>
/// <param name="Objects">Each object's health.</param>
public sealed record HealthReport(IReadOnlyList<ObjectHealth> Objects)
{
    /// <summary>Whether every object is <see cref="HealthStatus.Current"/> or <see cref="HealthStatus.Suspended"/>.</summary>
    public bool IsHealthy => Objects.All(o => o.Status is HealthStatus.Current or HealthStatus.Suspended);

    /// <summary>Whether some object has failed.</summary>
    public bool HasFailed => Objects.Any(o => o.Status == HealthStatus.Failed);
}
