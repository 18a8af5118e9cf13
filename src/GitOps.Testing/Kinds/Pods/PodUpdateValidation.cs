namespace GitOps.Testing;

/// <summary>Checks of changes to pods: little of a pod can change.</summary>
internal static class PodUpdateValidation
{
    public static void Update(MapNode root, MapNode old, List<FieldError> errors)
    {
        var now = (MapNode)root.GetMap("spec")!.DeepClone();
        var before = (MapNode)old.GetMap("spec")!.DeepClone();
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            if ((now.GetList(list)?.Count ?? 0) != (before.GetList(list)?.Count ?? 0))
            {
                // Nothing else can be compared then.
                errors.Add(FieldError.Forbidden($"spec.{list}", "pod updates may not add or remove containers"));
                return;
            }
        }

        var check = Check.Of(root, errors).Child("spec");
        var deadline = check.Number("activeDeadlineSeconds");
        var deadlineBefore = Check.Of(old, errors).Child("spec").Number("activeDeadlineSeconds");
        if (deadlineBefore is { } most)
        {
            if (deadline is null)
            {
                check.Invalid("activeDeadlineSeconds", "must not update from a positive integer to nil value");
            }
            else if (deadline > most)
            {
                check.Invalid("activeDeadlineSeconds", "must be less than or equal to previous value");
            }
        }

        foreach (var toleration in before.GetList("tolerations") ?? [])
        {
            if (!(now.GetList("tolerations") ?? []).Any(t => SameButSeconds(t, toleration)))
            {
                check.Forbidden("tolerations", "existing toleration can not be modified except its tolerationSeconds");
                break;
            }
        }

        Strip(now);
        Strip(before);
        if (!Node.DeepEquals(now, before))
        {
            errors.Add(FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
        }
    }

    private static bool SameButSeconds(Node a, Node b) =>
        a is MapNode left && b is MapNode right && left.Keys.Concat(right.Keys).All(k => k == "tolerationSeconds" || Node.DeepEquals(left[k], right[k]));

    private static void Strip(MapNode spec)
    {
        spec.Remove("activeDeadlineSeconds");
        spec.Remove("tolerations");
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (var container in spec.GetList(list)?.OfType<MapNode>() ?? [])
            {
                container.Remove("image");
            }
        }
    }
}
