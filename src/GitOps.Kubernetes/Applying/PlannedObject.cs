using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Hooks;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Applying;

/// <summary>What a plan holds to carry itself out: per object what to send and what it was based on.</summary>
internal sealed record PlannedObject(ResourceId Id, ApiResource Resource, ChangeAction Action)
{
    /// <summary>What is sent; <see langword="null"/> for a deletion.</summary>
    public DesiredObject? Desired { get; init; }

    /// <summary>The root to send when it is not the desired one: ignored fields taken out or adopted.</summary>
    public MapNode? Body { get; init; }

    public string Uid { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    /// <summary>See <see cref="LiveState.StateHash"/>.</summary>
    public string StateHash { get; init; } = "";

    /// <summary>The owned state before the write, for unchanged objects.</summary>
    public string OwnedHash { get; init; } = "";

    public IReadOnlyList<FieldChange> Fields { get; init; } = [];

    public IReadOnlyList<FieldConflict> Conflicts { get; init; } = [];

    public string Note { get; init; } = "";

    /// <summary>Whether fields of kubectl are folded into ours first.</summary>
    public bool Adopts { get; init; }

    /// <summary>Whether the entry stays in the inventory although the object left the set.</summary>
    public bool KeepsEntry { get; init; }

    public IReadOnlyList<string> Ignored { get; init; } = [];

    public PlannedChange ToChange() => new(Id, Action, Fields) { Conflicts = Conflicts, Note = Note };
}

/// <summary>A plan of ours: the public part and what is needed to apply it.</summary>
internal sealed record KubernetesPlan(ApplyRequest Request, IReadOnlyList<PlannedChange> Changes, IReadOnlyList<Diagnostic> Diagnostics, IReadOnlyList<PlannedObject> Objects, Inventory Inventory)
    : Plan(Request, Changes, Diagnostics)
{
    /// <summary>Whether the plan is about some objects of the inventory only; the entries of the others stay.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The hooks that are due; <see langword="null"/> when none are.</summary>
    public HookRun? HookRun { get; init; }
}
