using System.Collections.Concurrent;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Planning;

/// <summary>The live state of what is wanted and of what leaves the set.</summary>
/// <param name="States">By object; without its root where nothing moved.</param>
/// <param name="Silent">Objects that leave the set and whose API does not answer.</param>
internal sealed record LiveSet(IReadOnlyDictionary<ResourceId, LiveState> States, IReadOnlyDictionary<ResourceId, ApiError> Silent)
{
    /// <summary>Reads what a running watch does not know already; what keeps it from reading is told.</summary>
    public static async ValueTask<LiveSet> ReadAsync(PlanScope scope, List<DesiredObject> desired, List<InventoryEntry> leaving, Inventory inventory, CancellationToken cancellationToken)
    {
        Dictionary<ResourceId, ApiResource> wanted = [];
        ConcurrentDictionary<ResourceId, LiveState> live = new();
        Dictionary<ResourceId, ApiError> silent = [];
        Dictionary<ResourceId, DesiredObject> byId = new(desired.Count);
        foreach (var item in desired)
        {
            byId[item.Id] = item;
            if (item.PendingDefinition is null && (inventory.Entries.ContainsKey(item.Id) || item.Policy.IfNotPresent || !scope.Ignore.IsEmpty))
            {
                Want(item.Id, item.Resource);
            }
        }

        foreach (var entry in leaving)
        {
            var (resource, error) = await scope.Cluster.Discovery.FindAsync(entry.Id.GroupKind, entry.Version, cancellationToken).ConfigureAwait(false);
            if (error is { IsUnreachable: true } or { StatusCode: 401 })
            {
                scope.Tell(Failures.General(error, "The kinds of the cluster cannot be read", null));
                return new LiveSet(live, silent);
            }

            if (error is not null)
            {
                // One API that is broken must not keep the others from being pruned, nor its own objects from being pruned later.
                silent[entry.Id] = error;
            }
            else if (resource is not null)
            {
                Want(entry.Id, resource);
            }
        }

        var reader = new LiveReader(scope.Cluster, scope.Client, scope.Owner);
        var (read, failure) = await reader.ReadAsync(wanted, Select, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            scope.Tell(Failures.General(failure, "Live state cannot be read", scope.User));
            return new LiveSet(live, silent);
        }

        foreach (var (id, state) in read)
        {
            live[id] = state;
        }

        return new LiveSet(live, silent);

        void Want(ResourceId id, ApiResource resource)
        {
            // What a running watch has told needs no request, unless the object must be seen whole.
            if (scope.Known?.Find(id) is { } watched)
            {
                if (byId.TryGetValue(id, out var item) && IsKnownUnchanged(item, inventory, watched))
                {
                    live[id] = watched;
                    return;
                }
            }

            wanted[id] = resource;
        }

        LiveState Select(ResourceId id, MapNode root)
        {
            var state = LiveState.Of(root, id, scope.Manager, scope.Ignore.PathsFor(id));
            return byId.TryGetValue(id, out var item) && IsKnownUnchanged(item, inventory, state) ? state with { Root = null } : state;
        }
    }

    /// <summary>Whether neither the object nor what we own of it moved since it was applied.</summary>
    public static bool IsKnownUnchanged(DesiredObject desired, Inventory inventory, LiveState live) =>
        inventory.Entries.TryGetValue(desired.Id, out var entry)
        && entry.DesiredHash.Length > 0 && entry.LiveHash.Length > 0
        && entry.DesiredHash == desired.Hash && entry.LiveHash == live.OwnedHash
        && !live.IsTerminating && !live.Policy.BlocksApply && entry.Version == desired.Resource.Version;
}
