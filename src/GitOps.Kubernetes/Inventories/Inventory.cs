namespace GitOps.Kubernetes.Inventories;

/// <summary>What a unit owns, as its inventory objects say, and their resource versions to write against.</summary>
internal sealed record Inventory(string UnitName, IReadOnlyDictionary<ResourceId, InventoryEntry> Entries)
{
    /// <summary>The stored shards by name: resource version and a hash of the content.</summary>
    public IReadOnlyDictionary<string, InventoryShard> Shards { get; init; } = new Dictionary<string, InventoryShard>(StringComparer.Ordinal);

    public static Inventory Empty(string unitName) => new(unitName, new Dictionary<ResourceId, InventoryEntry>());
}

/// <summary>One stored part of an inventory.</summary>
internal readonly record struct InventoryShard(string ResourceVersion, string Uid, string Content);
