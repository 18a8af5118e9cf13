using System.Text;
using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Rules of the core group.</summary>
internal static class CoreKinds
{
    public static KindRules Pod { get; } = new()
    {
        GenerationFields = ["spec"],
        Default = PodDefaults.Pod,
        ValidateStatus = StatusValidation.Pod,
        PodSpec = ["spec"],
        PrepareCreate = PodPreparation.Create,
        Validate = static (root, errors) => PodValidation.Spec(Check.Of(root, errors).Child("spec"), isPod: true),
        PrepareUpdate = static (root, old) =>
        {
            var spec = root.GetMap("spec")!;
            PodPreparation.Tolerate(spec);
            foreach (var field in (ReadOnlySpan<string>)["priority", "preemptionPolicy"])
            {
                if (spec[field] is null && old.GetMap("spec")?[field] is { } kept)
                {
                    spec[field] = kept;
                }
            }
        },
        ValidateUpdate = PodUpdateValidation.Update,
        SelectableFields = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
    };

    public static KindRules PodTemplate { get; } = new()
    {
        GenerationFields = ["template"],
        PodSpec = ["template", "spec"],
        Default = static root => Template(root.GetMap("template")),
        Validate = static (root, errors) => PodValidation.Template(Check.Of(root, errors), ["Always", "OnFailure", "Never"]),
    };

    public static KindRules ConfigMap { get; } = new()
    {
        Validate = static (root, errors) =>
        {
            var total = 0L;
            foreach (var field in (ReadOnlySpan<string>)["data", "binaryData"])
            {
                foreach (var entry in root.GetMap(field) ?? [])
                {
                    Key(field, entry.Key, errors);
                    total += Encoding.UTF8.GetByteCount((entry.Value as ScalarNode)?.Text ?? "");
                    if (field == "binaryData" && root.GetMap("data")?.ContainsKey(entry.Key) == true)
                    {
                        errors.Add(FieldError.Invalid($"data[{entry.Key}]", entry.Key, "duplicate of key present in binaryData"));
                    }
                }
            }

            if (total > 1024 * 1024)
            {
                errors.Add(FieldError.TooLong("", 1024 * 1024));
            }
        },
        ValidateUpdate = static (root, old, errors) =>
        {
            if (old["immutable"] is ScalarNode immutable && immutable.AsBoolean())
            {
                if (!(root["immutable"] is ScalarNode still && still.AsBoolean()))
                {
                    errors.Add(FieldError.Forbidden("immutable", "field is immutable when `immutable` is set"));
                }

                ForbiddenChange(root, old, "data", errors);
                ForbiddenChange(root, old, "binaryData", errors);
            }
        },
    };

    public static KindRules Secret { get; } = new()
    {
        Default = static root =>
        {
            Default(root, "type", "Opaque");
            if (root.GetMap("stringData") is { } plain)
            {
                var data = root.GetOrAddMap("data");
                foreach (var entry in plain)
                {
                    data.Set(entry.Key, Convert.ToBase64String(Encoding.UTF8.GetBytes((entry.Value as ScalarNode)?.Text ?? "")));
                }

                root.Remove("stringData");
            }
        },
        Validate = static (root, errors) =>
        {
            foreach (var entry in root.GetMap("data") ?? [])
            {
                Key("data", entry.Key, errors);
            }

            var data = root.GetMap("data");
            switch (root.GetString("type"))
            {
                case "kubernetes.io/service-account-token" when root.GetMap("metadata")?.GetMap("annotations")?.GetString("kubernetes.io/service-account.name") is not { Length: > 0 }:
                    errors.Add(FieldError.Required("metadata.annotations[kubernetes.io/service-account.name]"));
                    break;
                case "kubernetes.io/dockerconfigjson":
                    Registry(data, ".dockerconfigjson", errors);
                    break;
                case "kubernetes.io/dockercfg":
                    Registry(data, ".dockercfg", errors);
                    break;
                case "kubernetes.io/basic-auth" when data?.ContainsKey("username") != true && data?.ContainsKey("password") != true:
                    errors.Add(FieldError.Required("data[username]"));
                    errors.Add(FieldError.Required("data[password]"));
                    break;
                case "kubernetes.io/ssh-auth" when data?.ContainsKey("ssh-privatekey") != true:
                    errors.Add(FieldError.Required("data[ssh-privatekey]"));
                    break;
                case "kubernetes.io/tls":
                    if (data?.ContainsKey("tls.crt") != true)
                    {
                        errors.Add(FieldError.Required("data[tls.crt]"));
                    }

                    if (data?.ContainsKey("tls.key") != true)
                    {
                        errors.Add(FieldError.Required("data[tls.key]"));
                    }

                    break;
            }
        },
        ValidateUpdate = static (root, old, errors) =>
        {
            WorkloadKinds.Immutable(root, old, errors, "type");
            if (old["immutable"] is ScalarNode immutable && immutable.AsBoolean())
            {
                if (!(root["immutable"] is ScalarNode still && still.AsBoolean()))
                {
                    errors.Add(FieldError.Forbidden("immutable", "field is immutable when `immutable` is set"));
                }

                ForbiddenChange(root, old, "data", errors);
            }
        },
        PrepareUpdate = static (root, old) =>
        {
            // A request without a type keeps the one there is.
            if (root.GetString("type") is null or "")
            {
                root["type"] = old["type"]!;
            }
        },
        SelectableFields = ["type"],
    };

    public static KindRules Namespace { get; } = new()
    {
        ValidateStatus = StatusValidation.Namespace,
        CheckName = Names.DnsLabel,
        Default = static root =>
        {
            var name = ObjectMeta.Name(root);
            if (name.Length > 0)
            {
                root.GetOrAddMap("metadata").GetOrAddMap("labels").Set("kubernetes.io/metadata.name", name);
            }

            Default(root.GetOrAddMap("status"), "phase", "Active");
        },
        PrepareCreate = static root =>
        {
            var spec = new MapNode();
            var finalizers = root.GetMap("spec")?.GetList("finalizers") is { } given ? new ListNode(given) : new ListNode();
            if (!finalizers.Any(static f => f is ScalarNode { Text: "kubernetes" }))
            {
                finalizers.Add(ScalarNode.String("kubernetes"));
            }

            spec["finalizers"] = finalizers;
            root["spec"] = spec;
            var status = new MapNode();
            status.Set("phase", "Active");
            root["status"] = status;
        },
        Validate = static (root, errors) =>
        {
            foreach (var (name, _) in Check.Of(root, errors).Child("spec").Texts("finalizers"))
            {
                if (Names.QualifiedName(name) is { } problem)
                {
                    errors.Add(FieldError.Invalid("spec.finalizers", name, problem));
                }
                else if (!name.Contains('/', StringComparison.Ordinal) && name is not ("kubernetes" or "orphan" or "foregroundDeletion"))
                {
                    errors.Add(FieldError.Invalid("spec.finalizers", name, "name is neither a standard finalizer name nor is it fully qualified"));
                }
            }
        },
        PrepareUpdate = static (root, old) =>
        {
            root["spec"] = old["spec"] ?? new MapNode();
            root["status"] = old["status"] ?? new MapNode();
        },
        SelectableFields = ["status.phase", "name"],
    };

    public static KindRules ServiceAccount { get; } = new();

    public static KindRules PersistentVolumeClaim { get; } = new()
    {
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            Default(spec, "volumeMode", "Filesystem");
            Default(root.GetOrAddMap("status"), "phase", "Pending");
        },
        PrepareCreate = static root =>
        {
            root.GetOrAddMap("status").Set("phase", "Pending");
            DataSources(root.GetMap("spec")!);
            StorageKinds.Protect(root, "kubernetes.io/pvc-protection");
        },
        Validate = StorageValidation.Claim,
        ValidateUpdate = StorageValidation.ClaimUpdate,
    };

    public static KindRules PersistentVolume { get; } = new()
    {
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            Default(spec, "persistentVolumeReclaimPolicy", "Retain");
            Default(spec, "volumeMode", "Filesystem");
            Default(root.GetOrAddMap("status"), "phase", "Pending");
            if (spec.GetMap("hostPath") is { } host)
            {
                Default(host, "type", "");
            }
        },
        PrepareCreate = static root =>
        {
            var status = root.GetOrAddMap("status");
            status.Set("phase", "Pending");
            status.Set("lastPhaseTransitionTime", root.GetMap("metadata")!.GetString("creationTimestamp")!);
            StorageKinds.Protect(root, "kubernetes.io/pv-protection");
        },
        PrepareStatus = static (root, old, clock) =>
        {
            var status = root.GetOrAddMap("status");
            var before = old.GetMap("status") ?? new MapNode();
            var sent = status.GetString("lastPhaseTransitionTime");
            if (status.GetString("phase") != before.GetString("phase"))
            {
                if (sent is null || sent == before.GetString("lastPhaseTransitionTime"))
                {
                    status.Set("lastPhaseTransitionTime", ObjectMeta.Timestamp(clock.GetUtcNow()));
                }
            }
            else if (sent is null && before["lastPhaseTransitionTime"] is { } kept)
            {
                status["lastPhaseTransitionTime"] = kept;
            }
        },
        Validate = StorageValidation.Volume,
        ValidateUpdate = StorageValidation.VolumeUpdate,
    };

    public static KindRules LimitRange { get; } = new()
    {
        Default = static root =>
        {
            foreach (var item in root.GetMap("spec")?.GetList("limits")?.OfType<MapNode>() ?? [])
            {
                if (item.GetString("type") != "Container")
                {
                    continue;
                }

                var limits = item.GetMap("default") ?? new MapNode();
                var requests = item.GetMap("defaultRequest") ?? new MapNode();
                Fill(limits, item.GetMap("max"));
                Fill(requests, limits);
                Fill(requests, item.GetMap("min"));
                if (limits.Count > 0)
                {
                    item["default"] = limits;
                }

                if (requests.Count > 0)
                {
                    item["defaultRequest"] = requests;
                }
            }
        },
        PrepareCreate = static root =>
        {
            if (ObjectMeta.Name(root).Length == 0)
            {
                root.GetMap("metadata")!.Set("name", Guid.NewGuid().ToString());
            }
        },
        Validate = QuotaValidation.LimitRange,
    };

    public static KindRules Endpoints { get; } = new()
    {
        Default = static root =>
        {
            foreach (var subset in root.GetList("subsets")?.OfType<MapNode>() ?? [])
            {
                foreach (var port in subset.GetList("ports")?.OfType<MapNode>() ?? [])
                {
                    Default(port, "protocol", "TCP");
                }
            }
        },
        Validate = NetworkValidation.Endpoints,
    };

    public static KindRules NodeKind { get; } = new()
    {
        Default = static root =>
        {
            if (root.GetMap("spec") is { } spec && spec["podCIDRs"] is null && spec["podCIDR"] is { } cidr)
            {
                spec["podCIDRs"] = new ListNode([cidr]);
            }
        },
        PrepareCreate = static root =>
        {
            // Until somebody says that the node is ready, nothing may run there.
            var spec = root.GetOrAddMap("spec");
            var taints = spec.GetList("taints") is { } given ? new ListNode(given) : new ListNode();
            if (!taints.OfType<MapNode>().Any(static t => t.GetString("key") == "node.kubernetes.io/not-ready" && t.GetString("effect") == "NoSchedule"))
            {
                var taint = new MapNode();
                taint.Set("key", "node.kubernetes.io/not-ready");
                taint.Set("effect", "NoSchedule");
                taints.Add(taint);
                spec["taints"] = taints;
            }
        },
        Validate = ClusterValidation.Node,
        ValidateUpdate = ClusterValidation.NodeUpdate,
        SelectableFields = ["spec.unschedulable"],
    };

    public static KindRules ResourceQuota { get; } = new()
    {
        Validate = QuotaValidation.ResourceQuota,
        ValidateUpdate = static (root, old, errors) => WorkloadKinds.Immutable(root, old, errors, "spec", "scopes"),
    };

    public static KindRules Event { get; } = new()
    {
        CheckName = Names.PathSegment,
        Validate = ClusterValidation.Event,
        SelectableFields =
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
            "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ],
    };

    /// <summary>Events as their own group has them: held to more than those of the core group.</summary>
    public static KindRules NewEvent { get; } = new()
    {
        Validate = ClusterValidation.Event,
        ValidateCreate = ClusterValidation.NewEvent,
        SelectableFields = Event.SelectableFields,
    };

    private static void Fill(MapNode target, MapNode? from)
    {
        foreach (var entry in from ?? [])
        {
            target.TryAdd(new MapEntry(entry.Key, entry.Value));
        }
    }

    private static void Key(string field, string key, List<FieldError> errors)
    {
        if (Names.ConfigMapKey(key) is { } problem)
        {
            errors.Add(FieldError.Invalid($"{field}[{key}]", key, problem));
        }
    }

    // A claim names what it is filled from twice, under the old name of the field and under the new one.
    private static void DataSources(MapNode spec)
    {
        if (spec.GetMap("dataSource") is { } source)
        {
            var group = source.GetString("apiGroup") ?? "";
            var known = (group.Length == 0 && source.GetString("kind") == "PersistentVolumeClaim") || (group == "snapshot.storage.k8s.io" && source.GetString("kind") == "VolumeSnapshot");
            if (!known)
            {
                spec.Remove("dataSource");
            }
            else if (!spec.ContainsKey("dataSourceRef"))
            {
                spec["dataSourceRef"] = source.DeepClone();
            }
        }
        else if (spec.GetMap("dataSourceRef") is { } reference && reference.GetString("namespace") is not { Length: > 0 })
        {
            spec["dataSource"] = reference.DeepClone();
        }
    }

    private static void Registry(MapNode? data, string key, List<FieldError> errors)
    {
        if (data?.GetString(key) is not { } text)
        {
            errors.Add(FieldError.Required($"data[{key}]"));
            return;
        }

        try
        {
            Json.JsonTreeReader.ReadMap(Convert.FromBase64String(text));
        }
        catch (GitOpsException)
        {
            errors.Add(FieldError.Invalid($"data[{key}]", "<secret contents redacted>", "invalid JSON"));
        }
    }

    private static void ForbiddenChange(MapNode root, MapNode old, string field, List<FieldError> errors)
    {
        if (!GitOps.Node.DeepEquals(root[field], old[field]))
        {
            errors.Add(FieldError.Forbidden(field, "field is immutable when `immutable` is set"));
        }
    }
}
