namespace GitOps.Kubernetes.Health;

/// <summary>kstatus' generic rules: deletion, observed generation, Reconciling, Stalled, Ready.</summary>
internal static class GenericHealth
{
    public static Verdict Assess(MapNode live) => Common(live) ?? FromReady(live);

    /// <summary>What holds for every kind before its own rule is asked.</summary>
    public static Verdict? Common(MapNode live)
    {
        if (Deleted(live) is { } deleted)
        {
            return deleted;
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

    public static Verdict? Deleted(MapNode live)
    {
        if (live.GetMap("metadata")?.GetString("deletionTimestamp") is null)
        {
            return null;
        }

        var finalizers = Applying.LiveState.Finalizers(live);
        return new Verdict(HealthStatus.Terminating, finalizers.Count == 0 ? "it is being deleted" : $"it is being deleted and waits for its finalizers {string.Join(", ", finalizers)}");
    }

    private static Verdict FromReady(MapNode live) => Conditions.Find(live, "Ready") switch
    {
        null => new Verdict(HealthStatus.Current, ""),
        { IsTrue: true } ready => new Verdict(HealthStatus.Current, ready.Text),
        { } ready => new Verdict(HealthStatus.InProgress, ready.Text),
    };
}
