namespace GitOps.Kubernetes.Inventories;

/// <summary>One owned object in an inventory.</summary>
/// <param name="Id">The object.</param>
/// <param name="Version">The API version it was applied in.</param>
/// <param name="DesiredHash">The hash of the desired state that was applied; empty while that is not known to have happened.</param>
/// <param name="LiveHash">The hash of the fields we own as they were after that; empty when unknown.</param>
internal sealed record InventoryEntry(ResourceId Id, string Version, string DesiredHash = "", string LiveHash = "")
{
    /// <summary>
    /// Whether the object left the unit's set and is only still here because it was not pruned. Another unit may take it, also one of another process,
    /// and until then nothing of ours is forgotten.
    /// </summary>
    public bool Released { get; init; }

    /// <summary>Flux's form: <c>namespace_name_group_kind</c>, colons in names (RBAC) written as <c>__</c>.</summary>
    public string FluxId => $"{Id.Namespace}_{Id.Name.Replace(":", "__", StringComparison.Ordinal)}_{Id.Group}_{Id.Kind}";

    /// <summary>Reads Flux's form.</summary>
    public static bool TryParseId(string text, out ResourceId id)
    {
        id = default;
        var first = text.IndexOf('_', StringComparison.Ordinal);
        var last = text.LastIndexOf('_');
        var middle = last <= 0 ? -1 : text.LastIndexOf('_', last - 1);
        if (first < 0 || middle <= first || last == text.Length - 1)
        {
            return false;
        }

        id = new ResourceId(text[(middle + 1)..last], text[(last + 1)..], text[..first], text[(first + 1)..middle].Replace("__", ":", StringComparison.Ordinal));
        return id.Name.Length > 0;
    }
}
