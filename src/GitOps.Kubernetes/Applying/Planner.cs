using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Applying;

/// <summary>Makes one plan: maps the set to the API, compares what is known, dry-runs the rest, finds what left the set.</summary>
internal sealed partial class Planner
{
    private readonly Cluster _cluster;
    private readonly ApplyRequest _request;
    private readonly DynamicClient _client;
    private readonly Owner _owner;
    private readonly PatchOptions _dryRun;
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly ConcurrentBag<Diagnostic> _found = [];
    private readonly IgnoreRules _ignore;
    private readonly ILiveKnowledge? _known;
    private readonly Dictionary<ResourceId, ApiError> _silent = [];
    private bool _isUnreachable;

    public Planner(Cluster cluster, ApplyRequest request, ILiveKnowledge? known)
    {
        _cluster = cluster;
        _request = request;
        _known = known;
        _client = cluster.Client.As(request.ServiceAccount);
        _owner = Owner.Of(request.UnitName, cluster.Options.InventoryNamespace);
        _dryRun = new PatchOptions { FieldManager = cluster.Options.FieldManager, DryRun = true };
        _ignore = IgnoreRules.Compile(request.Ignore, _diagnostics);
    }

    private string? User => _client.ImpersonatedUser;

    private string Manager => _cluster.Options.FieldManager;

    public async ValueTask<KubernetesPlan> RunAsync(CancellationToken cancellationToken)
    {
        // The inventory is on its way while the set is prepared.
        var inventory = _known?.Inventory;
        var loading = inventory is null ? _cluster.Inventories.LoadAsync(_request.UnitName, cancellationToken).AsTask() : null;
        var desired = await MapAsync(cancellationToken).ConfigureAwait(false);
        var (loaded, unread) = loading is null ? default : await loading.ConfigureAwait(false);
        if (HasErrors)
        {
            return Failed(Inventory.Empty(_request.UnitName));
        }

        _cluster.Claims.Set(_owner.Unit, desired.Select(d => d.Id));
        _cluster.Remember(_request);
        inventory ??= loaded;
        if (inventory is null)
        {
            _diagnostics.Add(Failures.General(unread!, "The inventory cannot be read", null));
            return Failed(Inventory.Empty(_request.UnitName));
        }

        if (desired.Count == 0 && inventory.Entries.Count > 0 && _request.Prune && !_request.AllowEmpty)
        {
            _diagnostics.Add(Diagnostic.Error(Reasons.EmptyNotAllowed,
                $"The set is empty, and applying it would delete all {inventory.Entries.Count} objects of the unit {_request.UnitName}. If that is meant, allow an empty set; if not, check the path and the filters of the unit."));
            return Failed(inventory);
        }

        var wanted = desired.Select(d => d.Id).ToHashSet();
        var leaving = inventory.Entries.Values.Where(e => !wanted.Contains(e.Id)).ToList();
        var live = await ReadLiveAsync(desired, leaving, inventory, cancellationToken).ConfigureAwait(false);
        if (HasErrors)
        {
            return Failed(inventory);
        }

        List<PlannedObject> planned = [];
        await AssessAllAsync(desired, inventory, live, planned, cancellationToken).ConfigureAwait(false);
        await PlanPruneAsync(leaving, live, planned, cancellationToken).ConfigureAwait(false);
        var run = await PlanHooksAsync(desired, planned, inventory, cancellationToken).ConfigureAwait(false);
        _diagnostics.AddRange(_found.OrderBy(d => d.Resource ?? new ResourceId("", "", "", ""), ApplyOrder.Comparer).ThenBy(d => d.Message, StringComparer.Ordinal));
        return new KubernetesPlan(_request, [.. planned.Select(p => p.ToChange())], _diagnostics, planned, inventory) { HookRun = run, Hooks = run is null ? [] : Planned(run) };
    }

    /// <summary>Plans the deletion of some of the unit's objects. Objects that the inventory does not hold are named and left alone.</summary>
    public async ValueTask<KubernetesPlan> DeleteOnlyAsync(CancellationToken cancellationToken)
    {
        var desired = await MapAsync(cancellationToken).ConfigureAwait(false);
        if (HasErrors)
        {
            return Failed(Inventory.Empty(_request.UnitName));
        }

        var (inventory, error) = await _cluster.Inventories.LoadAsync(_request.UnitName, cancellationToken).ConfigureAwait(false);
        if (inventory is null)
        {
            _diagnostics.Add(Failures.General(error!, "The inventory cannot be read", null));
            return Failed(Inventory.Empty(_request.UnitName));
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
                _diagnostics.Add(Diagnostic.Warning(Reasons.NotFound, $"The inventory of the unit {_request.UnitName} does not hold the object: it is left alone.", item.Manifest.Origin, item.Id));
            }
        }

        var live = await ReadLiveAsync([], leaving, inventory, cancellationToken).ConfigureAwait(false);
        if (HasErrors)
        {
            return Failed(inventory);
        }

        List<PlannedObject> planned = [];
        await PlanPruneAsync(leaving, live, planned, cancellationToken).ConfigureAwait(false);
        foreach (var entry in leaving.Where(e => !live.ContainsKey(e.Id)))
        {
            _diagnostics.Add(Diagnostic.Warning(Reasons.NotFound, "The object does not exist.", null, entry.Id));
        }

        _diagnostics.AddRange(_found);
        return new KubernetesPlan(_request, [.. planned.Select(p => p.ToChange())], _diagnostics, planned, inventory) { IsPartial = true };
    }

    private bool HasErrors => _diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error);

    private KubernetesPlan Failed(Inventory inventory) => new(_request, [], _diagnostics, [], inventory);

    // --- From manifests to objects of the API ---

    /// <summary>Maps the set without comparing it: for watching it.</summary>
    public async ValueTask<(List<DesiredObject> Desired, IgnoreRules Ignore, IReadOnlyList<Diagnostic> Diagnostics)> MapOnlyAsync(CancellationToken cancellationToken) =>
        (await MapAsync(cancellationToken).ConfigureAwait(false), _ignore, _diagnostics);

    private async ValueTask<List<DesiredObject>> MapAsync(CancellationToken cancellationToken)
    {
        var definitions = CollectDefinitions();
        List<(Manifest Manifest, ResourceId Id, ApiResource Resource, MapNode? Definition)> mapped = new(_request.Manifests.Count);
        Dictionary<ResourceId, Manifest> seen = [];
        HashSet<(string, string)> unknown = [];
        foreach (var manifest in _request.Manifests)
        {
            var (resource, definition) = await ResolveAsync(manifest, definitions, unknown, cancellationToken).ConfigureAwait(false);
            if (_isUnreachable)
            {
                return [];
            }

            if (resource is null)
            {
                continue;
            }

            var @namespace = NamespaceOf(manifest, resource);
            var id = manifest.Id with { Namespace = @namespace };
            if (!seen.TryAdd(id, manifest))
            {
                _diagnostics.Add(Diagnostic.Error(Reasons.ValidationFailed,
                    $"The object is in the set twice{(seen[id].Origin is { } first ? $", first in {first}" : "")}: remove one of them.", manifest.Origin, id));
                continue;
            }

            mapped.Add((manifest, id, resource, definition));
        }

        // Copying and hashing is all that a run costs which changes nothing, and each object is its own.
        var desired = new DesiredObject[mapped.Count];
        Parallel.For(0, mapped.Count, new ParallelOptions { CancellationToken = cancellationToken }, i => desired[i] = Prepare(mapped[i].Manifest, mapped[i].Id, mapped[i].Resource, mapped[i].Definition));
        Array.Sort(desired, ApplyOrder.Compare);
        return [.. desired];
    }

    private DesiredObject Prepare(Manifest manifest, ResourceId id, ApiResource resource, MapNode? definition)
    {
        if (definition is null && _cluster.Prepared.Find(manifest, id.Namespace, _owner) is { } ready && ready.Resource == resource)
        {
            return ready.Fresh();
        }

        var root = Normalization.Prepare(manifest, id.Namespace, _owner);
        var body = JsonTreeWriter.Write(root);
        var made = new DesiredObject(manifest, id, resource, root, body, Normalization.Hash(body), ObjectPolicy.Read(root)) { PendingDefinition = definition };
        if (definition is null)
        {
            _cluster.Prepared.Add(manifest, id.Namespace, _owner, made);
        }

        return made;
    }

    private string NamespaceOf(Manifest manifest, ApiResource resource) =>
        resource.Namespaced ? manifest.Id.Namespace is { Length: > 0 } named ? named : _request.DefaultNamespace ?? "default" : "";

    /// <summary>The API resource of a manifest, and the definition in the set while only that knows the kind. What cannot be found is told once for each kind.</summary>
    private async ValueTask<(ApiResource? Resource, MapNode? Definition)> ResolveAsync(
        Manifest manifest, Dictionary<(string ApiVersion, string Kind), (ApiResource Resource, MapNode Definition)> definitions, HashSet<(string, string)> unknown, CancellationToken cancellationToken)
    {
        var (resource, error) = await _cluster.Discovery.FindAsync(manifest.ApiVersion, manifest.Kind, cancellationToken).ConfigureAwait(false);
        if (error is { IsUnreachable: true } or { StatusCode: 401 })
        {
            _isUnreachable = true;
            _diagnostics.Add(Failures.General(error, "The kinds of the cluster cannot be read", null));
            return default;
        }

        if (error is not null)
        {
            if (unknown.Add((manifest.ApiVersion, manifest.Kind)))
            {
                _diagnostics.Add(Diagnostic.Error(Failures.ReasonOf(error), $"The API {manifest.ApiVersion} does not say which kinds it has: {Failures.Explain(error, null)}.", manifest.Origin, manifest.Id));
            }

            return default;
        }

        if (resource is not null)
        {
            return (resource, null);
        }

        if (definitions.TryGetValue((manifest.ApiVersion, manifest.Kind), out var defined))
        {
            return defined;
        }

        if (unknown.Add((manifest.ApiVersion, manifest.Kind)))
        {
            _diagnostics.Add(Diagnostic.Error(Reasons.ValidationFailed,
                $"The cluster knows no kind {manifest.Kind} in {manifest.ApiVersion}, and no CustomResourceDefinition of the set defines it: add the definition, apply what brings it first, or correct apiVersion and kind.",
                manifest.Origin, manifest.Id));
        }

        return default;
    }

    private Dictionary<(string ApiVersion, string Kind), (ApiResource Resource, MapNode Definition)> CollectDefinitions()
    {
        Dictionary<(string, string), (ApiResource, MapNode)> found = [];
        foreach (var manifest in _request.Manifests)
        {
            if (manifest is not { Kind: "CustomResourceDefinition", Id.Group: "apiextensions.k8s.io" } || manifest.Root.GetMap("spec") is not { } spec || spec.GetMap("names") is not { } names)
            {
                continue;
            }

            var (group, kind, plural) = (spec.GetString("group") ?? "", names.GetString("kind") ?? "", names.GetString("plural") ?? "");
            var namespaced = spec.GetString("scope") != "Cluster";
            foreach (var node in spec.GetList("versions") ?? [])
            {
                if (node is MapNode version && version.GetString("name") is { Length: > 0 } name)
                {
                    found.TryAdd(($"{group}/{name}", kind), (new ApiResource(group, name, kind, plural, namespaced), version));
                }
            }
        }

        return found;
    }

    // --- Live state ---

    private async ValueTask<IReadOnlyDictionary<ResourceId, LiveState>> ReadLiveAsync(List<DesiredObject> desired, List<InventoryEntry> leaving, Inventory inventory, CancellationToken cancellationToken)
    {
        Dictionary<ResourceId, ApiResource> wanted = [];
        ConcurrentDictionary<ResourceId, LiveState> live = new();
        Dictionary<ResourceId, DesiredObject> byId = new(desired.Count);
        foreach (var item in desired)
        {
            byId[item.Id] = item;
            if (item.PendingDefinition is null && (inventory.Entries.ContainsKey(item.Id) || item.Policy.IfNotPresent || !_ignore.IsEmpty))
            {
                Want(item.Id, item.Resource);
            }
        }

        foreach (var entry in leaving)
        {
            var (resource, error) = await _cluster.Discovery.FindAsync(entry.Id.GroupKind, entry.Version, cancellationToken).ConfigureAwait(false);
            if (error is { IsUnreachable: true } or { StatusCode: 401 })
            {
                _diagnostics.Add(Failures.General(error, "The kinds of the cluster cannot be read", null));
                return live;
            }

            if (error is not null)
            {
                // One API that is broken must not keep the others from being pruned, nor its own objects from being pruned later.
                _silent[entry.Id] = error;
            }
            else if (resource is not null)
            {
                Want(entry.Id, resource);
            }
        }

        var reader = new LiveReader(_cluster, _client, _owner);
        var (read, failure) = await reader.ReadAsync(wanted, Select, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            _diagnostics.Add(Failures.General(failure, "Live state cannot be read", User));
            return live;
        }

        foreach (var (id, state) in read)
        {
            live[id] = state;
        }

        return live;

        void Want(ResourceId id, ApiResource resource)
        {
            // What a running watch has told needs no request, unless the object must be seen whole.
            if (_known?.Find(id) is { } watched)
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
            var state = LiveState.Of(root, id, Manager, _ignore.PathsFor(id));
            return byId.TryGetValue(id, out var item) && IsKnownUnchanged(item, inventory, state) ? state with { Root = null } : state;
        }
    }

    private static bool IsKnownUnchanged(DesiredObject desired, Inventory inventory, LiveState live) =>
        inventory.Entries.TryGetValue(desired.Id, out var entry)
        && entry.DesiredHash.Length > 0 && entry.LiveHash.Length > 0
        && entry.DesiredHash == desired.Hash && entry.LiveHash == live.OwnedHash
        && !live.IsTerminating && !live.Policy.BlocksApply && entry.Version == desired.Resource.Version;

    // --- Assessment of the desired objects ---

    private async ValueTask AssessAllAsync(List<DesiredObject> desired, Inventory inventory, IReadOnlyDictionary<ResourceId, LiveState> live, List<PlannedObject> planned, CancellationToken cancellationToken)
    {
        var results = new PlannedObject?[desired.Count];
        var parallelism = new ParallelOptions { MaxDegreeOfParallelism = _cluster.Options.MaxConcurrency, CancellationToken = cancellationToken };

        // Definitions and namespaces first: what of them is new decides how the rest can be checked.
        var definitions = Enumerable.Range(0, desired.Count).Where(i => desired[i].Stage == ApplyOrder.Definitions).ToList();
        await Parallel.ForEachAsync(definitions, parallelism, async (i, token) => results[i] = await AssessAsync(desired[i], inventory, live, token).ConfigureAwait(false)).ConfigureAwait(false);

        HashSet<string> newNamespaces = new(StringComparer.Ordinal);
        HashSet<GroupKind> changedKinds = [];
        foreach (var i in definitions)
        {
            if (results[i] is { Action: ChangeAction.Created } made && made.Id.Kind == "Namespace")
            {
                newNamespaces.Add(made.Id.Name);
            }
            else if (results[i] is { Action: ChangeAction.Configured or ChangeAction.Created } changed && changed.Id.Kind == "CustomResourceDefinition" && desired[i].Root.GetMap("spec") is { } spec)
            {
                changedKinds.Add(new GroupKind(spec.GetString("group") ?? "", spec.GetMap("names")?.GetString("kind") ?? ""));
            }
        }

        var rest = Enumerable.Range(0, desired.Count).Where(i => desired[i].Stage != ApplyOrder.Definitions).ToList();
        await Parallel.ForEachAsync(rest, parallelism, async (i, token) =>
        {
            desired[i].NamespacePending = newNamespaces.Contains(desired[i].Id.Namespace);
            desired[i].DefinitionChanges = changedKinds.Contains(desired[i].Id.GroupKind);
            results[i] = await AssessAsync(desired[i], inventory, live, token).ConfigureAwait(false);
        }).ConfigureAwait(false);

        planned.AddRange(results.OfType<PlannedObject>());
    }

    private async ValueTask<PlannedObject?> AssessAsync(DesiredObject desired, Inventory inventory, IReadOnlyDictionary<ResourceId, LiveState> live, CancellationToken cancellationToken)
    {
        if (desired.Policy.BlocksApply)
        {
            return Skip(desired, desired.Policy.Reason);
        }

        live.TryGetValue(desired.Id, out var state);
        if (state is not null && IsKnownUnchanged(desired, inventory, state))
        {
            return Unchanged(desired, state);
        }

        if (desired.PendingDefinition is { } definition)
        {
            return CheckAgainstDefinition(desired, definition) ? Create(desired, "validated against the CustomResourceDefinition of the set") : null;
        }

        if (desired.NamespacePending && state is null)
        {
            return await ProbeAsync(desired, cancellationToken).ConfigureAwait(false);
        }

        if (state?.Root is not null)
        {
            return await CompareAsync(desired, state, cancellationToken).ConfigureAwait(false);
        }

        // Not known to exist: the dry-run tells.
        var dryRun = await _client.PatchAsync(desired.Resource, desired.Id.Namespace, desired.Id.Name, PatchKind.Apply, desired.Body, _dryRun with { Force = true }, cancellationToken).ConfigureAwait(false);
        if (dryRun is { Succeeded: true, WasCreated: true })
        {
            return Create(desired, "");
        }

        if (!dryRun.Succeeded && !Failures.IsImmutable(dryRun.Error) && !dryRun.Error.IsConflict)
        {
            return Refuse(desired, dryRun.Error);
        }

        var result = await _client.GetAsync(desired.Resource, desired.Id.Namespace, desired.Id.Name, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return Refuse(desired, dryRun.Error is not null && result.Error.IsNotFound ? dryRun.Error : result.Error);
        }

        return await CompareAsync(desired, LiveState.Of(result.Body, desired.Id, Manager, _ignore.PathsFor(desired.Id)), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<PlannedObject?> CompareAsync(DesiredObject desired, LiveState state, CancellationToken cancellationToken)
    {
        var live = state.Root!;
        if (state.Policy.BlocksApply)
        {
            return Skip(desired, state.Policy.Reason + " on the live object");
        }

        if (desired.Policy.IfNotPresent)
        {
            return Skip(desired, "it exists, and an annotation says ssa: IfNotPresent") with { OwnedHash = state.OwnedHash };
        }

        if (!await MayTakeAsync(desired.Id, desired.Manifest.Origin, state, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (state.IsTerminating)
        {
            var finalizers = LiveState.Finalizers(live);
            _found.Add(Diagnostic.Error(Reasons.ApplyFailed,
                $"The live object is being deleted{(finalizers.Count == 0 ? "" : $" and waits for its finalizers {string.Join(", ", finalizers)}")}: it can be applied once it is gone.", desired.Manifest.Origin, desired.Id));
            return null;
        }

        WarnOfFlux(desired, live);
        var ignored = _ignore.PathsFor(desired.Id);
        var root = ignored.Count == 0 ? desired.Root : WithoutIgnored(desired.Root, live, ignored);
        var body = ignored.Count == 0 ? desired.Body : JsonTreeWriter.Write(root);
        var adopts = !desired.Policy.Merge && ManagedFields.NeedsAdoption(live, Manager);

        // Asking without force first makes the server name whom we would take fields from.
        IReadOnlyList<FieldConflict> conflicts = [];
        var dryRun = await DryRunAsync(desired, body, force: adopts, cancellationToken).ConfigureAwait(false);
        if (dryRun.Error is { IsFieldManagerConflict: true } conflict)
        {
            conflicts = Conflicts(conflict, live);
            if (!_request.ForceConflicts)
            {
                return Refuse(desired, conflict);
            }

            dryRun = await DryRunAsync(desired, body, force: true, cancellationToken).ConfigureAwait(false);
        }

        if (!dryRun.Succeeded)
        {
            if (Failures.IsImmutable(dryRun.Error))
            {
                return await RecreateAsync(desired, state, dryRun.Error, cancellationToken).ConfigureAwait(false);
            }

            if (desired.DefinitionChanges && dryRun.Error.StatusCode is 400 or 422 or 500)
            {
                return Planned(desired, ChangeAction.Configured, state) with { Note = "its CustomResourceDefinition changes in the same set; the server checks it after that" };
            }

            return Refuse(desired, dryRun.Error);
        }

        var after = dryRun.Body;
        if (adopts)
        {
            after = WithoutAdopted(live, after);
        }

        var type = await _cluster.Schemas.FindAsync(desired.Resource, cancellationToken).ConfigureAwait(false);
        var fields = ObjectDiff.Compare(live, after, type, IgnoreRules.Test(ignored));
        var takesOwnership = fields.Count == 0 && (adopts || !Node.DeepEquals(OurFields(live), OurFields(after)));
        var action = fields.Count > 0 || takesOwnership ? ChangeAction.Configured : ChangeAction.Unchanged;
        return Planned(desired, action, state) with
        {
            Body = ignored.Count == 0 ? null : root,
            Fields = fields,
            Conflicts = conflicts,
            Adopts = adopts,
            Ignored = ignored,
            Note = adopts ? "takes over the fields that kubectl applied" : takesOwnership ? "takes ownership of fields without changing them" : "",
        };
    }

    private ValueTask<ApiResult> DryRunAsync(DesiredObject desired, byte[] body, bool force, CancellationToken cancellationToken) =>
        _client.PatchAsync(desired.Resource, desired.Id.Namespace, desired.Id.Name, PatchKind.Apply, body, _dryRun with { Force = force }, cancellationToken);

    // --- Ownership ---

    /// <summary>Whether a live object may become ours: it has no owner, or is ours, or its owner does not want it any more.</summary>
    private async ValueTask<bool> MayTakeAsync(ResourceId id, SourceLocation? origin, LiveState state, CancellationToken cancellationToken)
    {
        if (state.Owner is not { } other || other == _owner)
        {
            return true;
        }

        var wanted = other.Namespace == _owner.Namespace ? _cluster.Claims.Wants(other.Unit, id) : null;
        if (wanted is null)
        {
            var (holds, error) = await _cluster.Inventories.HoldsAsync(other, id, cancellationToken).ConfigureAwait(false);
            if (error is not null && !error.IsForbidden)
            {
                _found.Add(Failures.Of(error, id, origin, null));
                return false;
            }

            wanted = error is not null || holds;
        }

        if (wanted == false)
        {
            return true;
        }

        _found.Add(Diagnostic.Error(Reasons.Conflict,
            $"The live object belongs to {other}: two units must not own one object. Remove it from one of them; when it is moving, apply the unit that gives it up first.", origin, id));
        return false;
    }

    private void WarnOfFlux(DesiredObject desired, MapNode live)
    {
        var labels = live.GetMap("metadata")?.GetMap("labels");
        var flux = labels?.GetString(Keys.FluxName) is { } kustomization ? $"Kustomization {labels.GetString(Keys.FluxNamespace)}/{kustomization}"
            : labels?.GetString(Keys.HelmFluxName) is { } release ? $"HelmRelease {labels.GetString(Keys.HelmFluxNamespace)}/{release}"
            : null;
        if (flux is not null && Owner.Read(live) is null)
        {
            _found.Add(Diagnostic.Warning(Reasons.Conflict, $"Flux's {flux} has applied the live object too: suspend or remove it there, or both will write in turns.", desired.Manifest.Origin, desired.Id));
        }
    }

    private IReadOnlyList<FieldConflict> Conflicts(ApiError error, MapNode live)
    {
        List<FieldConflict> conflicts = [];
        foreach (var cause in error.Causes.Where(c => c.Reason == "FieldManagerConflict"))
        {
            // conflict with "kubectl" using v1: / conflict with "x" with subresource "scale" using ...
            var start = cause.Message.IndexOf('"', StringComparison.Ordinal);
            var end = start < 0 ? -1 : cause.Message.IndexOf('"', start + 1);
            var manager = end > start && start >= 0 ? cause.Message[(start + 1)..end] : "unknown";
            var since = ManagedFields.Of(live).Where(e => e.GetString("manager") == manager).Select(ManagedFields.TimeOf).Max();
            conflicts.Add(new FieldConflict(cause.Field.TrimStart('.'), manager, since));
        }

        return conflicts;
    }

    private MapNode OurFields(MapNode root)
    {
        var fields = new MapNode();
        foreach (var entry in ManagedFields.Of(root).Where(e => ManagedFields.IsOurs(e, Manager)))
        {
            FieldSet.AddAll(fields, entry.GetMap("fieldsV1") ?? new MapNode());
        }

        return fields;
    }

    /// <summary>What is left of a dry-run's result once the fields of the adopted managers are ours and therefore go unless we set them.</summary>
    private MapNode WithoutAdopted(MapNode live, MapNode after)
    {
        var adopted = new MapNode();
        foreach (var entry in ManagedFields.Of(live).Where(e => ManagedFields.IsAdopted(e, Manager)))
        {
            FieldSet.AddAll(adopted, entry.GetMap("fieldsV1") ?? new MapNode());
        }

        adopted.Remove("f:status");
        var kept = new MapNode();
        foreach (var entry in ManagedFields.Of(after).Where(e => !ManagedFields.IsAdopted(e, Manager)))
        {
            FieldSet.AddAll(kept, entry.GetMap("fieldsV1") ?? new MapNode());
        }

        var result = (MapNode)after.DeepClone();
        FieldSet.RemoveUnless(result, adopted, kept);
        return result;
    }

    private MapNode WithoutIgnored(MapNode desired, MapNode live, IReadOnlyList<string> ignored)
    {
        // What somebody else owns is left out and so stays theirs. What nobody else holds is sent as it is: leaving it out would delete it.
        var root = (MapNode)desired.DeepClone();
        foreach (var path in ignored)
        {
            var pointer = JsonPointer.Parse(path);
            if (pointer.Find(root) is null)
            {
                continue;
            }

            if (pointer.Find(live) is not { } value)
            {
                continue;
            }

            if (ManagedFields.Of(live).Any(e => !ManagedFields.IsOurs(e, Manager) && ManagedFields.Owns(e, live, pointer.Tokens)))
            {
                IgnoreRules.Strip(root, [path]);
            }
            else
            {
                IgnoreRules.Replace(root, path, value.DeepClone());
            }
        }

        return root;
    }

    // --- Objects that the server cannot dry-run as they are ---

    private bool CheckAgainstDefinition(DesiredObject desired, MapNode version)
    {
        if (version.GetMap("schema")?.GetMap("openAPIV3Schema") is not { } schema)
        {
            return true;
        }

        var problems = DefinitionSchema.Validate(schema, desired.Root);
        foreach (var problem in problems)
        {
            _found.Add(Diagnostic.Error(Reasons.ValidationFailed, $"{problem} (by the CustomResourceDefinition of the set)", desired.Manifest.Origin, desired.Id));
        }

        return problems.Count == 0;
    }

    /// <summary>The namespace is not there yet, so the server is asked about the same object under another name in a namespace that always exists.</summary>
    private async ValueTask<PlannedObject?> ProbeAsync(DesiredObject desired, CancellationToken cancellationToken)
    {
        var (name, result) = await ProbeAsync(desired, "default", cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded && result.Error.StatusCode is 400 or 422)
        {
            return Refuse(desired, Rename(result.Error, name, desired.Id.Name));
        }

        // Refusals that come from the other namespace (its quota, its permissions) say nothing about this object.
        return Create(desired, result.Succeeded ? "validated outside its namespace, which the set makes" : "could not be validated by the server before its namespace exists");
    }

    private async ValueTask<(string Name, ApiResult Result)> ProbeAsync(DesiredObject desired, string @namespace, CancellationToken cancellationToken)
    {
        var suffix = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(desired.Id.ToString())).AsSpan(0, 5));
        var name = $"{desired.Id.Name[..Math.Min(desired.Id.Name.Length, 40)].TrimEnd('-', '.')}-{suffix}";
        var root = (MapNode)desired.Root.DeepClone();
        var metadata = root.GetMap("metadata")!;
        metadata.Set("name", name);
        if (desired.Resource.Namespaced)
        {
            metadata.Set("namespace", @namespace);
        }

        var result = await _client.PatchAsync(desired.Resource, desired.Resource.Namespaced ? @namespace : "", name, PatchKind.Apply, JsonTreeWriter.Write(root), _dryRun with { Force = true }, cancellationToken).ConfigureAwait(false);
        return (name, result);
    }

    private static ApiError Rename(ApiError error, string from, string to) => error with
    {
        Message = error.Message.Replace(from, to, StringComparison.Ordinal),
        Causes = [.. error.Causes.Select(c => c with { Message = c.Message.Replace(from, to, StringComparison.Ordinal) })],
    };

    private async ValueTask<PlannedObject?> RecreateAsync(DesiredObject desired, LiveState state, ApiError error, CancellationToken cancellationToken)
    {
        if (!_request.RecreateOnImmutable && !desired.Policy.Force)
        {
            return Refuse(desired, error);
        }

        if (Failures.IsNeverRecreated(desired.Id.GroupKind))
        {
            _found.Add(Diagnostic.Error(Reasons.ImmutableField,
                $"{error.Message.TrimEnd('.')}: objects of kind {desired.Id.Kind} hold data or other objects and are never deleted to be made anew; do it by hand if it must be.", desired.Manifest.Origin, desired.Id));
            return null;
        }

        // Deleting is only right when the replacement would be accepted.
        var (name, probe) = await ProbeAsync(desired, desired.Id.Namespace, cancellationToken).ConfigureAwait(false);
        if (!probe.Succeeded)
        {
            return Refuse(desired, Rename(probe.Error, name, desired.Id.Name));
        }

        var type = await _cluster.Schemas.FindAsync(desired.Resource, cancellationToken).ConfigureAwait(false);
        var fields = ObjectDiff.Compare(state.Root!, desired.Root, type).Where(f => f.After is not null).ToList();
        return Planned(desired, ChangeAction.Recreated, state) with { Fields = fields, Note = error.Causes.Count > 0 ? $"{error.Causes[0].Field}: {error.Causes[0].Message}" : error.Message };
    }

    // --- Prune ---

    private async ValueTask PlanPruneAsync(List<InventoryEntry> leaving, IReadOnlyDictionary<ResourceId, LiveState> live, List<PlannedObject> planned, CancellationToken cancellationToken)
    {
        var holders = await HoldersAsync(leaving, live, cancellationToken).ConfigureAwait(false);
        foreach (var entry in leaving.OrderByDescending(e => e.Id, ApplyOrder.Comparer))
        {
            if (_silent.TryGetValue(entry.Id, out var silent))
            {
                _found.Add(Diagnostic.Warning(Reasons.PruneFailed, $"The object left the set, and its API does not answer: {Failures.Explain(silent, null)}. It stays in the inventory until it can be deleted.", null, entry.Id));
                planned.Add(new PlannedObject(entry.Id, new ApiResource(entry.Id.Group, entry.Version, entry.Id.Kind, "", true), ChangeAction.Skipped) { KeepsEntry = true, Note = "it left the set, and its API does not answer" });
                continue;
            }

            if (!live.TryGetValue(entry.Id, out var state) || state.Root is not { } root)
            {
                continue;
            }

            var (resource, _) = await _cluster.Discovery.FindAsync(entry.Id.GroupKind, entry.Version, cancellationToken).ConfigureAwait(false);
            if (resource is null)
            {
                continue;
            }

            var item = new PlannedObject(entry.Id, resource, ChangeAction.Deleted) { Uid = state.Uid, ResourceVersion = state.ResourceVersion };
            var finalizers = LiveState.Finalizers(root);
            planned.Add(item switch
            {
                _ when !_request.Prune => item with { Action = ChangeAction.Skipped, KeepsEntry = true, Note = "it left the set, and pruning is off" },
                _ when state.Owner is null => Abandon(item),
                _ when state.Owner != _owner => item with { Action = ChangeAction.Skipped, Note = $"it now belongs to {state.Owner}" },
                _ when state.Policy.BlocksPrune => item with { Action = ChangeAction.Skipped, Note = state.Policy.Reason },
                _ when state.IsTerminating => item with { Action = ChangeAction.Skipped, KeepsEntry = true, Note = finalizers.Count == 0 ? "it is being deleted" : $"it is being deleted and waits for its finalizers {string.Join(", ", finalizers)}" },
                _ when (holders.GetValueOrDefault(entry.Id) ?? _cluster.Claims.OtherClaimant(_owner.Unit, entry.Id)) is { } claimant => item with { Action = ChangeAction.Skipped, KeepsEntry = true, Note = $"it is handed over to unit {claimant}" },
                _ => item,
            });
        }
    }

    /// <summary>
    /// The units that already have in their inventories what is about to be deleted. An object that moves is in its new inventory before its labels say so,
    /// and a host that was killed in between will come back for it.
    /// </summary>
    private async ValueTask<IReadOnlyDictionary<ResourceId, string>> HoldersAsync(List<InventoryEntry> leaving, IReadOnlyDictionary<ResourceId, LiveState> live, CancellationToken cancellationToken)
    {
        var ids = leaving.Select(e => e.Id).Where(id => live.TryGetValue(id, out var state) && state.Owner == _owner).ToHashSet();
        if (!_request.Prune || ids.Count == 0)
        {
            return new Dictionary<ResourceId, string>();
        }

        var (holders, error) = await _cluster.Inventories.HoldersAsync(_request.UnitName, ids, cancellationToken).ConfigureAwait(false);
        if (error is not null)
        {
            _found.Add(Failures.General(error, "Whether another unit takes over what is to be pruned cannot be read", null));
        }

        return holders;
    }

    private PlannedObject Abandon(PlannedObject item)
    {
        _found.Add(Diagnostic.Warning(Reasons.PruneFailed, "The object left the set, but somebody took our owner labels off the live one: it is not deleted and no longer tracked.", null, item.Id));
        return item with { Action = ChangeAction.Skipped, Note = "somebody took our owner labels off it" };
    }

    // --- Results ---

    private PlannedObject? Refuse(DesiredObject desired, ApiError error)
    {
        _found.Add(Failures.Of(error, desired.Id, desired.Manifest.Origin, User));
        return null;
    }

    private static PlannedObject Skip(DesiredObject desired, string why) => new(desired.Id, desired.Resource, ChangeAction.Skipped) { Desired = desired, Note = why };

    private static PlannedObject Create(DesiredObject desired, string note) => new(desired.Id, desired.Resource, ChangeAction.Created) { Desired = desired, Note = note };

    private PlannedObject Unchanged(DesiredObject desired, LiveState state) => new(desired.Id, desired.Resource, ChangeAction.Unchanged)
    {
        Desired = desired,
        Uid = state.Uid,
        ResourceVersion = state.ResourceVersion,
        OwnedHash = state.OwnedHash,
        Ignored = _ignore.PathsFor(desired.Id),
    };

    private static PlannedObject Planned(DesiredObject desired, ChangeAction action, LiveState state) => new(desired.Id, desired.Resource, action)
    {
        Desired = desired,
        Uid = state.Uid,
        ResourceVersion = state.ResourceVersion,
        OwnedHash = state.OwnedHash,
        StateHash = state.Root is null ? "" : LiveState.StateHash(state.Root),
    };
}
