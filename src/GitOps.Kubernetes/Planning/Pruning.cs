using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Planning;

/// <summary>Decides what becomes of the objects that left the set.</summary>
internal sealed class Pruning
{
    private readonly PlanScope _scope;
    private readonly LiveSet _live;

    public Pruning(PlanScope scope, LiveSet live)
    {
        _scope = scope;
        _live = live;
    }

    public async ValueTask<List<PlannedObject>> RunAsync(List<InventoryEntry> leaving, CancellationToken cancellationToken)
    {
        List<PlannedObject> planned = [];
        var holders = await HoldersAsync(leaving, cancellationToken).ConfigureAwait(false);
        foreach (var entry in leaving.OrderByDescending(e => e.Id, ApplyOrder.Comparer))
        {
            if (_live.Silent.TryGetValue(entry.Id, out var silent))
            {
                _scope.Find(Diagnostic.Warning(Reasons.PruneFailed, $"The object left the set, and its API does not answer: {Failures.Explain(silent, null)}. It stays in the inventory until it can be deleted.", null, entry.Id));
                planned.Add(new PlannedObject(entry.Id, new ApiResource(entry.Id.Group, entry.Version, entry.Id.Kind, "", true), ChangeAction.Skipped) { KeepsEntry = true, Note = "it left the set, and its API does not answer" });
                continue;
            }

            if (!_live.States.TryGetValue(entry.Id, out var state) || state.Root is not { } root)
            {
                continue;
            }

            var (resource, _) = await _scope.Cluster.Discovery.FindAsync(entry.Id.GroupKind, entry.Version, cancellationToken).ConfigureAwait(false);
            if (resource is null)
            {
                continue;
            }

            var item = new PlannedObject(entry.Id, resource, ChangeAction.Deleted) { Uid = state.Uid, ResourceVersion = state.ResourceVersion };
            var finalizers = LiveState.Finalizers(root);
            planned.Add(item switch
            {
                _ when !_scope.Request.Prune => item with { Action = ChangeAction.Skipped, KeepsEntry = true, Note = "it left the set, and pruning is off" },
                _ when state.Owner is null => Abandon(item),
                _ when state.Owner != _scope.Owner => item with { Action = ChangeAction.Skipped, Note = $"it now belongs to {state.Owner}" },
                _ when state.Policy.BlocksPrune => item with { Action = ChangeAction.Skipped, Note = state.Policy.Reason },
                _ when state.IsTerminating => item with { Action = ChangeAction.Skipped, KeepsEntry = true, Note = finalizers.Count == 0 ? "it is being deleted" : $"it is being deleted and waits for its finalizers {string.Join(", ", finalizers)}" },
                _ when (holders.GetValueOrDefault(entry.Id) ?? _scope.Cluster.Claims.OtherClaimant(_scope.Owner.Unit, entry.Id)) is { } claimant => item with { Action = ChangeAction.Skipped, KeepsEntry = true, Note = $"it is handed over to unit {claimant}" },
                _ => item,
            });
        }

        return planned;
    }

    /// <summary>
    /// The units that already have in their inventories what is about to be deleted. An object that moves is in its new inventory before its labels say so,
    /// and a host that was killed in between will come back for it.
    /// </summary>
    private async ValueTask<IReadOnlyDictionary<ResourceId, string>> HoldersAsync(List<InventoryEntry> leaving, CancellationToken cancellationToken)
    {
        var ids = leaving.Select(e => e.Id).Where(id => _live.States.TryGetValue(id, out var state) && state.Owner == _scope.Owner).ToHashSet();
        if (!_scope.Request.Prune || ids.Count == 0)
        {
            return new Dictionary<ResourceId, string>();
        }

        var (holders, error) = await _scope.Cluster.Inventories.HoldersAsync(_scope.Request.UnitName, ids, cancellationToken).ConfigureAwait(false);
        if (error is not null)
        {
            _scope.Find(Failures.General(error, "Whether another unit takes over what is to be pruned cannot be read", null));
        }

        return holders;
    }

    private PlannedObject Abandon(PlannedObject item)
    {
        _scope.Find(Diagnostic.Warning(Reasons.PruneFailed, "The object left the set, but somebody took our owner labels off the live one: it is not deleted and no longer tracked.", null, item.Id));
        return item with { Action = ChangeAction.Skipped, Note = "somebody took our owner labels off it" };
    }
}
