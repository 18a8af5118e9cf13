using GitOps.Kubernetes.Hooks;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Planning;

/// <summary>A plan of ours: the public part and what is needed to apply it.</summary>
internal sealed record KubernetesPlan(ApplyRequest Request, IReadOnlyList<PlannedChange> Changes, IReadOnlyList<Diagnostic> Diagnostics, IReadOnlyList<PlannedObject> Objects, Inventory Inventory)
    : Plan(Request, Changes, Diagnostics)
{
    /// <summary>Whether the plan is about some objects of the inventory only; the entries of the others stay.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Whether the inventory was written while planning, since the unit waits for objects of another one.</summary>
    public bool Announced { get; init; }

    /// <summary>The hooks that are due; <see langword="null"/> when none are.</summary>
    public HookRun? HookRun { get; init; }
}
