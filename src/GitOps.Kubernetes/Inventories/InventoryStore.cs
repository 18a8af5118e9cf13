using System.Globalization;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Inventories;

/// <summary>
/// Keeps inventories as ConfigMaps in the target cluster, split when they grow.
/// An entry's shard follows from its id, and shards are written before others are shortened, so an entry is never in none.
/// </summary>
internal sealed class InventoryStore(DynamicClient client, KubernetesOptions options)
{
    private const string DataKey = "inventory.json";

    // Far below the 1 MiB that a ConfigMap may hold, and small enough to rewrite for one object.
    private const int ShardBytes = 256 * 1024;

    private static readonly ApiResource s_configMaps = new("", "v1", "ConfigMap", "configmaps", true);

    private readonly PatchOptions _write = new() { FieldManager = options.FieldManager };

    public string Namespace => options.InventoryNamespace;

    /// <summary>Reads a unit's inventory; an empty one when there is none.</summary>
    public async ValueTask<(Inventory? Inventory, ApiError? Error)> LoadAsync(string unitName, CancellationToken cancellationToken)
    {
        Dictionary<ResourceId, InventoryEntry> entries = [];
        Dictionary<string, InventoryShard> shards = new(StringComparer.Ordinal);
        var (_, error) = await client.ListAsync(
            s_configMaps,
            new ListOptions { Namespace = Namespace, LabelSelector = $"{Keys.Inventory}={Owner.LabelValue(unitName)}" },
            item => Read(item, unitName, entries, shards),
            cancellationToken).ConfigureAwait(false);
        return error is not null ? (null, error) : (new Inventory(unitName, entries) { Shards = shards }, null);
    }

    /// <summary>Writes a unit's inventory. Fails with a conflict when somebody else wrote it since it was read.</summary>
    public async ValueTask<(Inventory? Inventory, ApiError? Error)> SaveAsync(Inventory known, IReadOnlyDictionary<ResourceId, InventoryEntry> entries, CancellationToken cancellationToken)
    {
        // Most runs change nothing, and comparing is far cheaper than writing it all out to find that.
        if (known.Shards.Count > 0 && entries.Count == known.Entries.Count && entries.All(e => known.Entries.TryGetValue(e.Key, out var entry) && entry == e.Value))
        {
            return (known, null);
        }

        var wanted = Split(known, entries);
        Dictionary<string, InventoryShard> shards = new(known.Shards, StringComparer.Ordinal);
        var current = known.Shards.Count;

        // What grows first, what shrinks after: a kill in between leaves an entry in two shards, never in none.
        foreach (var (name, content) in wanted.OrderBy(w => known.Shards.TryGetValue(w.Key, out var old) && w.Value.Length < old.Content.Length).ThenBy(w => w.Key, StringComparer.Ordinal))
        {
            if (known.Shards.TryGetValue(name, out var shard) && string.Equals(shard.Content, content, StringComparison.Ordinal))
            {
                continue;
            }

            var result = await WriteShardAsync(known.UnitName, name, content, shard, current > 0 && shard.ResourceVersion is not null, cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                return (null, result.Error);
            }

            shards[name] = ShardOf(result.Body, content);
        }

        return (new Inventory(known.UnitName, entries) { Shards = shards }, null);
    }

    /// <summary>Removes a unit's inventory.</summary>
    public async ValueTask<ApiError?> DeleteAsync(Inventory known, CancellationToken cancellationToken)
    {
        foreach (var (name, shard) in known.Shards)
        {
            var result = await client.DeleteAsync(s_configMaps, Namespace, name, new DeleteOptions { Uid = shard.Uid, ResourceVersion = shard.ResourceVersion }, cancellationToken).ConfigureAwait(false);
            if (result.Error is { IsNotFound: false } error)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>Whether the inventory of another owner holds an object that it has not released.</summary>
    public async ValueTask<(bool Holds, ApiError? Error)> HoldsAsync(Owner owner, ResourceId id, CancellationToken cancellationToken)
    {
        Dictionary<ResourceId, InventoryEntry> entries = [];
        Dictionary<string, InventoryShard> shards = new(StringComparer.Ordinal);
        var (_, error) = await client.ListAsync(
            s_configMaps,
            new ListOptions { Namespace = owner.Namespace, LabelSelector = $"{Keys.Inventory}={owner.Unit}" },
            item => Read(item, null, entries, shards),
            cancellationToken).ConfigureAwait(false);
        return (entries.TryGetValue(id, out var entry) && !entry.Released, error);
    }

    /// <summary>Which other units' inventories hold some of these objects, and have not released them.</summary>
    public async ValueTask<(IReadOnlyDictionary<ResourceId, string> Holders, ApiError? Error)> HoldersAsync(string unitName, IReadOnlySet<ResourceId> ids, CancellationToken cancellationToken)
    {
        Dictionary<ResourceId, string> holders = [];
        var (_, error) = await client.ListAsync(
            s_configMaps,
            new ListOptions { Namespace = Namespace, LabelSelector = Keys.Inventory },
            item =>
            {
                if (item.GetMap("metadata")?.GetMap("annotations")?.GetString(Keys.InventoryUnit) is not { } other || other == unitName)
                {
                    return;
                }

                Dictionary<ResourceId, InventoryEntry> entries = [];
                Read(item, other, entries, new Dictionary<string, InventoryShard>(StringComparer.Ordinal));
                foreach (var id in ids.Where(i => entries.TryGetValue(i, out var entry) && !entry.Released))
                {
                    holders[id] = other;
                }
            },
            cancellationToken).ConfigureAwait(false);
        return (holders, error);
    }

    private async ValueTask<ApiResult> WriteShardAsync(string unitName, string name, string content, InventoryShard shard, bool exists, CancellationToken cancellationToken)
    {
        var body = new MapNode();
        body.Set("apiVersion", "v1");
        body.Set("kind", "ConfigMap");
        var metadata = body.GetOrAddMap("metadata");
        metadata.Set("name", name);
        metadata.Set("namespace", Namespace);
        metadata.GetOrAddMap("labels").Set(Keys.Inventory, Owner.LabelValue(unitName));
        metadata.GetOrAddMap("annotations").Set(Keys.InventoryUnit, unitName);

        // Two hosts may want to store the same; which of them did must be told apart.
        var write = Guid.NewGuid().ToString("N");
        metadata.GetOrAddMap("annotations").Set(Keys.InventoryWrite, write);
        body.GetOrAddMap("data").Set(DataKey, content);

        if (exists)
        {
            metadata.Set("resourceVersion", shard.ResourceVersion);
            metadata.Set("uid", shard.Uid);
            return await UnlessWrittenAsync(name, write, await client.UpdateAsync(s_configMaps, Namespace, name, body, _write, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        var created = await client.CreateAsync(s_configMaps, Namespace, body, _write, cancellationToken).ConfigureAwait(false);
        if (created.Error is { IsNamespaceMissing: true })
        {
            if (await Namespaces.CreateAsync(client, Namespace, _write, cancellationToken).ConfigureAwait(false) is { } missing)
            {
                return ApiResult.Failure(missing);
            }

            created = await client.CreateAsync(s_configMaps, Namespace, body, _write, cancellationToken).ConfigureAwait(false);
        }

        return await UnlessWrittenAsync(name, write, created, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A write whose answer was lost is sent again and then meets itself: it is the one that is stored.</summary>
    private async ValueTask<ApiResult> UnlessWrittenAsync(string name, string write, ApiResult written, CancellationToken cancellationToken)
    {
        if (written.Error is not { IsConflict: true })
        {
            return written;
        }

        var stored = await client.GetAsync(s_configMaps, Namespace, name, cancellationToken).ConfigureAwait(false);
        return stored.Succeeded && stored.Body.GetMap("metadata")?.GetMap("annotations")?.GetString(Keys.InventoryWrite) == write ? stored : written;
    }

    private static void Read(MapNode item, string? unitName, Dictionary<ResourceId, InventoryEntry> entries, Dictionary<string, InventoryShard> shards)
    {
        var metadata = item.GetMap("metadata");
        if (metadata is null || (unitName is not null && metadata.GetMap("annotations")?.GetString(Keys.InventoryUnit) != unitName))
        {
            return;
        }

        var content = item.GetMap("data")?.GetString(DataKey) ?? "";
        shards[metadata.GetString("name") ?? ""] = ShardOf(item, content);
        if (content.Length == 0)
        {
            return;
        }

        var parsed = JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(content));
        foreach (var node in parsed.GetList("entries") ?? [])
        {
            if (node is MapNode map && map.GetString("id") is { } text && InventoryEntry.TryParseId(text, out var id))
            {
                var entry = new InventoryEntry(id, map.GetString("v") ?? "", map.GetString("h") ?? "", map.GetString("l") ?? "")
                {
                    Released = map["r"] is ScalarNode released && released.AsBoolean(),
                };

                // An entry in two shards comes from a kill while the inventory grew; what either says may be old, so it is not trusted.
                entries[id] = entries.ContainsKey(id) ? entry with { DesiredHash = "", LiveHash = "", Released = false } : entry;
            }
        }
    }

    private static InventoryShard ShardOf(MapNode item, string content)
    {
        var metadata = item.GetMap("metadata");
        return new InventoryShard(metadata?.GetString("resourceVersion") ?? "", metadata?.GetString("uid") ?? "", content);
    }

    private static SortedDictionary<string, string> Split(Inventory known, IReadOnlyDictionary<ResourceId, InventoryEntry> entries)
    {
        // The count only grows and is a power of two, so most entries stay where they are when it does.
        var bytes = entries.Values.Sum(static e => (long)EstimatedLength(e));
        var name = $"gitops-inventory-{DnsName(known.UnitName)}";
        var count = known.Shards.Keys.Select(k => ShardIndex(name, k) + 1).DefaultIfEmpty(1).Max();
        while (count * (long)ShardBytes < bytes)
        {
            count *= 2;
        }

        var lists = new ListNode[count];
        for (var i = 0; i < count; i++)
        {
            lists[i] = new ListNode();
        }

        foreach (var entry in entries.Values.OrderBy(static e => e.Id, ApplyOrder.Comparer))
        {
            var map = new MapNode(4);
            map.Set("id", entry.FluxId);
            map.Set("v", entry.Version);
            if (entry.DesiredHash.Length > 0)
            {
                map.Set("h", entry.DesiredHash);
            }

            if (entry.LiveHash.Length > 0)
            {
                map.Set("l", entry.LiveHash);
            }

            if (entry.Released)
            {
                map.Set("r", ScalarNode.Boolean(true));
            }

            lists[count == 1 ? 0 : StableHash(entry.FluxId) % (uint)count].Add(map);
        }

        SortedDictionary<string, string> shards = new(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var root = new MapNode();
            root.Set("entries", lists[i]);
            shards[i == 0 ? name : $"{name}-{i.ToString(CultureInfo.InvariantCulture)}"] = JsonTreeWriter.WriteText(root);
        }

        return shards;
    }

    private static int ShardIndex(string baseName, string shardName) =>
        shardName.Length > baseName.Length && int.TryParse(shardName.AsSpan(baseName.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : 0;

    private static int EstimatedLength(InventoryEntry entry) => entry.FluxId.Length + entry.Version.Length + entry.DesiredHash.Length + entry.LiveHash.Length + 48;

    // FNV-1a: the same on every machine and in every version, unlike string.GetHashCode.
    private static uint StableHash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return hash;
    }

    // An object's name takes less than a label value does; the hash keeps names apart that differ only in what is dropped.
    internal static string DnsName(string unitName)
    {
        var value = Owner.LabelValue(unitName);
        return value.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? value
            : $"{new string([.. value.ToLowerInvariant().Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-')])}-{StableHash(unitName):x8}";
    }
}
