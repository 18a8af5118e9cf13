using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Planning;

/// <summary>Makes one plan: maps the set to the API, compares what is known, dry-runs the rest, finds what left the set.</summary>
internal sealed class Planner
{
    private readonly PlanScope _scope;
    private readonly SetMapping _mapping;

    public Planner(Cluster cluster, ApplyRequest request, ILiveKnowledge? known)
    {
        _scope = new PlanScope(cluster, request, known);
        _mapping = new SetMapping(_scope);
    }

    public async ValueTask<KubernetesPlan> RunAsync(CancellationToken cancellationToken)
    {
        // The inventory is on its way while the set is prepared.
        var inventory = _scope.Known?.Inventory;
        var loading = inventory is null ? _scope.Cluster.Inventories.LoadAsync(_scope.Request.UnitName, cancellationToken).AsTask() : null;
        var desired = await _mapping.MapAsync(cancellationToken).ConfigureAwait(false);
        var (loaded, unread) = loading is null ? default : await loading.ConfigureAwait(false);
        if (_scope.HasErrors)
        {
            return _scope.Failed(Inventory.Empty(_scope.Request.UnitName));
        }

        _scope.Cluster.Claims.Set(_scope.Owner.Unit, desired.Select(d => d.Id));
        _scope.Cluster.Remember(_scope.Request);
        inventory ??= loaded;
        if (inventory is null)
        {
            _scope.Tell(Failures.General(unread!, "The inventory cannot be read", null));
            return _scope.Failed(Inventory.Empty(_scope.Request.UnitName));
        }

        if (desired.Count == 0 && inventory.Entries.Count > 0 && _scope.Request.Prune && !_scope.Request.AllowEmpty)
        {
            _scope.Tell(Diagnostic.Error(Reasons.EmptyNotAllowed,
                $"The set is empty, and applying it would delete all {inventory.Entries.Count} objects of the unit {_scope.Request.UnitName}. If that is meant, allow an empty set; if not, check the path and the filters of the unit."));
            return _scope.Failed(inventory);
        }

        var wanted = desired.Select(d => d.Id).ToHashSet();
        var leaving = inventory.Entries.Values.Where(e => !wanted.Contains(e.Id)).ToList();
        var live = await LiveSet.ReadAsync(_scope, desired, leaving, inventory, cancellationToken).ConfigureAwait(false);
        if (_scope.HasErrors)
        {
            return _scope.Failed(inventory);
        }

        var assessment = new Assessment(_scope, inventory, live);
        List<PlannedObject> planned =
        [
            .. await assessment.RunAsync(desired, cancellationToken).ConfigureAwait(false),
            .. await new Pruning(_scope, live).RunAsync(leaving, cancellationToken).ConfigureAwait(false),
        ];
        var hooks = await new HookPlanning(_scope, _mapping).RunAsync(desired, planned, inventory, cancellationToken).ConfigureAwait(false);
        var announced = await AnnounceAsync(assessment.Refused, desired, inventory, cancellationToken).ConfigureAwait(false);
        return new KubernetesPlan(_scope.Request, [.. planned.Select(p => p.ToChange())], _scope.Diagnostics(), planned, announced ?? inventory)
        {
            HookRun = hooks,
            Hooks = hooks?.Due() ?? [],
            Announced = announced is not null,
        };
    }

    /// <summary>
    /// Puts what another unit owns into our inventory ahead of the time when it is given up: who prunes looks there, and leaves alone what somebody waits for.
    /// Without it the order of two hosts would decide whether an object that moves is deleted and made anew.
    /// </summary>
    /// <returns>The inventory as stored; <see langword="null"/> when nothing was written.</returns>
    private async ValueTask<Inventory?> AnnounceAsync(IReadOnlyCollection<ResourceId> refused, List<DesiredObject> desired, Inventory inventory, CancellationToken cancellationToken)
    {
        var waiting = desired.Where(d => refused.Contains(d.Id) && !inventory.Entries.ContainsKey(d.Id)).ToList();
        if (!_scope.Request.AnnounceTakeover || waiting.Count == 0)
        {
            return null;
        }

        Dictionary<ResourceId, InventoryEntry> entries = new(inventory.Entries);
        foreach (var item in waiting)
        {
            entries[item.Id] = new InventoryEntry(item.Id, item.Resource.Version);
        }

        var (saved, error) = await _scope.Cluster.Inventories.SaveAsync(inventory, entries, cancellationToken).ConfigureAwait(false);
        if (saved is null)
        {
            _scope.Tell(Failures.General(error!, "That the unit waits for objects of another one cannot be written down", null));
        }

        return saved;
    }

    /// <summary>Plans the deletion of some of the unit's objects. Objects that the inventory does not hold are named and left alone.</summary>
    public async ValueTask<KubernetesPlan> DeleteOnlyAsync(CancellationToken cancellationToken)
    {
        var desired = await _mapping.MapAsync(cancellationToken).ConfigureAwait(false);
        if (_scope.HasErrors)
        {
            return _scope.Failed(Inventory.Empty(_scope.Request.UnitName));
        }

        var (inventory, error) = await _scope.Cluster.Inventories.LoadAsync(_scope.Request.UnitName, cancellationToken).ConfigureAwait(false);
        if (inventory is null)
        {
            _scope.Tell(Failures.General(error!, "The inventory cannot be read", null));
            return _scope.Failed(Inventory.Empty(_scope.Request.UnitName));
        }

        List<InventoryEntry> leaving = [];
        foreach (var item in desired)
        {
            if (inventory.Entries.TryGetValue(item.Id, out var entry))
            {
                leaving.Add(entry);
            }
            else
            {
                _scope.Tell(Diagnostic.Warning(Reasons.NotFound, $"The inventory of the unit {_scope.Request.UnitName} does not hold the object: it is left alone.", item.Manifest.Origin, item.Id));
            }
        }

        var live = await LiveSet.ReadAsync(_scope, [], leaving, inventory, cancellationToken).ConfigureAwait(false);
        if (_scope.HasErrors)
        {
            return _scope.Failed(inventory);
        }

        var planned = await new Pruning(_scope, live).RunAsync(leaving, cancellationToken).ConfigureAwait(false);
        foreach (var entry in leaving.Where(e => !live.States.ContainsKey(e.Id)))
        {
            _scope.Tell(Diagnostic.Warning(Reasons.NotFound, "The object does not exist.", null, entry.Id));
        }

        return new KubernetesPlan(_scope.Request, [.. planned.Select(p => p.ToChange())], _scope.Diagnostics(), planned, inventory) { IsPartial = true };
    }

    /// <summary>Maps the set without comparing it: for watching it.</summary>
    public async ValueTask<(List<DesiredObject> Desired, IgnoreRules Ignore, IReadOnlyList<Diagnostic> Diagnostics)> MapOnlyAsync(CancellationToken cancellationToken) =>
        (await _mapping.MapAsync(cancellationToken).ConfigureAwait(false), _scope.Ignore, _scope.Diagnostics());
}
