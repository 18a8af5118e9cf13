using System.Collections.Concurrent;
using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Planning;

/// <summary>Whose an object is, and whose its fields are.</summary>
internal sealed class FieldOwnership
{
    private readonly PlanScope _scope;
    private readonly ConcurrentBag<ResourceId> _refused = [];

    public FieldOwnership(PlanScope scope) => _scope = scope;

    /// <summary>The objects that another unit does not give up.</summary>
    public IReadOnlyCollection<ResourceId> Refused => _refused;

    /// <summary>Whether a live object may become ours: it has no owner, or is ours, or its owner does not want it any more.</summary>
    public async ValueTask<bool> MayTakeAsync(ResourceId id, SourceLocation? origin, LiveState state, CancellationToken cancellationToken)
    {
        if (state.Owner is not { } other || other == _scope.Owner)
        {
            return true;
        }

        var wanted = other.Namespace == _scope.Owner.Namespace ? _scope.Cluster.Claims.Wants(other.Unit, id) : null;
        if (wanted is null)
        {
            var (holds, error) = await _scope.Cluster.Inventories.HoldsAsync(other, id, cancellationToken).ConfigureAwait(false);
            if (error is not null && !error.IsForbidden)
            {
                _scope.Find(Failures.Of(error, id, origin, null));
                return false;
            }

            wanted = error is not null || holds;
        }

        if (wanted == false)
        {
            return true;
        }

        _refused.Add(id);
        _scope.Find(Diagnostic.Error(Reasons.Conflict,
            $"The live object belongs to {other}: two units must not own one object. Remove it from one of them; when it is moving, apply the unit that gives it up first.", origin, id));
        return false;
    }

    public void WarnOfFlux(DesiredObject desired, MapNode live)
    {
        var labels = live.GetMap("metadata")?.GetMap("labels");
        var flux = labels?.GetString(Keys.FluxName) is { } kustomization ? $"Kustomization {labels.GetString(Keys.FluxNamespace)}/{kustomization}"
            : labels?.GetString(Keys.HelmFluxName) is { } release ? $"HelmRelease {labels.GetString(Keys.HelmFluxNamespace)}/{release}"
            : null;
        if (flux is not null && Owner.Read(live) is null)
        {
            _scope.Find(Diagnostic.Warning(Reasons.Conflict, $"Flux's {flux} has applied the live object too: suspend or remove it there, or both will write in turns.", desired.Manifest.Origin, desired.Id));
        }
    }

    /// <summary>Names who applies the same fields. A manual change is told as drift; another applier will come back, and then both write in turns.</summary>
    public void WarnOfTakeover(DesiredObject desired, MapNode live, IReadOnlyList<FieldConflict> conflicts)
    {
        foreach (var applier in conflicts.Where(c => ManagedFields.Of(live).Any(e => e.GetString("manager") == c.Manager && e.GetString("operation") == "Apply")).GroupBy(c => c.Manager, StringComparer.Ordinal))
        {
            _scope.Find(Diagnostic.Warning(
                Reasons.Conflict,
                $"'{applier.Key}' applies {string.Join(", ", applier.Select(c => c.Path))} too, and loses it to this unit: take the field out of one of the two, or both will write in turns.",
                desired.Manifest.Origin,
                desired.Id));
        }
    }

    public IReadOnlyList<FieldConflict> Conflicts(ApiError error, MapNode live)
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

    public MapNode OurFields(MapNode root)
    {
        var fields = new MapNode();
        foreach (var entry in ManagedFields.Of(root).Where(e => ManagedFields.IsOurs(e, _scope.Manager)))
        {
            FieldSet.AddAll(fields, entry.GetMap("fieldsV1") ?? new MapNode());
        }

        return fields;
    }

    /// <summary>What is left of a dry-run's result once the fields of the adopted managers are ours and therefore go unless we set them.</summary>
    public MapNode WithoutAdopted(MapNode live, MapNode after)
    {
        var adopted = new MapNode();
        foreach (var entry in ManagedFields.Of(live).Where(e => ManagedFields.IsAdopted(e, _scope.Manager)))
        {
            FieldSet.AddAll(adopted, entry.GetMap("fieldsV1") ?? new MapNode());
        }

        adopted.Remove("f:status");
        var kept = new MapNode();
        foreach (var entry in ManagedFields.Of(after).Where(e => !ManagedFields.IsAdopted(e, _scope.Manager)))
        {
            FieldSet.AddAll(kept, entry.GetMap("fieldsV1") ?? new MapNode());
        }

        var result = (MapNode)after.DeepClone();
        FieldSet.RemoveUnless(result, adopted, kept);
        return result;
    }

    public MapNode WithoutIgnored(MapNode desired, MapNode live, IReadOnlyList<string> ignored)
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

            if (ManagedFields.Of(live).Any(e => !ManagedFields.IsOurs(e, _scope.Manager) && ManagedFields.Owns(e, live, pointer.Tokens)))
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
}
