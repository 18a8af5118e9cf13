namespace GitOps.TypedMerge;

/// <summary>Reads and writes <c>metadata.managedFields</c>.</summary>
internal static class ManagedFields
{
    /// <summary>Reads the owners of an object.</summary>
    /// <param name="managedFields">The list; <see langword="null"/> for none.</param>
    /// <returns>The owners.</returns>
    /// <exception cref="FormatException">An entry is malformed.</exception>
    public static Dictionary<ManagerId, ManagedEntry> Decode(ListNode? managedFields)
    {
        var managed = new Dictionary<ManagerId, ManagedEntry>(managedFields?.Count ?? 0);
        for (var i = 0; i < (managedFields?.Count ?? 0); i++)
        {
            if (managedFields![i] is not MapNode entry)
            {
                throw new FormatException($"entry {i} of managedFields is no map.");
            }

            var operation = entry.GetString("operation");
            if (operation is not ("Apply" or "Update"))
            {
                throw new FormatException($"entry {i} of managedFields: operation must be `Apply` or `Update`.");
            }

            var apiVersion = entry.GetString("apiVersion");
            if (string.IsNullOrEmpty(apiVersion))
            {
                throw new FormatException($"entry {i} of managedFields: apiVersion must not be empty.");
            }

            if (entry.GetString("fieldsType") != "FieldsV1")
            {
                throw new FormatException($"entry {i} of managedFields: fieldsType must be FieldsV1.");
            }

            var applied = operation == "Apply";
            var id = new ManagerId(entry.GetString("manager") ?? "", applied, applied ? "" : apiVersion, entry.GetString("subresource") ?? "");
            var fields = entry.GetMap("fieldsV1") is { } map ? FieldsV1.Decode(map) : FieldSet.Empty;
            managed[id] = new ManagedEntry(fields, apiVersion, entry.GetString("time"));
        }

        return managed;
    }

    /// <summary>Writes owners: appliers first, then by time, then by name.</summary>
    /// <param name="managed">The owners.</param>
    /// <returns>The list, or <see langword="null"/> when there is no owner.</returns>
    public static ListNode? Encode(Dictionary<ManagerId, ManagedEntry> managed)
    {
        if (managed.Count == 0)
        {
            return null;
        }

        var list = new ListNode();
        foreach (var (id, entry) in managed.OrderBy(static e => e, Order))
        {
            var map = new MapNode(7);
            map["manager"] = ScalarNode.String(id.Manager);
            map["operation"] = ScalarNode.String(id.Applied ? "Apply" : "Update");
            map["apiVersion"] = ScalarNode.String(entry.ApiVersion);
            if (entry.Time is not null)
            {
                map["time"] = ScalarNode.String(entry.Time);
            }

            map["fieldsType"] = ScalarNode.String("FieldsV1");
            map["fieldsV1"] = FieldsV1.Encode(entry.Fields);
            if (id.Subresource.Length > 0)
            {
                map["subresource"] = ScalarNode.String(id.Subresource);
            }

            list.Add(map);
        }

        return list;
    }

    private static readonly Comparer<KeyValuePair<ManagerId, ManagedEntry>> Order = Comparer<KeyValuePair<ManagerId, ManagedEntry>>.Create(static (a, b) =>
    {
        var order = b.Key.Applied.CompareTo(a.Key.Applied);
        order = order != 0 ? order : string.CompareOrdinal(a.Value.Time ?? "", b.Value.Time ?? "");
        order = order != 0 ? order : string.CompareOrdinal(a.Key.Manager, b.Key.Manager);
        order = order != 0 ? order : string.CompareOrdinal(a.Value.ApiVersion, b.Value.ApiVersion);
        return order != 0 ? order : string.CompareOrdinal(a.Key.Subresource, b.Key.Subresource);
    });
}
