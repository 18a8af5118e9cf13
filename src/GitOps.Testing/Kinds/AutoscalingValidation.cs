namespace GitOps.Testing;

/// <summary>Checks of HorizontalPodAutoscalers and PodDisruptionBudgets.</summary>
internal static class AutoscalingValidation
{
    private static readonly (string Type, string Field)[] Sources =
        [("Object", "object"), ("Pods", "pods"), ("Resource", "resource"), ("ContainerResource", "containerResource"), ("External", "external")];

    public static void Autoscaler(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var metrics = spec.Items("metrics").ToArray();
        var zeroAllowed = metrics.Any(static m => m.Text("type") is "Object" or "External");
        if (spec.Number("minReplicas") < 1)
        {
            spec.Invalid("minReplicas", "must be greater than or equal to 1");
        }

        if (spec.Number("minReplicas") == 0 && !zeroAllowed)
        {
            spec.Forbidden("metrics", "must specify at least one Object or External metric to support scaling to zero replicas");
        }

        var most = spec.Number("maxReplicas") ?? 0;
        if (most < 1)
        {
            spec.Required("maxReplicas", "must be set and greater than 0");
        }

        if (most < spec.Number("minReplicas"))
        {
            spec.Add(FieldError.Invalid("spec.maxReplicas", ScalarNode.Integer(most), "must be greater than or equal to `minReplicas`"));
        }

        var target = spec.Child("scaleTargetRef");
        Reference(target);
        if (target.Text("kind") != "ReplicationController" || target.Text("apiVersion") != "v1")
        {
            Grouped(target);
        }

        if (spec.Has("targetCPUUtilizationPercentage") && spec.Number("targetCPUUtilizationPercentage") < 1)
        {
            errors.Add(FieldError.Invalid("spec.metrics[0].resource.target.averageUtilization", spec.Map["targetCPUUtilizationPercentage"], "must be greater than 0"));
        }

        foreach (var metric in metrics)
        {
            Metric(metric);
        }

        foreach (var direction in (ReadOnlySpan<string>)["scaleUp", "scaleDown"])
        {
            if (spec.Child("behavior").HasMap(direction))
            {
                Rules(spec.Child("behavior").Child(direction));
            }
        }
    }

    public static void Budget(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (spec.Has("minAvailable") && spec.Has("maxUnavailable"))
        {
            errors.Add(FieldError.Invalid("spec", spec.Map, "minAvailable and maxUnavailable cannot be both set"));
        }

        spec.Portion("minAvailable", atMostAll: true);
        spec.Portion("maxUnavailable", atMostAll: true);
        spec.OneOf("unhealthyPodEvictionPolicy", "AlwaysAllow", "IfHealthyBudget");
        spec.Selector("selector");
    }

    private static void Reference(Check target)
    {
        target.DemandName("kind", Names.PathSegment);
        target.DemandName("name", Names.PathSegment);
    }

    // What is scaled belongs to a group: the core one has nothing to scale but the kind that is excepted.
    private static void Grouped(Check target)
    {
        var apiVersion = target.Text("apiVersion");
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        if (slash != apiVersion.LastIndexOf('/'))
        {
            target.Add(FieldError.Invalid(target.At("apiVersion"), apiVersion, "unexpected GroupVersion string: " + apiVersion));
        }
        else if (slash <= 0)
        {
            target.Add(FieldError.Invalid(target.At("apiVersion"), apiVersion, "apiVersion must specify API group"));
        }
    }

    private static void Metric(Check metric)
    {
        var type = metric.Text("type");
        if (type.Length == 0)
        {
            metric.Required("type", "must specify a metric source type");
        }

        var source = Array.Find(Sources, s => s.Type == type);
        if (source.Field is null)
        {
            metric.Add(FieldError.NotSupported(metric.At("type"), type, Sources.Select(static s => s.Type)));
        }
        else if (!metric.HasMap(source.Field))
        {
            metric.Required(source.Field, "must populate information for the given metric source");
        }

        // Every source is looked at, also one that the type does not name.
        foreach (var (_, field) in Sources)
        {
            if (!metric.HasMap(field))
            {
                continue;
            }

            if (source.Field is not null && field != source.Field)
            {
                metric.Forbidden(field, "must populate the given metric source only");
            }

            Source(metric.Child(field), field);
        }
    }

    private static void Source(Check body, string field)
    {
        var target = body.Child("target");
        switch (field)
        {
            case "resource" or "containerResource":
                body.Demand("name", "must specify a resource name");
                if (field == "containerResource")
                {
                    body.Demand("container", "must specify a container");
                }

                Target(target);
                if (!target.Has("averageUtilization") && !target.Has("averageValue"))
                {
                    target.Required("averageUtilization", "must set either a target raw value or a target utilization");
                }

                if (target.Has("averageUtilization") && target.Has("averageValue"))
                {
                    target.Forbidden("averageValue", "may not set both a target raw value and a target utilization");
                }

                break;
            default:
                if (field == "object")
                {
                    Reference(body.Child("describedObject"));
                }

                body.Child("metric").DemandName("name", Names.PathSegment);
                Target(target);
                if (field == "pods")
                {
                    if (!target.Has("averageValue"))
                    {
                        target.Required("averageValue", "must specify a positive target averageValue");
                    }
                }
                else if (!target.Has("value") && !target.Has("averageValue"))
                {
                    target.Required("averageValue", "must set either a target value for metric or a per-pod target");
                }
                else if (field == "external" && target.Has("value") && target.Has("averageValue"))
                {
                    target.Forbidden("value", "may not set both a target value for metric and a per-pod target");
                }

                break;
        }
    }

    private static void Target(Check target)
    {
        if (target.Demand("type", "must specify a metric target type"))
        {
            target.OneOf("type", "Utilization", "Value", "AverageValue");
        }

        foreach (var field in (ReadOnlySpan<string>)["value", "averageValue"])
        {
            if (target.Has(field) && Quantity.Nanos(target.Text(field)) is { } amount && amount <= 0)
            {
                target.Invalid(field, "must be positive");
            }
        }

        if (target.Number("averageUtilization") < 1)
        {
            target.Invalid("averageUtilization", "must be greater than 0");
        }
    }

    private static void Rules(Check rules)
    {
        if (rules.Number("stabilizationWindowSeconds") < 0)
        {
            rules.Invalid("stabilizationWindowSeconds", "must be greater than or equal to zero");
        }

        if (rules.Number("stabilizationWindowSeconds") > 3600)
        {
            rules.Invalid("stabilizationWindowSeconds", "must be less than or equal to 3600");
        }

        rules.OneOf("selectPolicy", "Max", "Min", "Disabled");
        if (Quantity.Nanos(rules.Text("tolerance")) is { } tolerance && tolerance < 0)
        {
            rules.Invalid("tolerance", "must be greater than or equal to 0");
        }

        if (rules.Count("policies") == 0)
        {
            rules.Required("policies", "must specify at least one Policy");
        }

        foreach (var policy in rules.Items("policies"))
        {
            if (policy.Text("type") is not ("Pods" or "Percent"))
            {
                policy.Add(FieldError.NotSupported(policy.At("type"), policy.Text("type"), ["Percent", "Pods"]));
            }

            if (policy.Number("value") is not > 0)
            {
                policy.Invalid("value", "must be greater than zero");
            }

            if (policy.Number("periodSeconds") is not > 0)
            {
                policy.Invalid("periodSeconds", "must be greater than zero");
            }
            else if (policy.Number("periodSeconds") > 1800)
            {
                policy.Invalid("periodSeconds", "must be less than or equal to 1800");
            }
        }
    }
}
