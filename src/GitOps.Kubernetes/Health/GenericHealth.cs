namespace GitOps.Kubernetes.Health;

/// <summary>kstatus' generic rules: deletion, observed generation, Reconciling, Stalled, Ready.</summary>
internal static class GenericHealth
{
    public static Verdict Assess(MapNode live) => Common(live) ?? FromReady(live);

    /// <summary>What holds for every kind before its own rule is asked.</summary>
    public static Verdict? Common(MapNode live)
    {
        if (live.GetMap("metadata")?.GetString("deletionTimestamp") is not null)
        {
            return new Verdict(HealthStatus.Terminating, "it is being deleted");
        }

        var status = live.GetMap("status");
        if (status?["observedGeneration"] is ScalarNode observed && observed.TryGetInt64(out var seen)
            && live.GetMap("metadata")?["generation"] is ScalarNode generation && generation.TryGetInt64(out var wanted) && seen != wanted)
        {
            return new Verdict(HealthStatus.InProgress, $"its controller has seen generation {seen} of {wanted}");
        }

        if (Conditions.Find(live, "Reconciling") is { IsTrue: true } reconciling)
        {
            return new Verdict(HealthStatus.InProgress, reconciling.Text);
        }

        if (Conditions.Find(live, "Stalled") is { IsTrue: true } stalled)
        {
            return new Verdict(HealthStatus.Failed, stalled.Text);
        }

        return null;
    }

    private static Verdict FromReady(MapNode live) => Conditions.Find(live, "Ready") switch
    {
        null => new Verdict(HealthStatus.Current, ""),
        { IsTrue: true } ready => new Verdict(HealthStatus.Current, ready.Text),
        { } ready => new Verdict(HealthStatus.InProgress, ready.Text),
    };
}
