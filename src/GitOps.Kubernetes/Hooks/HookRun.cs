using GitOps.Kubernetes.Applying;

namespace GitOps.Kubernetes.Hooks;

/// <summary>A hook that is due: its object, ready to be sent, and its place in the run.</summary>
internal sealed record DueHook(Hook Hook, DesiredObject Object, HookPhase Phase, string Moment)
{
    /// <summary>What tells it from the other hooks of the run; one hook may run both before and after.</summary>
    public string Key => $"{Phase} {Object.Id}";
}

/// <summary>The hooks that are due for one set, and how far they have come. The record moves on as they run.</summary>
internal sealed class HookRun(ReleaseRecord record, bool isStored, IReadOnlyList<DueHook> hooks)
{
    public ReleaseRecord Record { get; set; } = record;

    /// <summary>Whether <see cref="Record"/> is in the cluster as it is here.</summary>
    public bool IsStored { get; set; } = isStored;

    public IReadOnlyList<DueHook> Hooks { get; } = hooks;

    /// <summary>What has not run yet, for the plan.</summary>
    public IReadOnlyList<PlannedHook> Due() => [.. Hooks.Where(h => !HasRun(h)).Select(h => new PlannedHook(h.Object.Id, h.Phase))];

    public bool HasRun(DueHook hook) => Record.Ran.Contains(hook.Key, StringComparer.Ordinal);
}
