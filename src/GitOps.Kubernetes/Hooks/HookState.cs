using GitOps.Kubernetes.Health;

namespace GitOps.Kubernetes.Hooks;

/// <summary>How a hook stands.</summary>
internal enum HookOutcome
{
    Running,
    Succeeded,
    Failed,
}

/// <summary>How a hook stands, as its object tells: a Job must complete and a Pod must succeed; anything else has run once it exists (Helm 4).</summary>
internal readonly record struct HookState(HookOutcome Outcome, string Message)
{
    public static HookState Of(MapNode live) => (live.GetString("apiVersion"), live.GetString("kind")) switch
    {
        ("batch/v1", "Job") => OfJob(live),
        ("v1", "Pod") => OfPod(live),
        _ => new HookState(HookOutcome.Succeeded, ""),
    };

    private static HookState OfJob(MapNode live)
    {
        var verdict = HealthRules.Assess(live);
        return new HookState(verdict.Status switch
        {
            HealthStatus.Current => HookOutcome.Succeeded,
            HealthStatus.Failed => HookOutcome.Failed,
            _ => HookOutcome.Running,
        }, verdict.Message);
    }

    private static HookState OfPod(MapNode live) => live.GetMap("status")?.GetString("phase") switch
    {
        "Succeeded" => new HookState(HookOutcome.Succeeded, ""),
        "Failed" => new HookState(HookOutcome.Failed, PodCauses.CauseOf(live) ?? "the pod failed"),
        var phase => new HookState(HookOutcome.Running, PodCauses.CauseOf(live) ?? $"the pod is {phase ?? "Pending"}"),
    };
}
