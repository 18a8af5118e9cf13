using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Rules of the apps and batch groups.</summary>
internal static class WorkloadKinds
{
    public static KindRules Deployment { get; } = new()
    {
        PodSpec = ["spec", "template", "spec"],
        ValidateStatus = StatusValidation.Deployment,
        GenerationFields = ["spec"],
        GenerationByAnnotations = true,
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            Template(spec.GetMap("template"));
            Default(spec, "replicas", 1);
            var strategy = spec.GetOrAddMap("strategy");
            Default(strategy, "type", "RollingUpdate");
            if (strategy.GetString("type") == "RollingUpdate")
            {
                var rolling = strategy.GetOrAddMap("rollingUpdate");
                Default(rolling, "maxUnavailable", "25%");
                Default(rolling, "maxSurge", "25%");
            }

            Default(spec, "revisionHistoryLimit", 10);
            Default(spec, "progressDeadlineSeconds", 600);
        },
        Validate = static (root, errors) =>
        {
            WorkloadValidation.NonNegative(root, errors, "replicas");
            WorkloadValidation.SelectorAndTemplate(root, errors);
            WorkloadValidation.Strategy(root, errors);
            WorkloadValidation.NonNegative(root, errors, "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds");
            var spec = Check.Of(root, errors).Child("spec");
            if (spec.Number("progressDeadlineSeconds") <= (spec.Number("minReadySeconds") ?? 0))
            {
                spec.Invalid("progressDeadlineSeconds", "must be greater than minReadySeconds");
            }
        },
        ValidateUpdate = static (root, old, errors) => Immutable(root, old, errors, "spec", "selector"),
    };

    public static KindRules ReplicaSet { get; } = new()
    {
        PodSpec = ["spec", "template", "spec"],
        ValidateStatus = StatusValidation.ReplicaSet,
        GenerationFields = ["spec"],
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            Template(spec.GetMap("template"));
            Default(spec, "replicas", 1);
        },
        Validate = static (root, errors) =>
        {
            WorkloadValidation.NonNegative(root, errors, "replicas", "minReadySeconds");
            WorkloadValidation.SelectorAndTemplate(root, errors);
        },
        ValidateUpdate = static (root, old, errors) => Immutable(root, old, errors, "spec", "selector"),
    };

    public static KindRules ReplicationController { get; } = new()
    {
        PodSpec = ["spec", "template", "spec"],
        ChecksPrefix = false,
        ValidateStatus = StatusValidation.ReplicaSet,
        GenerationFields = ["spec"],
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            var template = spec.GetMap("template");
            Template(template);
            Default(spec, "replicas", 1);
            if (template?.GetMap("metadata")?.GetMap("labels") is { Count: > 0 } labels)
            {
                if (spec.GetMap("selector") is null or { Count: 0 })
                {
                    spec["selector"] = labels.DeepClone();
                }

                var metadata = root.GetOrAddMap("metadata");
                if (metadata.GetMap("labels") is null or { Count: 0 })
                {
                    metadata["labels"] = labels.DeepClone();
                }
            }
        },
        Validate = WorkloadValidation.Controller,
        SelectableFields = ["status.replicas"],
    };

    public static KindRules StatefulSet { get; } = new()
    {
        PodSpec = ["spec", "template", "spec"],
        CheckName = Names.DottlessLabel,
        ValidateStatus = StatusValidation.StatefulSet,
        GenerationFields = ["spec"],
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            Template(spec.GetMap("template"));
            Default(spec, "podManagementPolicy", "OrderedReady");
            var update = spec.GetOrAddMap("updateStrategy");
            if (update.GetString("type") is null or "")
            {
                update.Set("type", "RollingUpdate");
                Default(update.GetOrAddMap("rollingUpdate"), "partition", 0);
            }

            if (update.GetString("type") == "RollingUpdate" && update.GetMap("rollingUpdate") is { } rolling)
            {
                Default(rolling, "partition", 0);
            }

            var retention = spec.GetOrAddMap("persistentVolumeClaimRetentionPolicy");
            Default(retention, "whenDeleted", "Retain");
            Default(retention, "whenScaled", "Retain");
            Default(spec, "replicas", 1);
            Default(spec, "revisionHistoryLimit", 10);
            foreach (var claim in spec.GetList("volumeClaimTemplates")?.OfType<MapNode>() ?? [])
            {
                // Claims in templates are whole objects, and come out as such.
                claim.Set("apiVersion", "v1");
                claim.Set("kind", "PersistentVolumeClaim");
                Default(claim.GetOrAddMap("spec"), "volumeMode", "Filesystem");
                Default(claim.GetOrAddMap("status"), "phase", "Pending");
            }
        },
        PrepareCreate = DropMaxUnavailable,
        PrepareUpdate = static (root, _) => DropMaxUnavailable(root),
        Validate = WorkloadValidation.StatefulSet,
        ValidateUpdate = static (root, old, errors) => WorkloadValidation.StatefulSetUpdate(root, old, errors),
    };

    public static KindRules DaemonSet { get; } = new()
    {
        PodSpec = ["spec", "template", "spec"],
        ValidateStatus = StatusValidation.DaemonSet,
        GenerationFields = ["spec"],
        Default = static root =>
        {
            // The server keeps the generation of the template outside the spec and shows it as this annotation, so whoever creates the object owns it.
            root.GetOrAddMap("metadata").GetOrAddMap("annotations").TryAdd(new MapEntry("deprecated.daemonset.template.generation", ScalarNode.String("0")));
            var spec = root.GetOrAddMap("spec");
            Template(spec.GetMap("template"));
            var update = spec.GetOrAddMap("updateStrategy");
            Default(update, "type", "RollingUpdate");
            if (update.GetString("type") == "RollingUpdate")
            {
                var rolling = update.GetOrAddMap("rollingUpdate");
                Default(rolling, "maxUnavailable", ScalarNode.Integer(1));
                Default(rolling, "maxSurge", ScalarNode.Integer(0));
            }

            Default(spec, "revisionHistoryLimit", 10);
        },
        Validate = static (root, errors) =>
        {
            WorkloadValidation.DaemonSelectorAndTemplate(root, errors);
            WorkloadValidation.DaemonUpdate(root, errors);
            WorkloadValidation.NonNegative(root, errors, "minReadySeconds", "revisionHistoryLimit");
        },
        ValidateUpdate = static (root, old, errors) => Immutable(root, old, errors, "spec", "selector"),
        PrepareCreate = static root => TemplateGeneration(root, 1),
        PrepareUpdate = static (root, old) =>
        {
            var before = long.TryParse(old.GetMap("metadata")?.GetMap("annotations")?.GetString("deprecated.daemonset.template.generation"), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
            TemplateGeneration(root, Node.DeepEquals(root.GetMap("spec")?["template"], old.GetMap("spec")?["template"]) ? before : before + 1);
        },
    };

    public static KindRules Job { get; } = new()
    {
        PodSpec = ["spec", "template", "spec"],
        ValidateStatus = StatusValidation.Job,
        GenerationFields = ["spec"],
        Default = static root =>
        {
            JobSpec(root.GetOrAddMap("spec"));
            var metadata = root.GetOrAddMap("metadata");
            if (metadata.GetMap("labels") is null or { Count: 0 } && root.GetMap("spec")?.GetMap("template")?.GetMap("metadata")?.GetMap("labels") is { Count: > 0 } labels)
            {
                metadata["labels"] = labels.DeepClone();
            }
        },
        PrepareCreate = static root =>
        {
            var spec = root.GetMap("spec")!;
            if (spec["manualSelector"] is ScalarNode manual && manual.AsBoolean())
            {
                return;
            }

            // The selector is made of the uid, so that no other job's pods are taken.
            var uid = ObjectMeta.Uid(root);
            var name = ObjectMeta.Name(root);
            var labels = spec.GetOrAddMap("template").GetOrAddMap("metadata").GetOrAddMap("labels");
            labels.TryAdd(new MapEntry("batch.kubernetes.io/controller-uid", ScalarNode.String(uid)));
            labels.TryAdd(new MapEntry("batch.kubernetes.io/job-name", ScalarNode.String(name)));
            labels.TryAdd(new MapEntry("controller-uid", ScalarNode.String(uid)));
            labels.TryAdd(new MapEntry("job-name", ScalarNode.String(name)));
            spec.GetOrAddMap("selector").GetOrAddMap("matchLabels").Set("batch.kubernetes.io/controller-uid", uid);
        },
        Validate = WorkloadValidation.Job,
        ValidateUpdate = static (root, old, errors) =>
        {
            Immutable(root, old, errors, "spec", "completions");
            Immutable(root, old, errors, "spec", "selector");
            if (!(old.GetMap("spec")?["suspend"] is ScalarNode suspended && suspended.AsBoolean()))
            {
                Immutable(root, old, errors, "spec", "template");
            }

            Immutable(root, old, errors, "spec", "completionMode");
        },
        SelectableFields = ["status.successful"],
    };

    public static KindRules CronJob { get; } = new()
    {
        PodSpec = ["spec", "jobTemplate", "spec", "template", "spec"],
        GenerationFields = ["spec"],
        CheckName = static name => name.Length > 52 ? "must be no more than 52 characters" : Names.DnsSubdomain(name),
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            Default(spec, "concurrencyPolicy", "Allow");
            Default(spec, "suspend", ScalarNode.Boolean(false));
            Default(spec, "successfulJobsHistoryLimit", 3);
            Default(spec, "failedJobsHistoryLimit", 1);
            // The job template gets the defaults of its pods, not those of jobs.
            Template(spec.GetMap("jobTemplate")?.GetMap("spec")?.GetMap("template"));
        },
        Validate = WorkloadValidation.CronJob,
    };

    public static KindRules ControllerRevision { get; } = new()
    {
        Validate = static (root, errors) =>
        {
            var revision = Check.Of(root, errors);
            if (!revision.Has("data"))
            {
                revision.Required("data", "data is mandatory");
            }
            else if (!revision.HasMap("data"))
            {
                revision.Required("data", "data must be a valid JSON object");
            }

            revision.NonNegative("revision");
        },
        ValidateUpdate = static (root, old, errors) => Immutable(root, old, errors, "data"),
    };

    private static void JobSpec(MapNode spec)
    {
        if (!spec.ContainsKey("completions") && !spec.ContainsKey("parallelism"))
        {
            Default(spec, "completions", 1);
            Default(spec, "parallelism", 1);
        }

        Default(spec, "parallelism", 1);
        Default(spec, "backoffLimit", spec.ContainsKey("backoffLimitPerIndex") ? int.MaxValue : 6);
        Default(spec, "completionMode", "NonIndexed");
        Default(spec, "suspend", ScalarNode.Boolean(false));
        Default(spec, "manualSelector", ScalarNode.Boolean(false));
        Default(spec, "podReplacementPolicy", spec.ContainsKey("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        foreach (var pattern in spec.GetMap("podFailurePolicy")?.GetList("rules")?.OfType<MapNode>().SelectMany(static r => r.GetList("onPodConditions")?.OfType<MapNode>() ?? []) ?? [])
        {
            if (pattern.GetString("status") is null or "")
            {
                pattern.Set("status", "True");
            }
        }

        Template(spec.GetMap("template"));
    }

    // The feature is off by default.
    private static void DropMaxUnavailable(MapNode root) => root.GetMap("spec")?.GetMap("updateStrategy")?.GetMap("rollingUpdate")?.Remove("maxUnavailable");

    private static void TemplateGeneration(MapNode root, long generation)
    {
        var metadata = root.GetMap("metadata")!;
        var annotations = metadata.GetMap("annotations") is { } known ? TypedMerge.FieldManager.Shallow(known) : new MapNode();
        annotations.Set("deprecated.daemonset.template.generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture));
        metadata["annotations"] = annotations;
    }

    public static void Immutable(MapNode root, MapNode old, List<FieldError> errors, params ReadOnlySpan<string> path)
    {
        Node? now = root;
        Node? before = old;
        foreach (var step in path)
        {
            now = (now as MapNode)?[step];
            before = (before as MapNode)?[step];
        }

        if (!Node.DeepEquals(now, before))
        {
            errors.Add(FieldError.Invalid(string.Join('.', path.ToArray()), now, "field is immutable"));
        }
    }
}
