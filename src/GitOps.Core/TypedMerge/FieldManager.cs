using System.Globalization;
using GitOps.Json;
using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>
/// Keeps <c>metadata.managedFields</c> of one kind the way the API server does, for updates and for server-side apply.
/// </summary>
/// <remarks>Stateless and safe for many threads. Input objects are never changed; results share parts with them.</remarks>
internal sealed class FieldManager
{
    private const int MaxUpdateManagers = 10;
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private static readonly FieldSet Stripped = FieldSet.OfFields("apiVersion")
        .Union(FieldSet.OfFields("kind"))
        .Union(FieldSet.OfFields("metadata"))
        .Union(FieldSet.OfFields("metadata", "name"))
        .Union(FieldSet.OfFields("metadata", "namespace"))
        .Union(FieldSet.OfFields("metadata", "creationTimestamp"))
        .Union(FieldSet.OfFields("metadata", "selfLink"))
        .Union(FieldSet.OfFields("metadata", "uid"))
        .Union(FieldSet.OfFields("metadata", "clusterName"))
        .Union(FieldSet.OfFields("metadata", "generation"))
        .Union(FieldSet.OfFields("metadata", "managedFields"))
        .Union(FieldSet.OfFields("metadata", "resourceVersion"));

    private static readonly ManagerId CurrentOperation = new("current-operation", false, "", "");

    private readonly SchemaType _type;
    private readonly string _apiVersion;
    private readonly string _subresource;
    private readonly Ownership _ownership;
    private readonly Func<MapNode> _empty;
    private readonly Func<MapNode, MapNode> _normalize;
    private readonly TimeProvider _time;

    /// <summary>Makes a field manager.</summary>
    /// <param name="type">The schema of the version in use.</param>
    /// <param name="apiVersion">That version.</param>
    /// <param name="subresource">The subresource requests go through; empty for the object itself.</param>
    /// <param name="ignored">Fields that requests to it never own.</param>
    /// <param name="versions">How to see an object at other versions.</param>
    /// <param name="empty">Makes an object that does not exist yet.</param>
    /// <param name="normalize">Brings a merged object into the form the server stores: defaults, canonical values.</param>
    /// <param name="time">The clock.</param>
    public FieldManager(
        SchemaType type, string apiVersion, string subresource, FieldSet? ignored, IVersionConverter versions, Func<MapNode> empty, Func<MapNode, MapNode> normalize, TimeProvider time)
    {
        _type = type;
        _apiVersion = apiVersion;
        _subresource = subresource;
        _ownership = new Ownership(type, ignored, versions);
        _empty = empty;
        _normalize = normalize;
        _time = time;
    }

    /// <summary>Records who owns what after an update.</summary>
    /// <param name="live">The object before; an empty object for a create.</param>
    /// <param name="updated">The object after, as it will be stored.</param>
    /// <param name="manager">The manager's name.</param>
    /// <returns>The object with its managed fields.</returns>
    public MapNode Update(MapNode live, MapNode updated, string manager)
    {
        var managed = ForUpdate(live, updated);
        var bare = WithoutManagedFields(updated);
        if (managed.Count == 0 && live.GetMap("metadata")?.GetString("uid") is { Length: > 0 })
        {
            // Nobody tracks this object: tracking starts with its first apply.
            return bare;
        }

        try
        {
            UpdateCore(WithoutManagedFields(live), bare, managed, manager);
            CapUpdaters(managed);
        }
        catch (TypedException)
        {
            // The object no longer fits its schema. The API server keeps what was known then.
            return WithManagedFields(bare, live.GetMap("metadata")?.GetList("managedFields"));
        }

        return WithManagedFields(bare, ManagedFields.Encode(managed));
    }

    /// <summary>Server-side apply.</summary>
    /// <param name="live">The object before; an empty object for a create.</param>
    /// <param name="configuration">What is applied.</param>
    /// <param name="manager">The manager's name.</param>
    /// <param name="force">Whether to take fields from other managers.</param>
    /// <returns>The merged object with its managed fields.</returns>
    /// <exception cref="ApplyConflictException">Others own what would change.</exception>
    /// <exception cref="TypedException">The configuration does not fit the schema.</exception>
    /// <exception cref="FormatException">The live object's managed fields are malformed.</exception>
    public MapNode Apply(MapNode live, MapNode configuration, string manager, bool force)
    {
        var bare = WithoutManagedFields(live);
        var managed = ForApply(live, bare);
        MapNode result;
        try
        {
            result = ApplyCore(bare, configuration, managed, manager, force);
        }
        catch (ApplyConflictException e) when (manager == "kubectl")
        {
            if (AllowedByLastApplied(bare) is not { } allowed)
            {
                throw;
            }

            var rest = e.Conflicts.Where(c => !allowed.Has(c.Path)).ToArray();
            if (rest.Length > 0)
            {
                throw new ApplyConflictException(rest);
            }

            managed = ForApply(live, bare);
            result = ApplyCore(bare, configuration, managed, manager, force: true);
        }

        if (manager == "kubectl" && result.GetMap("metadata")?.GetMap("annotations")?.GetString(LastApplied) is { Length: > 0 })
        {
            result = WithLastApplied(result, configuration);
        }

        return WithManagedFields(result, ManagedFields.Encode(managed));
    }

    /// <summary>A shallow copy of an object with other managed fields.</summary>
    /// <param name="value">The object.</param>
    /// <param name="managedFields">The list; <see langword="null"/> for none.</param>
    /// <returns>The copy.</returns>
    public static MapNode WithManagedFields(MapNode value, ListNode? managedFields)
    {
        if (managedFields is null && value.GetMap("metadata")?.ContainsKey("managedFields") != true)
        {
            return value;
        }

        var copy = Shallow(value);
        var metadata = copy.GetMap("metadata") is { } known ? Shallow(known) : new MapNode();
        if (managedFields is null)
        {
            metadata.Remove("managedFields");
        }
        else
        {
            metadata["managedFields"] = managedFields;
        }

        copy["metadata"] = metadata;
        return copy;
    }

    internal static MapNode Shallow(MapNode map)
    {
        var copy = new MapNode(map.Count);
        for (var i = 0; i < map.Count; i++)
        {
            copy.Add(map.EntryAt(i));
        }

        return copy;
    }

    private static MapNode WithoutManagedFields(MapNode value) => WithManagedFields(value, null);

    // A client may send managed fields of its own, an empty list to reset them, or nothing to leave them alone.
    private Dictionary<ManagerId, ManagedEntry> ForUpdate(MapNode live, MapNode updated)
    {
        var known = live.GetMap("metadata")?.GetList("managedFields");
        if (_subresource.Length > 0)
        {
            return DecodeOrEmpty(known);
        }

        var sent = updated.GetMap("metadata")?.GetList("managedFields");
        if (sent is not null && (sent.Count == 0 || sent is [MapNode { Count: 0 }]))
        {
            return [];
        }

        var managed = DecodeOrEmpty(sent);
        return managed.Count > 0 ? managed : DecodeOrEmpty(known);
    }

    // What an object holds that nobody tracked yet belongs to a manager of that name from its first apply on.
    private Dictionary<ManagerId, ManagedEntry> ForApply(MapNode live, MapNode bare)
    {
        var managed = ManagedFields.Decode(live.GetMap("metadata")?.GetList("managedFields"));
        if (managed.Count == 0)
        {
            UpdateCore(_empty(), bare, managed, "before-first-apply");
        }

        return managed;
    }

    private static Dictionary<ManagerId, ManagedEntry> DecodeOrEmpty(ListNode? managedFields)
    {
        try
        {
            return ManagedFields.Decode(managedFields);
        }
        catch (FormatException)
        {
            // The API server starts anew when an update carries managed fields that nobody can read.
            return [];
        }
    }

    private void UpdateCore(MapNode live, MapNode updated, Dictionary<ManagerId, ManagedEntry> managed, string manager)
    {
        TypedValue.Validate(_type, updated, allowDuplicates: true);
        TypedValue.Validate(_type, live, allowDuplicates: true);
        _ownership.Update(live, updated, _apiVersion, managed, CurrentOperation);
        Strip(managed, CurrentOperation);
        if (!managed.Remove(CurrentOperation, out var own))
        {
            return;
        }

        var id = new ManagerId(manager.Length == 0 ? "unknown" : manager, false, _apiVersion, _subresource);
        var fields = managed.TryGetValue(id, out var previous) ? own.Fields.Union(previous.Fields) : own.Fields;
        managed[id] = new ManagedEntry(fields, _apiVersion, Now());
    }

    private MapNode ApplyCore(MapNode live, MapNode configuration, Dictionary<ManagerId, ManagedEntry> managed, string manager, bool force)
    {
        TypedValue.Validate(_type, configuration, allowDuplicates: false);
        TypedValue.Validate(_type, live, allowDuplicates: true);
        var id = new ManagerId(manager.Length == 0 ? "unknown" : manager, true, "", _subresource);
        var merged = _ownership.Apply(live, configuration, _apiVersion, managed, id, force);
        Strip(managed, id);
        if (merged is null)
        {
            return live;
        }

        if (managed.TryGetValue(id, out var entry))
        {
            managed[id] = entry with { Time = Now() };
        }

        return _normalize(merged);
    }

    private static void Strip(Dictionary<ManagerId, ManagedEntry> managed, ManagerId id)
    {
        if (!managed.TryGetValue(id, out var entry))
        {
            return;
        }

        var fields = entry.Fields.Difference(Stripped);
        if (fields.IsEmpty)
        {
            managed.Remove(id);
        }
        else
        {
            managed[id] = entry with { Fields = fields };
        }
    }

    // The oldest updaters are folded into one entry per version when there are too many.
    private static void CapUpdaters(Dictionary<ManagerId, ManagedEntry> managed)
    {
        var updaters = managed.Where(static m => !m.Key.Applied).Select(static m => m.Key).ToList();
        var count = updaters.Count;
        if (count <= MaxUpdateManagers)
        {
            return;
        }

        updaters.Sort((a, b) =>
        {
            var order = string.CompareOrdinal(managed[a].Time ?? "", managed[b].Time ?? "");
            return order != 0 ? order : string.CompareOrdinal(a.ToString(), b.ToString());
        });
        var firsts = new Dictionary<string, ManagerId>(StringComparer.Ordinal);
        foreach (var id in updaters)
        {
            if (count <= MaxUpdateManagers)
            {
                break;
            }

            var entry = managed[id];
            if (!firsts.TryGetValue(entry.ApiVersion, out var first))
            {
                firsts.Add(entry.ApiVersion, id);
                continue;
            }

            var bucket = new ManagerId("ancient-changes", false, entry.ApiVersion, "");
            if (!managed.TryGetValue(bucket, out var bucketEntry))
            {
                managed.Remove(first, out bucketEntry);
            }

            managed[bucket] = new ManagedEntry(entry.Fields.Union(bucketEntry?.Fields ?? FieldSet.Empty), entry.ApiVersion, entry.Time);
            managed.Remove(id);
            count--;
        }
    }

    private FieldSet? AllowedByLastApplied(MapNode live)
    {
        if (live.GetMap("metadata")?.GetMap("annotations")?.GetString(LastApplied) is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            var last = JsonTreeReader.ReadMap(System.Text.Encoding.UTF8.GetBytes(text));
            if (last.GetString("apiVersion") != _apiVersion)
            {
                return null;
            }

            TypedValue.Validate(_type, last, allowDuplicates: false);
            var compare = TypedCompare.Compare(_type, last, live);
            return TypedValue.ToFieldSet(_type, last).Difference(compare.Modified).Difference(compare.Added).Difference(compare.Removed);
        }
        catch (GitOpsException)
        {
            // An annotation that cannot be read allows nothing: the conflicts stand.
            return null;
        }
    }

    private static MapNode WithLastApplied(MapNode result, MapNode configuration)
    {
        var bare = (MapNode)configuration.DeepClone();
        bare.GetMap("metadata")?.GetMap("annotations")?.Remove(LastApplied);
        if (bare.GetMap("metadata") is { } m && m.GetMap("annotations") is { Count: 0 })
        {
            m.Remove("annotations");
        }

        SortKeys(bare);
        var copy = Shallow(result);
        var metadata = Shallow(copy.GetMap("metadata")!);
        var annotations = Shallow(metadata.GetMap("annotations")!);
        annotations[LastApplied] = ScalarNode.String(GoJson.Write(bare) + "\n");
        metadata["annotations"] = annotations;
        copy["metadata"] = metadata;
        return copy;
    }

    private static void SortKeys(Node node)
    {
        switch (node)
        {
            case MapNode map:
                map.Sort(StringComparer.Ordinal);
                foreach (var entry in map)
                {
                    SortKeys(entry.Value);
                }

                break;
            case ListNode list:
                foreach (var item in list)
                {
                    SortKeys(item);
                }

                break;
        }
    }

    private string Now() => _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
