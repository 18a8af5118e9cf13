using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Rules of the groups beside core, apps and batch.</summary>
internal static class OtherKinds
{
    public static KindRules Ingress { get; } = new()
    {
        ValidateStatus = StatusValidation.LoadBalancer,
        GenerationFields = ["spec"],
        Validate = NetworkValidation.Ingress,
        ValidateCreate = NetworkValidation.NewIngress,
    };

    public static KindRules IngressClass { get; } = new()
    {
        GenerationFields = ["spec"],
        Default = static root =>
        {
            if (root.GetMap("spec")?.GetMap("parameters") is { } parameters && parameters["scope"] is null or { IsNull: true })
            {
                parameters.Set("scope", "Cluster");
            }
        },
        Validate = NetworkValidation.IngressClass,
        ValidateUpdate = static (root, old, errors) => WorkloadKinds.Immutable(root, old, errors, "spec", "controller"),
    };

    public static KindRules NetworkPolicy { get; } = new()
    {
        GenerationFields = ["spec"],
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            foreach (var direction in (ReadOnlySpan<string>)["ingress", "egress"])
            {
                foreach (var rule in spec.GetList(direction)?.OfType<MapNode>() ?? [])
                {
                    foreach (var port in rule.GetList("ports")?.OfType<MapNode>() ?? [])
                    {
                        Default(port, "protocol", "TCP");
                    }
                }
            }

            if (spec.GetList("policyTypes") is null or { Count: 0 })
            {
                var types = new ListNode([ScalarNode.String("Ingress")]);
                if (spec.GetList("egress") is { Count: > 0 })
                {
                    types.Add(ScalarNode.String("Egress"));
                }

                spec["policyTypes"] = types;
            }
        },
        Validate = NetworkValidation.NetworkPolicy,
    };

    public static KindRules HorizontalPodAutoscaler { get; } = new()
    {
        ValidateStatus = StatusValidation.Autoscaler,
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            Default(spec, "minReplicas", 1);
            if (root.GetString("apiVersion") == "autoscaling/v1")
            {
                if (root.GetMap("metadata")?.GetMap("annotations")?.ContainsKey("autoscaling.alpha.kubernetes.io/metrics") != true)
                {
                    Default(spec, "targetCPUUtilizationPercentage", 80);
                }

                return;
            }

            if (spec.GetList("metrics") is null or { Count: 0 })
            {
                var metric = new MapNode();
                metric.Set("type", "Resource");
                var resource = metric.GetOrAddMap("resource");
                resource.Set("name", "cpu");
                var target = resource.GetOrAddMap("target");
                target.Set("type", "Utilization");
                target["averageUtilization"] = ScalarNode.Integer(80);
                spec["metrics"] = new ListNode([metric]);
            }

            if (spec.GetMap("behavior") is { } behavior)
            {
                Scaling(behavior, "scaleUp", [("Pods", 4, 15), ("Percent", 100, 15)], 0);
                Scaling(behavior, "scaleDown", [("Percent", 100, 15)], null);
            }
        },
        Validate = AutoscalingValidation.Autoscaler,
    };

    public static KindRules PodDisruptionBudget { get; } = new()
    {
        CheckName = Names.PathSegment,
        ValidateStatus = StatusValidation.Budget,
        GenerationFields = ["spec"],
        Validate = AutoscalingValidation.Budget,
    };

    public static KindRules Role { get; } = new() { CheckName = Names.PathSegment, Validate = RbacValidation.Role };

    public static KindRules ClusterRole { get; } = new() { CheckName = Names.PathSegment, Validate = RbacValidation.Role };

    public static KindRules Binding { get; } = new()
    {
        CheckName = Names.PathSegment,
        Default = static root =>
        {
            var role = root.GetOrAddMap("roleRef");
            Default(role, "apiGroup", "rbac.authorization.k8s.io");
            foreach (var subject in root.GetList("subjects")?.OfType<MapNode>() ?? [])
            {
                if (subject.GetString("kind") is "User" or "Group")
                {
                    Default(subject, "apiGroup", "rbac.authorization.k8s.io");
                }
            }
        },
        Validate = RbacValidation.Binding,
        ValidateUpdate = static (root, old, errors) =>
        {
            if (!GitOps.Node.DeepEquals(root["roleRef"], old["roleRef"]))
            {
                errors.Add(FieldError.Invalid("roleRef", root["roleRef"], "cannot change roleRef"));
            }
        },
    };

    public static KindRules StorageClass { get; } = new()
    {
        Default = static root =>
        {
            Default(root, "reclaimPolicy", "Delete");
            Default(root, "volumeBindingMode", "Immediate");
        },
        Validate = StorageValidation.Class,
        ValidateUpdate = static (root, old, errors) =>
        {
            foreach (var field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"])
            {
                if (!GitOps.Node.DeepEquals(root[field], old[field]))
                {
                    errors.Add(FieldError.Forbidden(field, "updates to " + field + " are forbidden."));
                }
            }
        },
    };

    public static KindRules CsiDriver { get; } = new()
    {
        GenerationFields = ["spec"],
        GenerationFromFirstChange = true,
        Default = static root =>
        {
            var spec = root.GetOrAddMap("spec");
            Default(spec, "attachRequired", ScalarNode.Boolean(true));
            Default(spec, "podInfoOnMount", ScalarNode.Boolean(false));
            Default(spec, "storageCapacity", ScalarNode.Boolean(false));
            Default(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
            Default(spec, "requiresRepublish", ScalarNode.Boolean(false));
            Default(spec, "seLinuxMount", ScalarNode.Boolean(false));
            if (spec.GetList("volumeLifecycleModes") is null or { Count: 0 })
            {
                spec["volumeLifecycleModes"] = new ListNode([ScalarNode.String("Persistent")]);
            }
        },
        Validate = StorageValidation.Driver,
        ValidateUpdate = StorageValidation.DriverUpdate,
    };

    public static KindRules PriorityClass { get; } = new()
    {
        Default = static root => Default(root, "preemptionPolicy", "PreemptLowerPriority"),
        PrepareCreate = static root => root.GetMap("metadata")!["generation"] = ScalarNode.Integer(1),
        Validate = ClusterValidation.PriorityClass,
        ValidateUpdate = static (root, old, errors) =>
        {
            if (Number(root["value"]) != Number(old["value"]))
            {
                errors.Add(FieldError.Forbidden("value", "may not be changed in an update."));
            }

            if (root.GetString("preemptionPolicy") != old.GetString("preemptionPolicy"))
            {
                errors.Add(FieldError.Invalid("preemptionPolicy", root["preemptionPolicy"], "field is immutable"));
            }
        },
    };

    public static KindRules EndpointSlice { get; } = new()
    {
        GenerationFields = ["addressType", "endpoints", "ports"],
        Default = static root =>
        {
            foreach (var port in root.GetList("ports")?.OfType<MapNode>() ?? [])
            {
                Default(port, "name", "");
                Default(port, "protocol", "TCP");
            }
        },
        PrepareCreate = static root =>
        {
            // Served for reading what older servers stored; nothing new gets it.
            foreach (var endpoint in root.GetList("endpoints")?.OfType<MapNode>() ?? [])
            {
                endpoint.Remove("deprecatedTopology");
            }
        },
        Validate = NetworkValidation.EndpointSlice,
        ValidateUpdate = static (root, old, errors) => WorkloadKinds.Immutable(root, old, errors, "addressType"),
    };

    public static KindRules Webhooks { get; } = new()
    {
        GenerationFields = ["webhooks"],
        Default = static root =>
        {
            foreach (var hook in root.GetList("webhooks")?.OfType<MapNode>() ?? [])
            {
                Default(hook, "failurePolicy", "Fail");
                Default(hook, "matchPolicy", "Equivalent");
                hook.GetOrAddMap("namespaceSelector");
                hook.GetOrAddMap("objectSelector");
                Default(hook, "timeoutSeconds", ScalarNode.Integer(10));
                if (root.GetString("kind") == "MutatingWebhookConfiguration")
                {
                    Default(hook, "reinvocationPolicy", "Never");
                }

                if (hook.GetMap("clientConfig")?.GetMap("service") is { } service)
                {
                    Default(service, "port", ScalarNode.Integer(443));
                }

                foreach (var rule in hook.GetList("rules")?.OfType<MapNode>() ?? [])
                {
                    Default(rule, "scope", "*");
                }
            }
        },
        Validate = WebhookValidation.Configuration,
    };

    public static KindRules ApiService { get; } = new()
    {
        Default = static root =>
        {
            if (root.GetMap("spec")?.GetMap("service") is { } service)
            {
                Default(service, "port", ScalarNode.Integer(443));
            }
        },
        PrepareCreate = static root =>
        {
            var status = root.GetOrAddMap("status");
            if (root.GetMap("spec")?.GetMap("service") is null)
            {
                // What this server would serve by itself is there at once.
                var condition = new MapNode();
                condition.Set("lastTransitionTime", root.GetMap("metadata")!.GetString("creationTimestamp")!);
                condition.Set("message", "Local APIServices are always available");
                condition.Set("reason", "Local");
                condition.Set("status", "True");
                condition.Set("type", "Available");
                status["conditions"] = new ListNode([condition]);
            }
        },
        Validate = ClusterValidation.ApiService,
    };

    public static KindRules CustomResourceDefinition(bool ignoreCelRules) => new()
    {
        GenerationFields = ["spec"],
        Default = CrdDefaults.Apply,
        PrepareCreate = CrdDefaults.PrepareCreate,
        PrepareUpdate = static (root, _) => CrdDefaults.PrepareUpdate(root),
        Validate = (root, errors) =>
        {
            CrdValidation.Validate(root, errors);
            if (!ignoreCelRules)
            {
                CelRules.Refuse(root, errors);
            }
        },
        ValidateCreate = CrdValidation.ValidateCreate,
        ValidateUpdate = CrdValidation.ValidateUpdate,
    };

    public static KindRules Lease { get; } = new() { Validate = ClusterValidation.Lease };

    public static KindRules VolumeAttachment { get; } = new()
    {
        Validate = StorageValidation.Attachment,
        ValidateUpdate = static (root, old, errors) => WorkloadKinds.Immutable(root, old, errors, "spec"),
    };

    public static KindRules CsiNode { get; } = new() { Validate = StorageValidation.NodeDrivers, ValidateUpdate = StorageValidation.NodeDriversUpdate };

    public static KindRules SigningRequest { get; } = new()
    {
        CheckName = Names.PathSegment,
        Validate = ClusterValidation.SigningRequest,
        SelectableFields = ["spec.signerName"],
    };

    private static void Scaling(MapNode behavior, string direction, (string Type, int Value, int Period)[] policies, int? window)
    {
        var rules = behavior.GetMap(direction);
        if (rules is null)
        {
            rules = new MapNode();
            behavior[direction] = rules;
        }

        if (window is { } seconds)
        {
            Default(rules, "stabilizationWindowSeconds", ScalarNode.Integer(seconds));
        }

        Default(rules, "selectPolicy", "Max");
        if (rules.GetList("policies") is null)
        {
            rules["policies"] = new ListNode(policies.Select(static p =>
            {
                var policy = new MapNode();
                policy.Set("type", p.Type);
                policy["value"] = ScalarNode.Integer(p.Value);
                policy["periodSeconds"] = ScalarNode.Integer(p.Period);
                return policy;
            }));
        }
    }

    private static long Number(GitOps.Node? node) => node is ScalarNode scalar && scalar.TryGetInt64(out var number) ? number : 0;
}
