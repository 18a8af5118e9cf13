namespace GitOps.Kubernetes.Health;

/// <summary>The health of a live object from the object alone: no client, no clock.</summary>
internal static class HealthRules
{
    public static Verdict Assess(MapNode live)
    {
        ArgumentNullException.ThrowIfNull(live);
        return BuiltInKinds.Assess(live)
            ?? (GenericHealth.Deleted(live) ?? HealthFacts.Default.Assess(live))
            ?? GenericHealth.Assess(live);
    }
}

/// <summary>A status and why.</summary>
internal readonly record struct Verdict(HealthStatus Status, string Message);
