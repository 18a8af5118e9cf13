using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>Who owns which field after an update or an apply: the rules of the API server, version by version.</summary>
internal sealed class Ownership
{
    private readonly SchemaType _type;
    private readonly FieldSet? _ignored;
    private readonly IVersionConverter _versions;

    /// <summary>Makes the rules for one kind.</summary>
    /// <param name="type">The schema of the version in use.</param>
    /// <param name="ignored">Fields that a request to this resource or subresource never owns, with all below them.</param>
    /// <param name="versions">How to see an object at other versions.</param>
    public Ownership(SchemaType type, FieldSet? ignored, IVersionConverter versions)
    {
        _type = type;
        _ignored = ignored;
        _versions = versions;
    }

    /// <summary>An update, a patch or a create: the manager owns what it changed.</summary>
    /// <param name="live">The object before.</param>
    /// <param name="updated">The object after.</param>
    /// <param name="apiVersion">The version of the request.</param>
    /// <param name="managed">The owners before; changed in place.</param>
    /// <param name="manager">Who updates.</param>
    public void Update(MapNode live, MapNode updated, string apiVersion, Dictionary<ManagerId, ManagedEntry> managed, ManagerId manager)
    {
        Reconcile(live, managed);
        var compare = Take(live, updated, apiVersion, managed, manager, force: true);
        var fields = (managed.GetValueOrDefault(manager)?.Fields ?? FieldSet.Empty).Difference(compare.Removed).Union(compare.Modified).Union(compare.Added);
        if (_ignored is not null)
        {
            fields = fields.RecursiveDifference(_ignored);
        }

        if (fields.IsEmpty)
        {
            managed.Remove(manager);
        }
        else
        {
            managed[manager] = new ManagedEntry(fields, apiVersion, managed.GetValueOrDefault(manager)?.Time);
        }
    }

    /// <summary>An apply: merges the configuration and prunes what the manager applied before and no longer does.</summary>
    /// <param name="live">The live object.</param>
    /// <param name="configuration">What the manager applies.</param>
    /// <param name="apiVersion">The version of the request.</param>
    /// <param name="managed">The owners before; changed in place.</param>
    /// <param name="manager">Who applies.</param>
    /// <param name="force">Whether to take fields from other managers.</param>
    /// <returns>The merged object, or <see langword="null"/> when it equals the live one.</returns>
    /// <exception cref="ApplyConflictException">Other managers own what would change, and force was not given.</exception>
    public MapNode? Apply(MapNode live, MapNode configuration, string apiVersion, Dictionary<ManagerId, ManagedEntry> managed, ManagerId manager, bool force)
    {
        Reconcile(live, managed);
        var merged = TypedMerger.Merge(_type, live, configuration);
        var last = managed.GetValueOrDefault(manager);
        var fields = TypedValue.ToFieldSet(_type, configuration);
        if (_ignored is not null)
        {
            fields = fields.RecursiveDifference(_ignored);
        }

        managed[manager] = new ManagedEntry(fields, apiVersion, last?.Time);
        merged = Prune(merged, managed, manager, last);
        Take(live, merged, apiVersion, managed, manager, force);
        return Node.DeepEquals(live, merged) ? null : merged as MapNode ?? new MapNode();
    }

    private Comparison Take(Node before, Node after, string apiVersion, Dictionary<ManagerId, ManagedEntry> managed, ManagerId manager, bool force)
    {
        var own = TypedCompare.Compare(_type, before, after).Without(_ignored);
        var versions = new Dictionary<string, Comparison?>(StringComparer.Ordinal) { [apiVersion] = own };
        List<ApplyConflict>? conflicts = null;
        List<(ManagerId Id, FieldSet Lost)>? losses = null;
        List<ManagerId>? gone = null;
        foreach (var (id, entry) in managed)
        {
            if (id == manager)
            {
                continue;
            }

            if (!versions.TryGetValue(entry.ApiVersion, out var compare))
            {
                compare = CompareAt(entry.ApiVersion, before, after)?.Without(_ignored);
                versions[entry.ApiVersion] = compare;
            }

            if (compare is null)
            {
                // The version is no longer served, so nobody can tell what the entry means.
                (gone ??= []).Add(id);
                continue;
            }

            var taken = entry.Fields.Intersection(compare.Modified.Union(compare.Added));
            if (!taken.IsEmpty)
            {
                foreach (var path in taken.Paths())
                {
                    (conflicts ??= []).Add(new ApplyConflict(id, entry, path));
                }
            }

            var lost = taken.Union(compare.Removed);
            if (!lost.IsEmpty)
            {
                (losses ??= []).Add((id, lost));
            }
        }

        if (!force && conflicts is not null)
        {
            throw new ApplyConflictException(conflicts);
        }

        foreach (var id in gone ?? [])
        {
            managed.Remove(id);
        }

        foreach (var (id, lost) in losses ?? [])
        {
            managed[id] = managed[id] with { Fields = managed[id].Fields.Difference(lost) };
        }

        foreach (var id in managed.Where(static m => m.Value.Fields.IsEmpty).Select(static m => m.Key).ToArray())
        {
            managed.Remove(id);
        }

        return own;
    }

    private Comparison? CompareAt(string apiVersion, Node before, Node after)
    {
        var type = _versions.TypeAt(apiVersion);
        var left = before is MapNode b ? _versions.Convert(b, apiVersion) : null;
        var right = after is MapNode a ? _versions.Convert(a, apiVersion) : null;
        return type is null || left is null || right is null ? null : TypedCompare.Compare(type, left, right);
    }

    // Removes what the manager applied last time and not now, unless somebody else owns it.
    private Node Prune(Node merged, Dictionary<ManagerId, ManagedEntry> managed, ManagerId manager, ManagedEntry? last)
    {
        if (last is null || last.Fields.IsEmpty || merged is not MapNode map)
        {
            return merged;
        }

        var type = _versions.TypeAt(last.ApiVersion);
        if (type is null || _versions.Convert(map, last.ApiVersion) is not { } converted)
        {
            return merged;
        }

        var pruned = TypedValue.Remove(type, converted, last.Fields.WithNamedFields(type));
        pruned = AddBackOwned(converted, pruned, last.ApiVersion, managed);
        pruned = AddBackDangling(type, converted, pruned, last);
        var target = managed[manager].ApiVersion;
        return pruned is MapNode rest && _versions.Convert(rest, target) is { } result ? result : pruned;
    }

    private Node AddBackOwned(MapNode merged, Node pruned, string prunedVersion, Dictionary<ManagerId, ManagedEntry> managed)
    {
        // The version of the pruned object goes first: another version may need fields that were pruned to convert at all.
        var versions = managed.Values
            .GroupBy(static e => e.ApiVersion, StringComparer.Ordinal)
            .Select(static g => (Version: g.Key, Fields: g.Aggregate(FieldSet.Empty, static (set, e) => set.Union(e.Fields))))
            .OrderBy(v => v.Version == prunedVersion ? 0 : 1);
        var current = merged;
        foreach (var (version, owned) in versions)
        {
            if (_versions.TypeAt(version) is not { } type || _versions.Convert(current, version) is not { } mergedAt)
            {
                continue;
            }

            var prunedAt = pruned is MapNode p ? _versions.Convert(p, version) : null;
            if (pruned is MapNode && prunedAt is null)
            {
                continue;
            }

            var had = TypedValue.ToFieldSet(type, mergedAt).WithNamedFields(type);
            var has = TypedValue.ToFieldSet(type, prunedAt ?? pruned).WithNamedFields(type);
            current = mergedAt;
            pruned = TypedValue.Remove(type, mergedAt, had.Difference(has.Union(owned.WithNamedFields(type))));
        }

        return pruned;
    }

    private Node AddBackDangling(SchemaType type, MapNode merged, Node pruned, ManagedEntry last)
    {
        var prunedAt = pruned is MapNode p ? _versions.Convert(p, last.ApiVersion) : null;
        if (pruned is MapNode && prunedAt is null)
        {
            return merged;
        }

        var has = TypedValue.ToFieldSet(type, prunedAt ?? pruned).WithNamedFields(type);
        var had = TypedValue.ToFieldSet(type, merged).WithNamedFields(type);
        return TypedValue.Remove(type, merged, had.Difference(has).Intersection(last.Fields.WithNamedFields(type)));
    }

    // Fields of a type that became atomic since the entry was written shrink to the field itself.
    private void Reconcile(MapNode live, Dictionary<ManagerId, ManagedEntry> managed)
    {
        foreach (var id in managed.Keys.ToArray())
        {
            var entry = managed[id];
            var type = string.Equals(entry.ApiVersion, live.GetString("apiVersion"), StringComparison.Ordinal) ? _type : _versions.TypeAt(entry.ApiVersion);
            if (type is null)
            {
                managed.Remove(id);
            }
            else if (SchemaReconciler.Reconcile(entry.Fields, type) is { } changed)
            {
                managed[id] = entry with { Fields = changed };
            }
        }
    }
}
