namespace GitOps.Testing;

/// <summary>How a simulated pod turns out.</summary>
public enum PodFate
{
    /// <summary>It runs and is ready; the pod of a Job completes.</summary>
    Ready,

    /// <summary>Its image cannot be pulled: <c>ImagePullBackOff</c>.</summary>
    ImagePullBackOff,

    /// <summary>Its container crashes again and again: <c>CrashLoopBackOff</c>.</summary>
    CrashLoopBackOff,

    /// <summary>No node takes it: <c>Unschedulable</c>.</summary>
    Unschedulable,

    /// <summary>It runs but its readiness probe fails.</summary>
    NotReady,

    /// <summary>It ends with an error; the Job it belongs to fails.</summary>
    Failed,
}
