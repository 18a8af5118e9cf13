using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Planning;

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

    /// <summary>An object that is left as it is.</summary>
    public static PlannedObject Skip(DesiredObject desired, string why) => new(desired.Id, desired.Resource, ChangeAction.Skipped) { Desired = desired, Note = why };

    /// <summary>An object that does not exist yet.</summary>
    public static PlannedObject Create(DesiredObject desired, string note) => new(desired.Id, desired.Resource, ChangeAction.Created) { Desired = desired, Note = note };

    /// <summary>What is done to an object that exists.</summary>
    public static PlannedObject Of(DesiredObject desired, ChangeAction action, LiveState state) => new(desired.Id, desired.Resource, action)
    {
        Desired = desired,
        Uid = state.Uid,
        ResourceVersion = state.ResourceVersion,
        OwnedHash = state.OwnedHash,
        StateHash = state.Root is null ? "" : LiveState.StateHash(state.Root),
    };

    public PlannedChange ToChange() => new(Id, Action, Fields) { Conflicts = Conflicts, Note = Note };
}
