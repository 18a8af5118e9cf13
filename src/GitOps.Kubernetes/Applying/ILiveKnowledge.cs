using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Applying;

/// <summary>What a running watch knows of a unit, so that a plan needs no request for what did not move.</summary>
internal interface ILiveKnowledge
{
    Inventory? Inventory { get; }

    LiveState? Find(ResourceId id);
}
