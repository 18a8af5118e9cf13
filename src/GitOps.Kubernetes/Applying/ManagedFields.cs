using System.Globalization;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Applying;

/// <summary>Reads <c>metadata.managedFields</c>: who owns what, since when.</summary>
internal static class ManagedFields
{
    /// <summary>The entries of an object.</summary>
    public static IEnumerable<MapNode> Of(MapNode live) => (live.GetMap("metadata")?.GetList("managedFields") ?? []).OfType<MapNode>();

    /// <summary>Whether an entry is the one that our server-side apply keeps.</summary>
    public static bool IsOurs(MapNode entry, string fieldManager) =>
        entry.GetString("manager") == fieldManager && entry.GetString("operation") == "Apply" && string.IsNullOrEmpty(entry.GetString("subresource"));

    /// <summary>Whether an entry owns the field that a JSON pointer leads to, or all of what is around it.</summary>
    public static bool Owns(MapNode entry, MapNode live, IReadOnlyList<string> tokens)
    {
        Node? value = live;
        var fields = entry.GetMap("fieldsV1");
        foreach (var token in tokens)
        {
            if (fields is null)
            {
                return false;
            }

            if (fields.Count == 0)
            {
                return true;
            }

            if (value is ListNode list)
            {
                value = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count ? list[index] : null;
                var step = fields.Keys.FirstOrDefault(k => k != "." && value is not null && ReferenceEquals(FieldSet.Step(list, k), value));
                fields = step is null ? null : fields[step] as MapNode;
            }
            else
            {
                value = (value as MapNode)?[token];
                fields = fields["f:" + token] as MapNode;
            }
        }

        return fields is not null;
    }

    /// <summary>When a manager last wrote.</summary>
    public static DateTimeOffset? TimeOf(MapNode entry) =>
        DateTimeOffset.TryParse(entry.GetString("time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>
    /// The managers that kubectl and we ourselves leave behind when an object was not applied server-side before.
    /// Their fields must become ours, or what is dropped from the manifest stays in the cluster for ever.
    /// </summary>
    public static bool IsAdopted(MapNode entry, string fieldManager)
    {
        if (!string.IsNullOrEmpty(entry.GetString("subresource")))
        {
            return false;
        }

        var manager = entry.GetString("manager") ?? "";
        var update = entry.GetString("operation") == "Update";
        return manager.StartsWith("kubectl", StringComparison.Ordinal)
            || (update && (manager.StartsWith("before-first-apply", StringComparison.Ordinal) || manager == fieldManager));
    }

    public static bool NeedsAdoption(MapNode live, string fieldManager) => Of(live).Any(e => IsAdopted(e, fieldManager) && e.GetMap("fieldsV1") is { Count: > 0 });

    /// <summary>
    /// The JSON patch that folds the adopted managers' fields into our apply entry; <see langword="null"/> when there is nothing to fold.
    /// It holds only for the resource version it was made from.
    /// </summary>
    public static ListNode? AdoptionPatch(MapNode live, string fieldManager, ApiResource resource)
    {
        if (!NeedsAdoption(live, fieldManager))
        {
            return null;
        }

        MapNode? ours = null;
        var fields = new MapNode();
        var entries = new ListNode();
        foreach (var entry in Of(live))
        {
            if (IsOurs(entry, fieldManager) && entry.GetString("apiVersion") == resource.ApiVersion && ours is null)
            {
                ours = (MapNode)entry.DeepClone();
                if (entry.GetMap("fieldsV1") is { } own)
                {
                    FieldSet.AddAll(fields, own);
                }
            }
            else if (IsAdopted(entry, fieldManager))
            {
                if (entry.GetMap("fieldsV1") is { } foreign)
                {
                    // A status written by kubectl proxy users and the like is not ours to own.
                    var taken = (MapNode)foreign.DeepClone();
                    taken.Remove("f:status");
                    FieldSet.AddAll(fields, taken);
                }
            }
            else
            {
                entries.Add(entry.DeepClone());
            }
        }

        ours ??= new MapNode();
        ours.Set("manager", fieldManager);
        ours.Set("operation", "Apply");
        ours.Set("apiVersion", resource.ApiVersion);
        ours.Set("fieldsType", "FieldsV1");
        ours.Set("fieldsV1", fields);
        entries.Insert(0, ours);

        var patch = new ListNode();
        patch.Add(Operation("replace", "/metadata/managedFields", entries));

        // With a resource version in the object the server compares before it writes.
        patch.Add(Operation("replace", "/metadata/resourceVersion", ScalarNode.String(live.GetMap("metadata")?.GetString("resourceVersion") ?? "")));
        if (live.GetMap("metadata")?.GetMap("annotations")?.ContainsKey(Keys.LastApplied) == true)
        {
            patch.Add(Operation("remove", "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration", null));
        }

        return patch;
    }

    private static MapNode Operation(string operation, string path, Node? value)
    {
        var map = new MapNode(3);
        map.Set("op", operation);
        map.Set("path", path);
        if (value is not null)
        {
            map.Set("value", value);
        }

        return map;
    }
}
