using GitOps.Json;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Applying;

/// <summary>One object of the desired set, ready to be sent: normalised, labelled, mapped.</summary>
internal sealed class DesiredObject(Manifest manifest, ResourceId id, ApiResource resource, byte[] body, string hash, ObjectPolicy policy)
{
    public Manifest Manifest { get; } = manifest;

    public ResourceId Id { get; } = id;

    public ApiResource Resource { get; } = resource;

    /// <summary>The body of the apply request. It is all that is kept of the object: a unit of thousands is held for as long as it is watched.</summary>
    public byte[] Body { get; } = body;

    /// <summary>What tells one desired state from another.</summary>
    public string Hash { get; } = hash;

    public ObjectPolicy Policy { get; } = policy;

    public int Stage { get; } = ApplyOrder.StageOf(id.GroupKind);

    public int Rank { get; } = ApplyOrder.Rank(id.GroupKind);

    /// <summary>The CRD in the same set that defines this kind, while the cluster does not know it yet.</summary>
    public MapNode? PendingDefinition { get; init; }

    /// <summary>Whether the namespace is made by the same set and not there yet.</summary>
    public bool NamespacePending { get; set; }

    /// <summary>Whether the same set changes the CRD of this kind.</summary>
    public bool DefinitionChanges { get; set; }

    /// <summary>The object as a tree of the caller's own.</summary>
    public MapNode ReadRoot() => JsonTreeReader.ReadMap(Body);

    /// <summary>A copy without what one plan found out.</summary>
    public DesiredObject Fresh() => new(Manifest, Id, Resource, Body, Hash, Policy);
}
