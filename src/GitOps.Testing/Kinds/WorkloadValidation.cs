namespace GitOps.Testing;

/// <summary>Checks of the fields that workloads share.</summary>
internal static class WorkloadValidation
{
    private const long MostParallel = 100_000;
    private static readonly string[] StatefulSetMutable =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    /// <summary>Checks the selector of a workload, and the template that has to fit it.</summary>
    public static void SelectorAndTemplate(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (!spec.HasMap("selector"))
        {
            spec.Required("selector");
        }

        if (Usable(spec))
        {
            Labels(spec);
            PodValidation.Template(WithClaims(spec), ["Always"]);
        }
        else
        {
            // What the selector cannot select is not looked at.
            spec.Invalid("selector", "invalid label selector");
        }
    }

    // The claims of a StatefulSet become volumes of its pods, before the others and in place of those of the same name.
    private static Check WithClaims(Check spec)
    {
        if (spec.Count("volumeClaimTemplates") == 0 || spec.Map.GetMap("template")?.GetMap("spec") is not { } pod)
        {
            return spec;
        }

        var volumes = new ListNode();
        foreach (var claim in spec.Items("volumeClaimTemplates").DistinctBy(static c => c.Child("metadata").Text("name"), StringComparer.Ordinal))
        {
            var volume = new MapNode();
            volume.Set("name", claim.Child("metadata").Text("name"));
            volume.GetOrAddMap("persistentVolumeClaim").Set("claimName", claim.Child("metadata").Text("name"));
            volumes.Add(volume);
        }

        var names = volumes.OfType<MapNode>().Select(static v => v.GetString("name")).ToHashSet(StringComparer.Ordinal);
        foreach (var volume in pod.GetList("volumes")?.OfType<MapNode>().Where(v => !names.Contains(v.GetString("name"))) ?? [])
        {
            volumes.Add(volume);
        }

        var podWithClaims = TypedMerge.FieldManager.Shallow(pod);
        podWithClaims["volumes"] = volumes;
        var template = TypedMerge.FieldManager.Shallow(spec.Map.GetMap("template")!);
        template["spec"] = podWithClaims;
        var all = TypedMerge.FieldManager.Shallow(spec.Map);
        all["template"] = template;
        return spec with { Map = all };
    }

    /// <summary>Checks the selector of a DaemonSet, which is looser with missing and broken ones.</summary>
    public static void DaemonSelectorAndTemplate(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (Usable(spec))
        {
            Labels(spec);
        }

        PodValidation.Template(spec, ["Always"]);
    }

    private static bool Usable(Check spec)
    {
        if (!spec.HasMap("selector"))
        {
            return true;
        }

        var usable = spec.Selector("selector");
        var selector = spec.Child("selector");
        if (selector.Count("matchLabels") == 0 && selector.Count("matchExpressions") == 0)
        {
            spec.Invalid("selector", "empty selector is invalid for workloads");
        }

        return usable;
    }

    // No selector at all selects nothing, so no labels can match it.
    private static void Labels(Check spec)
    {
        var labels = spec.Map.GetMap("template")?.GetMap("metadata")?.GetMap("labels");
        if (spec.Map.GetMap("selector") is not { } selector || !Matches(selector, labels))
        {
            spec.Add(FieldError.Invalid(spec.At("template.metadata.labels"), labels, "`selector` does not match template `labels`"));
        }
    }

    /// <summary>Refuses negative numbers in fields of the spec.</summary>
    public static void NonNegative(MapNode root, List<FieldError> errors, params ReadOnlySpan<string> fields)
    {
        var spec = root.GetMap("spec");
        foreach (var field in fields)
        {
            if (spec?[field] is ScalarNode number && number.TryGetInt64(out var value) && value < 0)
            {
                errors.Add(FieldError.Invalid($"spec.{field}", number, "must be greater than or equal to 0"));
            }
        }
    }

    public static void Strategy(MapNode root, List<FieldError> errors)
    {
        var strategy = Check.Of(root, errors).Child("spec").Child("strategy");
        switch (strategy.Text("type"))
        {
            case "Recreate":
                if (strategy.HasMap("rollingUpdate"))
                {
                    strategy.Forbidden("rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
                }

                break;
            case "RollingUpdate":
                if (!strategy.HasMap("rollingUpdate"))
                {
                    strategy.Required("rollingUpdate", "this should be defaulted and never be nil");
                    break;
                }

                var rolling = strategy.Child("rollingUpdate");
                rolling.Portion("maxUnavailable", atMostAll: true);
                rolling.Portion("maxSurge");
                if (rolling.IsZero("maxUnavailable") && rolling.IsZero("maxSurge"))
                {
                    rolling.Invalid("maxUnavailable", "may not be 0 when `maxSurge` is 0");
                }

                break;
            case var other:
                strategy.Add(FieldError.NotSupported(strategy.Path, other, ["Recreate", "RollingUpdate"]));
                break;
        }
    }

    public static void DaemonUpdate(MapNode root, List<FieldError> errors)
    {
        var update = Check.Of(root, errors).Child("spec").Child("updateStrategy");
        switch (update.Text("type"))
        {
            case "OnDelete":
                break;
            case "RollingUpdate":
                var rolling = update.Child("rollingUpdate");
                rolling.Portion("maxUnavailable", atMostAll: true);
                rolling.Portion("maxSurge", atMostAll: true);
                if (rolling.IsZero("maxUnavailable") && rolling.IsZero("maxSurge"))
                {
                    rolling.Required("maxUnavailable", "cannot be 0 when maxSurge is 0");
                }
                else if (!rolling.IsZero("maxUnavailable") && !rolling.IsZero("maxSurge"))
                {
                    rolling.Invalid("maxSurge", "may not be set when maxUnavailable is non-zero");
                }

                break;
            case var other:
                update.Add(FieldError.NotSupported(update.Path, other, ["OnDelete", "RollingUpdate"]));
                break;
        }
    }

    public static void StatefulSet(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (spec.Text("podManagementPolicy") is not ("OrderedReady" or "Parallel"))
        {
            spec.Invalid("podManagementPolicy", "must be 'OrderedReady' or 'Parallel'");
        }

        var update = spec.Child("updateStrategy");
        switch (update.Text("type"))
        {
            case "OnDelete":
                if (update.HasMap("rollingUpdate"))
                {
                    update.Invalid("rollingUpdate", "only allowed for updateStrategy 'RollingUpdate'");
                }

                break;
            case "RollingUpdate":
                update.Child("rollingUpdate").NonNegative("partition");
                break;
            default:
                spec.Invalid("updateStrategy", "must be 'RollingUpdate' or 'OnDelete'");
                break;
        }

        foreach (var claim in spec.Items("volumeClaimTemplates"))
        {
            StorageValidation.ClaimSpec(claim.Child("spec"));
        }

        spec.Name("serviceName", Names.DottlessLabel);
        var retention = spec.Child("persistentVolumeClaimRetentionPolicy");
        retention.OneOf("whenDeleted", "Retain", "Delete");
        retention.OneOf("whenScaled", "Retain", "Delete");
        spec.Child("ordinals").NonNegative("start");
        spec.NonNegative("replicas", "minReadySeconds");
        SelectorAndTemplate(root, errors);
    }

    public static void Controller(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        spec.NonNegative("minReadySeconds", "replicas");
        if (!spec.Demand("selector") || !spec.HasMap("template"))
        {
            PodValidation.Template(spec, ["Always"]);
            return;
        }

        var labels = spec.Map.GetMap("template")?.GetMap("metadata")?.GetMap("labels");
        if ((spec.Map.GetMap("selector") ?? []).Any(e => labels?.GetString(e.Key) != (e.Value as ScalarNode)?.Text))
        {
            spec.Add(FieldError.Invalid(spec.At("template.metadata.labels"), labels, "`selector` does not match template `labels`"));
        }

        PodValidation.Template(spec, ["Always"]);
    }

    public static void Job(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        JobSpec(spec);
        if (!spec.HasMap("selector"))
        {
            spec.Required("selector");
        }
        else if (!spec.Selector("selector"))
        {
            return;
        }

        // Made by the server, a selector holds what the server put on the template and nothing else.
        if (!spec.IsTrue("manualSelector") && spec.Child("selector").Child("matchLabels").Map.Keys.Any(static k => k is not ("batch.kubernetes.io/controller-uid" or "controller-uid" or "job-name" or "batch.kubernetes.io/job-name")))
        {
            spec.Invalid("selector", "`selector` not auto-generated");
        }

        if (spec.Map.GetMap("selector") is not { } selector || !Matches(selector, spec.Map.GetMap("template")?.GetMap("metadata")?.GetMap("labels")))
        {
            spec.Add(FieldError.Invalid(spec.At("template.metadata.labels"), spec.Map.GetMap("template")?.GetMap("metadata")?["labels"], "`selector` does not match template `labels`"));
        }
    }

    public static void CronJob(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (spec.Demand("schedule") && CronSchedule.Problem(spec.Text("schedule")) is { } problem)
        {
            spec.Invalid("schedule", problem);
        }

        spec.NonNegative("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit");
        spec.OneOf("concurrencyPolicy", "Allow", "Forbid", "Replace");
        if (spec.Has("timeZone") && CronSchedule.ZoneProblem(spec.Text("timeZone")) is { } zone)
        {
            spec.Invalid("timeZone", zone);
        }

        var job = spec.Child("jobTemplate").Child("spec");
        JobSpec(job);
        if (job.HasMap("selector"))
        {
            job.Invalid("selector", "`selector` will be auto-generated");
        }

        if (job.IsTrue("manualSelector"))
        {
            job.Add(FieldError.NotSupported(job.At("manualSelector"), "true", ["nil", "false"]));
        }
    }

    private static void JobSpec(Check spec)
    {
        spec.NonNegative("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished");
        spec.OneOf("completionMode", "NonIndexed", "Indexed");
        if (spec.Text("completionMode") == "Indexed" && !spec.Has("completions"))
        {
            spec.Required("completions", "when completion mode is Indexed");
        }

        if (spec.Text("completionMode") == "Indexed" && spec.Number("parallelism") > MostParallel)
        {
            spec.Invalid("parallelism", "must be less than or equal to 100000 when completion mode is Indexed");
        }

        if (spec.Has("backoffLimitPerIndex") && spec.Text("completionMode") != "Indexed")
        {
            spec.Invalid("backoffLimitPerIndex", "requires indexed completion mode");
        }

        JobPolicyValidation.All(spec);
        PodValidation.Template(spec, ["OnFailure", "Never"]);
    }

    public static void StatefulSetUpdate(MapNode root, MapNode old, List<FieldError> errors)
    {
        var now = root.GetMap("spec")!;
        var before = old.GetMap("spec")!;
        if (now.Keys.Concat(before.Keys).Distinct(StringComparer.Ordinal).Any(k => !StatefulSetMutable.Contains(k) && !Node.DeepEquals(now[k], before[k])))
        {
            errors.Add(FieldError.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
        }
    }

    public static bool Matches(MapNode selector, MapNode? labels)
    {
        foreach (var entry in selector.GetMap("matchLabels") ?? [])
        {
            if (labels?.GetString(entry.Key) != (entry.Value as ScalarNode)?.Text)
            {
                return false;
            }
        }

        foreach (var expression in selector.GetList("matchExpressions")?.OfType<MapNode>() ?? [])
        {
            var value = labels?.GetString(expression.GetString("key") ?? "");
            var values = expression.GetList("values")?.OfType<ScalarNode>().Select(static v => v.Text) ?? [];
            var fits = expression.GetString("operator") switch
            {
                "In" => value is not null && values.Contains(value, StringComparer.Ordinal),
                "NotIn" => value is null || !values.Contains(value, StringComparer.Ordinal),
                "Exists" => value is not null,
                "DoesNotExist" => value is null,
                _ => false,
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }
}
