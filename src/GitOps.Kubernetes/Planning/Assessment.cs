using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Planning;

/// <summary>Decides for each desired object what applying it would do.</summary>
internal sealed class Assessment
{
    private readonly PlanScope _scope;
    private readonly Inventory _inventory;
    private readonly LiveSet _live;
    private readonly FieldOwnership _ownership;
    private readonly StandIn _standIn;

    public Assessment(PlanScope scope, Inventory inventory, LiveSet live)
    {
        _scope = scope;
        _inventory = inventory;
        _live = live;
        _ownership = new FieldOwnership(scope);
        _standIn = new StandIn(scope);
    }

    /// <summary>The objects that another unit does not give up.</summary>
    public IReadOnlyCollection<ResourceId> Refused => _ownership.Refused;

    public async ValueTask<List<PlannedObject>> RunAsync(List<DesiredObject> desired, CancellationToken cancellationToken)
    {
        var results = new PlannedObject?[desired.Count];
        var parallelism = new ParallelOptions { MaxDegreeOfParallelism = _scope.Cluster.Options.MaxConcurrency, CancellationToken = cancellationToken };

        // Definitions and namespaces first: what of them is new decides how the rest can be checked.
        var definitions = Enumerable.Range(0, desired.Count).Where(i => desired[i].Stage == ApplyOrder.Definitions).ToList();
        await Parallel.ForEachAsync(definitions, parallelism, async (i, token) => results[i] = await AssessAsync(desired[i], token).ConfigureAwait(false)).ConfigureAwait(false);

        HashSet<string> newNamespaces = new(StringComparer.Ordinal);
        HashSet<GroupKind> changedKinds = [];
        foreach (var i in definitions)
        {
            if (results[i] is { Action: ChangeAction.Created } made && made.Id.Kind == "Namespace")
            {
                newNamespaces.Add(made.Id.Name);
            }
            else if (results[i] is { Action: ChangeAction.Configured or ChangeAction.Created } changed && changed.Id.Kind == "CustomResourceDefinition" && desired[i].ReadRoot().GetMap("spec") is { } spec)
            {
                changedKinds.Add(new GroupKind(spec.GetString("group") ?? "", spec.GetMap("names")?.GetString("kind") ?? ""));
            }
        }

        var rest = Enumerable.Range(0, desired.Count).Where(i => desired[i].Stage != ApplyOrder.Definitions).ToList();
        await Parallel.ForEachAsync(rest, parallelism, async (i, token) =>
        {
            desired[i].NamespacePending = newNamespaces.Contains(desired[i].Id.Namespace);
            desired[i].DefinitionChanges = changedKinds.Contains(desired[i].Id.GroupKind);
            results[i] = await AssessAsync(desired[i], token).ConfigureAwait(false);
        }).ConfigureAwait(false);

        return [.. results.OfType<PlannedObject>()];
    }

    private async ValueTask<PlannedObject?> AssessAsync(DesiredObject desired, CancellationToken cancellationToken)
    {
        if (desired.Policy.BlocksApply)
        {
            return PlannedObject.Skip(desired, desired.Policy.Reason);
        }

        _live.States.TryGetValue(desired.Id, out var state);
        if (state is not null && LiveSet.IsKnownUnchanged(desired, _inventory, state))
        {
            return Unchanged(desired, state);
        }

        if (desired.PendingDefinition is { } definition)
        {
            return _standIn.CheckAgainstDefinition(desired, definition) ? PlannedObject.Create(desired, "validated against the CustomResourceDefinition of the set") : null;
        }

        if (desired.NamespacePending && state is null)
        {
            return await AssessWithoutNamespaceAsync(desired, cancellationToken).ConfigureAwait(false);
        }

        if (state?.Root is not null)
        {
            return await CompareAsync(desired, state, cancellationToken).ConfigureAwait(false);
        }

        // Not known to exist: the dry-run tells.
        var dryRun = await _scope.Client.PatchAsync(desired.Resource, desired.Id.Namespace, desired.Id.Name, PatchKind.Apply, desired.Body, _scope.DryRun with { Force = true, StatusOnly = true }, cancellationToken).ConfigureAwait(false);
        if (dryRun is { Succeeded: true, WasCreated: true })
        {
            return PlannedObject.Create(desired, "");
        }

        if (!dryRun.Succeeded && !Failures.IsImmutable(dryRun.Error) && !dryRun.Error.IsConflict)
        {
            return _scope.Refuse(desired, dryRun.Error);
        }

        var result = await _scope.Client.GetAsync(desired.Resource, desired.Id.Namespace, desired.Id.Name, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return _scope.Refuse(desired, dryRun.Error is not null && result.Error.IsNotFound ? dryRun.Error : result.Error);
        }

        return await CompareAsync(desired, LiveState.Of(result.Body, desired.Id, _scope.Manager, _scope.Ignore.PathsFor(desired.Id)), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<PlannedObject?> CompareAsync(DesiredObject desired, LiveState state, CancellationToken cancellationToken)
    {
        var live = state.Root!;
        if (state.Policy.BlocksApply)
        {
            return PlannedObject.Skip(desired, state.Policy.Reason + " on the live object");
        }

        if (desired.Policy.IfNotPresent)
        {
            return PlannedObject.Skip(desired, "it exists, and an annotation says ssa: IfNotPresent") with { OwnedHash = state.OwnedHash };
        }

        if (!await _ownership.MayTakeAsync(desired.Id, desired.Manifest.Origin, state, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (state.IsTerminating)
        {
            var finalizers = LiveState.Finalizers(live);
            _scope.Find(Diagnostic.Error(Reasons.ApplyFailed,
                $"The live object is being deleted{(finalizers.Count == 0 ? "" : $" and waits for its finalizers {string.Join(", ", finalizers)}")}: it can be applied once it is gone.", desired.Manifest.Origin, desired.Id));
            return null;
        }

        _ownership.WarnOfFlux(desired, live);
        var ignored = _scope.Ignore.PathsFor(desired.Id);
        var root = ignored.Count == 0 ? null : _ownership.WithoutIgnored(desired.ReadRoot(), live, ignored);
        var body = root is null ? desired.Body : JsonTreeWriter.Write(root);
        var adopts = !desired.Policy.Merge && ManagedFields.NeedsAdoption(live, _scope.Manager);

        // Asking without force first makes the server name whom we would take fields from.
        IReadOnlyList<FieldConflict> conflicts = [];
        var dryRun = await DryRunAsync(desired, body, force: adopts, cancellationToken).ConfigureAwait(false);
        if (dryRun.Error is { IsFieldManagerConflict: true } conflict)
        {
            conflicts = _ownership.Conflicts(conflict, live);
            if (!_scope.Request.ForceConflicts)
            {
                return _scope.Refuse(desired, conflict);
            }

            _ownership.WarnOfTakeover(desired, live, conflicts);
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
                return PlannedObject.Of(desired, ChangeAction.Configured, state) with { Note = "its CustomResourceDefinition changes in the same set; the server checks it after that" };
            }

            return _scope.Refuse(desired, dryRun.Error);
        }

        var after = dryRun.Body;
        if (adopts)
        {
            after = _ownership.WithoutAdopted(live, after);
        }

        var type = await _scope.Cluster.Schemas.FindAsync(desired.Resource, cancellationToken).ConfigureAwait(false);
        var fields = ObjectDiff.Compare(live, after, type, IgnoreRules.Test(ignored));
        var takesOwnership = fields.Count == 0 && (adopts || !Node.DeepEquals(_ownership.OurFields(live), _ownership.OurFields(after)));
        var action = fields.Count > 0 || takesOwnership ? ChangeAction.Configured : ChangeAction.Unchanged;
        return PlannedObject.Of(desired, action, state) with
        {
            Body = root,
            Fields = fields,
            Conflicts = conflicts,
            Adopts = adopts,
            Ignored = ignored,
            Note = adopts ? "takes over the fields that kubectl applied" : takesOwnership ? "takes ownership of fields without changing them" : "",
        };
    }

    private ValueTask<ApiResult> DryRunAsync(DesiredObject desired, byte[] body, bool force, CancellationToken cancellationToken) =>
        _scope.Client.PatchAsync(desired.Resource, desired.Id.Namespace, desired.Id.Name, PatchKind.Apply, body, _scope.DryRun with { Force = force }, cancellationToken);

    /// <summary>The namespace is not there yet, so the server is asked about a stand-in in one that always exists.</summary>
    private async ValueTask<PlannedObject?> AssessWithoutNamespaceAsync(DesiredObject desired, CancellationToken cancellationToken)
    {
        var (name, result) = await _standIn.ProbeAsync(desired, "default", cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded && result.Error.StatusCode is 400 or 422)
        {
            return _scope.Refuse(desired, StandIn.Rename(result.Error, name, desired.Id.Name));
        }

        // Refusals that come from the other namespace (its quota, its permissions) say nothing about this object.
        return PlannedObject.Create(desired, result.Succeeded ? "validated outside its namespace, which the set makes" : "could not be validated by the server before its namespace exists");
    }

    private async ValueTask<PlannedObject?> RecreateAsync(DesiredObject desired, LiveState state, ApiError error, CancellationToken cancellationToken)
    {
        if (!_scope.Request.RecreateOnImmutable && !desired.Policy.Force)
        {
            return _scope.Refuse(desired, error);
        }

        if (Failures.IsNeverRecreated(desired.Id.GroupKind))
        {
            _scope.Find(Diagnostic.Error(Reasons.ImmutableField,
                $"{error.Message.TrimEnd('.')}: objects of kind {desired.Id.Kind} hold data or other objects and are never deleted to be made anew; do it by hand if it must be.", desired.Manifest.Origin, desired.Id));
            return null;
        }

        // Deleting is only right when the replacement would be accepted.
        var (name, probe) = await _standIn.ProbeAsync(desired, desired.Id.Namespace, cancellationToken).ConfigureAwait(false);
        if (!probe.Succeeded)
        {
            return _scope.Refuse(desired, StandIn.Rename(probe.Error, name, desired.Id.Name));
        }

        var type = await _scope.Cluster.Schemas.FindAsync(desired.Resource, cancellationToken).ConfigureAwait(false);
        var fields = ObjectDiff.Compare(state.Root!, desired.ReadRoot(), type).Where(f => f.After is not null).ToList();
        return PlannedObject.Of(desired, ChangeAction.Recreated, state) with { Fields = fields, Note = error.Causes.Count > 0 ? $"{error.Causes[0].Field}: {error.Causes[0].Message}" : error.Message };
    }

    private PlannedObject Unchanged(DesiredObject desired, LiveState state) => new(desired.Id, desired.Resource, ChangeAction.Unchanged)
    {
        Desired = desired,
        Uid = state.Uid,
        ResourceVersion = state.ResourceVersion,
        OwnedHash = state.OwnedHash,
        Ignored = _scope.Ignore.PathsFor(desired.Id),
    };
}
