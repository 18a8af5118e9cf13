using GitOps.TypedMerge;

namespace GitOps.Testing;

/// <summary>Keeps requests that change nothing from changing the object only by the times in its managed fields.</summary>
internal static class ManagedFieldsTimes
{
    public static MapNode KeepWhenNothingElseChanged(MapNode updated, MapNode old)
    {
        var now = updated.GetMap("metadata")?.GetList("managedFields");
        var before = old.GetMap("metadata")?.GetList("managedFields");
        if (now is null || before is null || now.Count != before.Count || Node.DeepEquals(now, before) || !SameButTimes(now, before))
        {
            return updated;
        }

        var candidate = FieldManager.WithManagedFields(updated, before);
        var metadata = candidate.GetMap("metadata")!;
        metadata["resourceVersion"] = old.GetMap("metadata")!["resourceVersion"]!;
        return Node.DeepEquals(candidate, old) ? candidate : updated;
    }

    private static bool SameButTimes(ListNode now, ListNode before)
    {
        // The order depends on the times, so entries are matched by who they belong to.
        var left = ManagedFields.Decode(now);
        var right = ManagedFields.Decode(before);
        return left.Count == right.Count && left.All(e => right.TryGetValue(e.Key, out var other) && other.ApiVersion == e.Value.ApiVersion && other.Fields.Equals(e.Value.Fields));
    }
}
