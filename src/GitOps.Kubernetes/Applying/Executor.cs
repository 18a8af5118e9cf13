using System.Collections.Concurrent;
using GitOps.Json;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Health;
using GitOps.Kubernetes.Inventories;
using GitOps.Kubernetes.Planning;

namespace GitOps.Kubernetes.Applying;

/// <summary>
/// Carries a plan out. The inventory names everything before it exists and forgets nothing before it is gone,
/// so a kill at any moment leaves a state from which the next run goes on.
/// </summary>
internal sealed class Executor
{
    private readonly Cluster _cluster;
    private readonly KubernetesPlan _plan;
    private readonly IProgress<ObjectChange>? _progress;
    private readonly ILiveKnowledge? _known;
    private readonly DynamicClient _client;
    private readonly Owner _owner;
    private readonly PatchOptions _write;
    private readonly ConcurrentDictionary<ResourceId, ObjectChange> _done = new();
    private readonly ConcurrentDictionary<ResourceId, InventoryEntry> _entries = new();
    private readonly ConcurrentBag<Diagnostic> _diagnostics = [];

    public Executor(Cluster cluster, KubernetesPlan plan, IProgress<ObjectChange>? progress, ILiveKnowledge? known)
    {
        (_cluster, _plan, _progress, _known) = (cluster, plan, progress, known);
        _client = cluster.Client.As(plan.Request.ServiceAccount);
        _owner = Owner.Of(plan.Request.UnitName, cluster.Options.InventoryNamespace);
        _write = new PatchOptions { FieldManager = cluster.Options.FieldManager };
    }

    /// <summary>The inventory after the run, as stored.</summary>
    public Inventory? Result { get; private set; }

    /// <summary>The states of the objects that were written, for whoever keeps live knowledge.</summary>
    public ConcurrentDictionary<ResourceId, LiveState> Written { get; } = new();

    private string? User => _client.ImpersonatedUser;

    public async ValueTask<ChangeSet> RunAsync(CancellationToken cancellationToken)
    {
        await CheckPlanAsync(cancellationToken).ConfigureAwait(false);
        if (!_diagnostics.IsEmpty)
        {
            return Finish();
        }

        var inventory = await WriteAheadAsync(cancellationToken).ConfigureAwait(false);
        if (inventory is null)
        {
            return Finish();
        }

        // From here on things change, so whatever ends the run, what is known must be written down.
        var completed = false;
        try
        {
            completed = await ApplyStagesAsync(cancellationToken).ConfigureAwait(false);
            if (completed)
            {
                await PruneAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(10), _cluster.Time);
            using var linked = cancellationToken.IsCancellationRequested ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await WriteResultAsync(inventory, completed, linked?.Token ?? grace.Token).ConfigureAwait(false);
        }

        return Finish();
    }

    private ParallelOptions Parallelism(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = _cluster.Options.MaxConcurrency, CancellationToken = cancellationToken };

    private ChangeSet Finish() => new(
        [.. _plan.Objects.Where(o => _done.ContainsKey(o.Id)).Select(o => _done[o.Id])],
        [.. _diagnostics.OrderBy(d => d.Message, StringComparer.Ordinal)]);

    // --- Has live state moved since the plan was made? ---

    private async ValueTask CheckPlanAsync(CancellationToken cancellationToken)
    {
        if (!_plan.HasChanges)
        {
            return;
        }

        var based = _plan.Objects.Where(o => o.Action is not ChangeAction.Skipped).ToDictionary(o => o.Id);
        Dictionary<ResourceId, ApiResource> wanted = [];
        List<(ResourceId Id, ApiResource Resource)> absent = [];
        foreach (var item in based.Values)
        {
            if (item.Action == ChangeAction.Created)
            {
                // In a namespace or of a kind that the set itself makes there can be nothing.
                if (item.Desired is { PendingDefinition: null, NamespacePending: false })
                {
                    absent.Add((item.Id, item.Resource));
                }
            }
            else if (item.Action != ChangeAction.Unchanged || _known?.Find(item.Id) is not { } state)
            {
                wanted[item.Id] = item.Resource;
            }
            else if (state.OwnedHash != item.OwnedHash)
            {
                Outdated(item.Id, "it was changed");
            }
        }

        var reader = new LiveReader(_cluster, _client, _owner);
        var (live, error) = await reader.ReadAsync(
            wanted,
            (id, root) => LiveState.Of(root, id, _cluster.Options.FieldManager, based[id].Ignored) is var state && state.ResourceVersion == based[id].ResourceVersion ? state with { Root = null } : state,
            cancellationToken).ConfigureAwait(false);
        if (error is null)
        {
            (var appeared, error) = await reader.FindAsync(absent, cancellationToken).ConfigureAwait(false);
            foreach (var id in appeared)
            {
                Outdated(id, "it was made meanwhile");
            }
        }

        if (error is not null)
        {
            _diagnostics.Add(Failures.General(error, "Live state cannot be read", User));
            return;
        }

        foreach (var id in wanted.Keys)
        {
            if (Moved(based[id], live.GetValueOrDefault(id)) is { } what)
            {
                Outdated(id, what);
            }
        }
    }

    /// <summary>What happened to an object since the plan was made; <see langword="null"/> for nothing that matters.</summary>
    private string? Moved(PlannedObject item, LiveState? state) => item.Action switch
    {
        // Gone is what a deletion wants.
        ChangeAction.Deleted when state is null => null,
        _ when state is null => "it was deleted",
        _ when state.Uid != item.Uid => "it was deleted and made anew",
        ChangeAction.Deleted => state.Owner != _owner || state.Policy.BlocksPrune ? "its owner or its prune policy was changed" : null,
        ChangeAction.Unchanged => state.OwnedHash != item.OwnedHash ? "it was changed" : null,
        _ => state.Root is { } root && LiveState.StateHash(root) != item.StateHash ? "it was changed" : null,
    };

    private void Outdated(ResourceId id, string what) =>
        _diagnostics.Add(Diagnostic.Error(Reasons.PlanOutdated, $"The live object moved since the plan was made: {what}. Plan again.", null, id));

    // --- The inventory ---

    private async ValueTask<Inventory?> WriteAheadAsync(CancellationToken cancellationToken)
    {
        var inventory = _plan.Inventory;
        Dictionary<ResourceId, InventoryEntry> ahead = new(inventory.Entries);
        foreach (var item in _plan.Objects)
        {
            if (item.Desired is null || IsLeftAlone(item))
            {
                continue;
            }

            // An object that is about to change has no known state until it has changed.
            var entry = item.Action == ChangeAction.Unchanged && item.Desired is { } desired && inventory.Entries.TryGetValue(item.Id, out var known) && known.DesiredHash == desired.Hash && !known.Released
                ? known
                : new InventoryEntry(item.Id, item.Resource.Version);
            if (item.Action is ChangeAction.Configured or ChangeAction.Recreated or ChangeAction.Created || !ahead.TryGetValue(item.Id, out var was) || was.Released)
            {
                // The old hashes may stay for a change: they name a state that is about to end, and a kill before the write leaves it true.
                ahead[item.Id] = ahead.TryGetValue(item.Id, out var old) ? old with { Version = item.Resource.Version, Released = false } : entry;
            }
        }

        foreach (var entry in ahead)
        {
            _entries[entry.Key] = entry.Value;
        }

        var (saved, error) = await _cluster.Inventories.SaveAsync(inventory, ahead, cancellationToken).ConfigureAwait(false);
        if (saved is null)
        {
            _diagnostics.Add(InventoryFailure(error!));
        }

        return saved;
    }

    private async ValueTask WriteResultAsync(Inventory inventory, bool completed, CancellationToken cancellationToken)
    {
        var entries = new Dictionary<ResourceId, InventoryEntry>(_entries);
        if (completed)
        {
            var wanted = _plan.Objects.Where(o => o.Desired is not null && !IsLeftAlone(o)).Select(o => o.Id).ToHashSet();
            var left = _plan.Objects.Where(o => o.Desired is null).ToDictionary(o => o.Id);
            foreach (var id in entries.Keys.ToList())
            {
                // What is kept although nobody of this unit wants it is free for another unit to take.
                if (left.TryGetValue(id, out var kept) && kept is { KeepsEntry: true, Action: ChangeAction.Skipped } && !wanted.Contains(id))
                {
                    entries[id] = entries[id] with { Released = true };
                }

                // What was not found when the plan was made has no item: it is gone already.
                var released = !left.TryGetValue(id, out var item) ? !_plan.IsPartial : (item.Action == ChangeAction.Skipped && !item.KeepsEntry) || _released.ContainsKey(id);
                if (released && !wanted.Contains(id))
                {
                    entries.Remove(id);
                }
            }
        }

        var (saved, error) = await _cluster.Inventories.SaveAsync(inventory, entries, cancellationToken).ConfigureAwait(false);
        if (saved is null)
        {
            _diagnostics.Add(InventoryFailure(error!));
        }

        Result = saved;
    }

    /// <summary>Skipped objects are nobody's of ours - unless they were made by us once and are only not touched any more.</summary>
    private bool IsLeftAlone(PlannedObject item) => item.Action == ChangeAction.Skipped && !_plan.Inventory.Entries.ContainsKey(item.Id);

    private static Diagnostic InventoryFailure(ApiError error) => error.IsConflict
        ? Diagnostic.Error(Reasons.Conflict, "Somebody else wrote the inventory of the unit at the same time: two hosts must not apply one unit. Plan again.")
        : Failures.General(error, "The inventory cannot be written", null);

    // --- Apply ---

    private async ValueTask<bool> ApplyStagesAsync(CancellationToken cancellationToken)
    {
        foreach (var item in _plan.Objects.Where(o => o.Desired is not null && o.Action is ChangeAction.Unchanged or ChangeAction.Skipped))
        {
            if (item.Action == ChangeAction.Unchanged)
            {
                _entries[item.Id] = new InventoryEntry(item.Id, item.Resource.Version, item.Desired!.Hash, item.OwnedHash);
            }

            Report(new ObjectChange(item.Id, item.Action));
        }

        var changes = _plan.Objects.Where(o => o.Desired is not null && o.Action is not (ChangeAction.Unchanged or ChangeAction.Skipped));
        foreach (var stage in changes.GroupBy(o => o.Desired!.Stage).OrderBy(g => g.Key))
        {
            var items = stage.ToList();
            await Parallel.ForEachAsync(items, Parallelism(cancellationToken), async (item, token) => await ApplyOneAsync(item, token).ConfigureAwait(false)).ConfigureAwait(false);
            if (items.Exists(i => i.Resource.Kind == "CustomResourceDefinition"))
            {
                _cluster.ForgetKinds();
            }

            if (items.Exists(i => _done.TryGetValue(i.Id, out var change) && change.Error is not null))
            {
                return false;
            }

            if (ApplyOrder.WaitsForReady(stage.Key) && !await WaitReadyAsync(items, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask ApplyOneAsync(PlannedObject item, CancellationToken cancellationToken)
    {
        var desired = item.Desired!;
        var (result, outdated) = item.Action switch
        {
            ChangeAction.Created => await CreateAsync(item, desired, cancellationToken).ConfigureAwait(false),
            ChangeAction.Recreated => await RecreateAsync(item, desired, cancellationToken).ConfigureAwait(false),
            _ => await ConfigureAsync(item, desired, cancellationToken).ConfigureAwait(false),
        };

        if (outdated is not null)
        {
            Report(new ObjectChange(item.Id, item.Action, Diagnostic.Error(Reasons.PlanOutdated, $"The live object moved since the plan was made: {outdated}. Plan again.", desired.Manifest.Origin, item.Id)));
            return;
        }

        if (!result.Succeeded)
        {
            Report(new ObjectChange(item.Id, item.Action, Failures.Of(result.Error, item.Id, desired.Manifest.Origin, User)));
            return;
        }

        var state = LiveState.Of(result.Body, item.Id, _cluster.Options.FieldManager, item.Ignored);
        _entries[item.Id] = new InventoryEntry(item.Id, item.Resource.Version, desired.Hash, state.OwnedHash);
        Written[item.Id] = state with { Root = null };
        Report(new ObjectChange(item.Id, item.Action));
    }

    private async ValueTask<(ApiResult Result, string? Outdated)> CreateAsync(PlannedObject item, DesiredObject desired, CancellationToken cancellationToken)
    {
        // Without force: should the object have appeared since, nobody's fields are taken.
        var result = await PatchAsync(item, desired.Body, force: false, cancellationToken).ConfigureAwait(false);
        return result.Error is { IsFieldManagerConflict: true } ? (result, "it was made by somebody else") : (result, null);
    }

    private async ValueTask<(ApiResult Result, string? Outdated)> ConfigureAsync(PlannedObject item, DesiredObject desired, CancellationToken cancellationToken)
    {
        var resourceVersion = item.ResourceVersion;
        for (var attempt = 0; ; attempt++)
        {
            if (item.Adopts)
            {
                var (adopted, error) = await AdoptAsync(item, resourceVersion, cancellationToken).ConfigureAwait(false);
                if (error is { IsConflict: false })
                {
                    return (ApiResult.Failure(error), null);
                }

                resourceVersion = adopted ?? resourceVersion;
            }

            var root = (MapNode?)item.Body?.DeepClone() ?? desired.ReadRoot();
            root.GetMap("metadata")!.Set("resourceVersion", resourceVersion);
            var result = await PatchAsync(item, JsonTreeWriter.Write(root), force: _plan.Request.ForceConflicts || item.Adopts, cancellationToken).ConfigureAwait(false);
            if (result.Succeeded || !result.Error.IsConflict || result.Error.IsFieldManagerConflict || attempt == 5)
            {
                return (result, null);
            }

            // The resource version moved. A new status does not matter, anything else does.
            var live = await _client.GetAsync(item.Resource, item.Id.Namespace, item.Id.Name, cancellationToken).ConfigureAwait(false);
            if (!live.Succeeded)
            {
                return live.Error.IsNotFound ? (live, "it was deleted") : (live, null);
            }

            if (LiveState.StateHash(live.Body) != item.StateHash)
            {
                return (result, "it was changed");
            }

            resourceVersion = live.Body.GetMap("metadata")?.GetString("resourceVersion") ?? "";
        }
    }

    private async ValueTask<(string? ResourceVersion, ApiError? Error)> AdoptAsync(PlannedObject item, string resourceVersion, CancellationToken cancellationToken)
    {
        var live = await _client.GetAsync(item.Resource, item.Id.Namespace, item.Id.Name, cancellationToken).ConfigureAwait(false);
        if (!live.Succeeded)
        {
            return (null, live.Error);
        }

        if (LiveState.StateHash(live.Body) != item.StateHash || ManagedFields.AdoptionPatch(live.Body, _cluster.Options.FieldManager, item.Resource) is not { } patch)
        {
            return (resourceVersion, null);
        }

        // Taking the annotation away changes the state that the next attempt compares with, so it is left to the apply that follows.
        patch.RemoveAll(static o => ((MapNode)o).GetString("op") == "remove");
        var result = await _client.PatchAsync(item.Resource, item.Id.Namespace, item.Id.Name, PatchKind.Json, JsonTreeWriter.Write(patch), _write, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? (result.Body.GetMap("metadata")?.GetString("resourceVersion"), null) : (null, result.Error);
    }

    private async ValueTask<(ApiResult Result, string? Outdated)> RecreateAsync(PlannedObject item, DesiredObject desired, CancellationToken cancellationToken)
    {
        var deleted = await _client.DeleteAsync(item.Resource, item.Id.Namespace, item.Id.Name, new DeleteOptions { Uid = item.Uid }, cancellationToken).ConfigureAwait(false);
        if (!deleted.Succeeded && !deleted.Error.IsNotFound)
        {
            return (deleted, deleted.Error.IsConflict ? "it was deleted and made anew" : null);
        }

        var gone = await WaitGoneAsync(item, _plan.Request.StageTimeout, cancellationToken).ConfigureAwait(false);
        if (gone is not null)
        {
            return (ApiResult.Failure(new ApiError(504, "Timeout", $"the object was deleted to be made anew, but is still there after {_plan.Request.StageTimeout.TotalSeconds:0.#} seconds{gone}")), null);
        }

        return (await PatchAsync(item, desired.Body, force: true, cancellationToken).ConfigureAwait(false), null);
    }

    private ValueTask<ApiResult> PatchAsync(PlannedObject item, byte[] body, bool force, CancellationToken cancellationToken) =>
        _client.PatchAsync(item.Resource, item.Id.Namespace, item.Id.Name, PatchKind.Apply, body, _write with { Force = force }, cancellationToken);

    private async ValueTask<bool> WaitReadyAsync(List<PlannedObject> items, CancellationToken cancellationToken)
    {
        var ready = await Task.WhenAll(items.Select(async item =>
        {
            var health = await ReadyWait.RunAsync(_client, item.Resource, item.Id, _plan.Request.StageTimeout, _cluster.Time, cancellationToken).ConfigureAwait(false);
            if (health is null)
            {
                return true;
            }

            _diagnostics.Add(Diagnostic.Error(Reasons.HealthCheckFailed,
                $"The object is not ready after {_plan.Request.StageTimeout.TotalSeconds:0.#} seconds, and others need it: {health}. The objects of later stages were not applied.", item.Desired?.Manifest.Origin, item.Id));
            return false;
        })).ConfigureAwait(false);
        if (items.Exists(i => i.Resource.Kind == "CustomResourceDefinition"))
        {
            _cluster.ForgetKinds();
        }

        return Array.TrueForAll(ready, static r => r);
    }

    // --- Prune ---

    /// <summary>What may leave the inventory: gone, or somebody else's.</summary>
    private readonly ConcurrentDictionary<ResourceId, bool> _released = new();

    private async ValueTask PruneAsync(CancellationToken cancellationToken)
    {
        foreach (var item in _plan.Objects.Where(o => o.Desired is null && o.Action == ChangeAction.Skipped))
        {
            Report(new ObjectChange(item.Id, ChangeAction.Skipped));
        }

        // Deletion goes the other way round, one stage after another.
        var deletions = _plan.Objects.Where(o => o.Action == ChangeAction.Deleted);
        foreach (var stage in deletions.GroupBy(o => ApplyOrder.StageOf(o.Id.GroupKind)).OrderByDescending(g => g.Key))
        {
            List<PlannedObject> items = [.. stage];
            ConcurrentBag<PlannedObject> pending = [];
            await Parallel.ForEachAsync(items, Parallelism(cancellationToken), async (item, token) =>
            {
                if (await DeleteOneAsync(item, token).ConfigureAwait(false))
                {
                    pending.Add(item);
                }
            }).ConfigureAwait(false);

            await Parallel.ForEachAsync(pending, Parallelism(cancellationToken), async (item, token) =>
            {
                if (await WaitGoneAsync(item, _cluster.Options.PruneWait, token).ConfigureAwait(false) is { } blocked)
                {
                    _diagnostics.Add(Diagnostic.Warning(Reasons.PruneFailed, $"The object was deleted and is not gone yet{blocked}; it stays in the inventory until it is.", null, item.Id));
                }
                else
                {
                    _released[item.Id] = true;
                }
            }).ConfigureAwait(false);
        }
    }

    /// <returns>Whether the object may still be there.</returns>
    private async ValueTask<bool> DeleteOneAsync(PlannedObject item, CancellationToken cancellationToken)
    {
        var resourceVersion = item.ResourceVersion;
        for (var attempt = 0; ; attempt++)
        {
            // The resource version makes the check of the owner and the deletion one step.
            var result = await _client.DeleteAsync(item.Resource, item.Id.Namespace, item.Id.Name, new DeleteOptions { Uid = item.Uid, ResourceVersion = resourceVersion }, cancellationToken).ConfigureAwait(false);
            if (result.Succeeded || result.Error.IsNotFound)
            {
                Report(new ObjectChange(item.Id, ChangeAction.Deleted));

                // The answer is a status when the object is gone, and the object when finalizers or a grace period hold it.
                if (result.Succeeded && result.Body.GetString("kind") != "Status")
                {
                    return true;
                }

                _released[item.Id] = true;
                return false;
            }

            if (!result.Error.IsConflict || attempt == 5)
            {
                Report(new ObjectChange(item.Id, ChangeAction.Deleted, Diagnostic.Error(Reasons.PruneFailed, Failures.Explain(result.Error, User), null, item.Id)));
                return false;
            }

            var live = await _client.GetAsync(item.Resource, item.Id.Namespace, item.Id.Name, cancellationToken).ConfigureAwait(false);
            if (live.Error is { IsNotFound: true })
            {
                continue;
            }

            if (!live.Succeeded)
            {
                Report(new ObjectChange(item.Id, ChangeAction.Deleted, Diagnostic.Error(Reasons.PruneFailed, Failures.Explain(live.Error, User), null, item.Id)));
                return false;
            }

            var state = LiveState.Of(live.Body, item.Id, _cluster.Options.FieldManager, []);
            if (state.Uid != item.Uid || state.Owner != _owner || state.Policy.BlocksPrune)
            {
                // Somebody else's by now; a new object with our labels would be found by the next plan.
                Report(new ObjectChange(item.Id, ChangeAction.Skipped));
                return false;
            }

            resourceVersion = state.ResourceVersion;
        }
    }

    private ValueTask<string?> WaitGoneAsync(PlannedObject item, TimeSpan limit, CancellationToken cancellationToken) =>
        GoneWait.RunAsync(_client, item.Resource, item.Id, item.Uid, limit, _cluster.Time, cancellationToken);

    private void Report(ObjectChange change)
    {
        _done[change.Resource] = change;
        _progress?.Report(change);
    }
}
