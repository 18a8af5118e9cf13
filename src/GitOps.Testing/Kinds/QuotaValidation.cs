namespace GitOps.Testing;

/// <summary>Checks of LimitRanges and ResourceQuotas.</summary>
internal static class QuotaValidation
{
    private static readonly string[] ContainerResources = ["cpu", "memory", "ephemeral-storage"];

    private static readonly string[] QuotaResources =
    [
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports", "services.loadbalancers",
    ];

    private static readonly string[] Scopes =
        ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass"];

    public static void LimitRange(MapNode root, List<FieldError> errors)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var limit in Check.Of(root, errors).Child("spec").Items("limits"))
        {
            var type = limit.Text("type");
            if (type is not ("Container" or "Pod" or "PersistentVolumeClaim") && (!type.Contains('/', StringComparison.Ordinal) || Names.QualifiedName(type) is not null))
            {
                limit.Invalid("type", "must be a standard limit type or fully qualified");
            }

            if (!types.Add(type))
            {
                limit.Add(FieldError.Duplicate(limit.At("type"), ScalarNode.String(type)));
            }

            if (type == "Pod")
            {
                foreach (var field in (ReadOnlySpan<string>)["default", "defaultRequest"])
                {
                    if (limit.Count(field) > 0)
                    {
                        limit.Forbidden(field, "may not be specified when `type` is 'Pod'");
                    }
                }
            }

            if (type == "PersistentVolumeClaim" && !limit.Child("min").Has("storage") && !limit.Child("max").Has("storage"))
            {
                limit.Required("limits", "either minimum or maximum storage value is required, but neither was provided");
            }

            Bounds(limit, type);
        }
    }

    public static void ResourceQuota(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var hard = spec.Child("hard");
        foreach (var entry in hard.Map)
        {
            if (!IsQuotaResource(entry.Key))
            {
                errors.Add(FieldError.Invalid($"{hard.Path}[{entry.Key}]", entry.Key, "must be a standard resource for quota"));
            }

            ResourceValidation.Amount(hard, entry.Key);
        }

        var scopes = spec.Texts("scopes").Select(static s => s.Text).ToArray();
        if (scopes.Any(static s => !Scopes.Contains(s)))
        {
            spec.Invalid("scopes", "unsupported scope");
        }

        if ((scopes.Contains("BestEffort") && scopes.Contains("NotBestEffort")) || (scopes.Contains("Terminating") && scopes.Contains("NotTerminating")))
        {
            spec.Invalid("scopes", "conflicting scopes");
        }

        // Pods of the lowest class have no amounts that could be limited.
        if (scopes.Contains("BestEffort") && hard.Map.Keys.Any(static k => IsStandard(k) && k is not "pods")
            || (scopes.Any(static s => s is "NotBestEffort" or "Terminating" or "NotTerminating" or "PriorityClass" or "CrossNamespacePodAffinity") && hard.Map.Keys.Any(static k => IsStandard(k) && !IsPodResource(k))))
        {
            spec.Invalid("scopes", "unsupported scope applied to resource");
        }

        var selector = spec.Child("scopeSelector");
        foreach (var expression in selector.Items("matchExpressions"))
        {
            var at = selector.At("matchExpressions");
            var scope = expression.Text("scopeName");
            if (!Scopes.Contains(scope))
            {
                errors.Add(FieldError.Invalid($"{at}.scopeName", scope, "unsupported scope"));
            }

            var operation = expression.Text("operator");
            if (operation is "In" or "NotIn")
            {
                if (expression.Count("values") == 0)
                {
                    errors.Add(FieldError.Required($"{at}.values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
                }
            }
            else if (operation is "Exists" or "DoesNotExist")
            {
                if (expression.Count("values") > 0)
                {
                    errors.Add(FieldError.Invalid($"{at}.values", expression.Map["values"], "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
                }
            }
            else
            {
                errors.Add(FieldError.Invalid($"{at}.operator", operation, "not a valid selector operator"));
            }
        }
    }

    private static void Bounds(Check limit, string type)
    {
        string[] fields = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];
        foreach (var field in fields)
        {
            var amounts = limit.Child(field);
            foreach (var amount in amounts.Map)
            {
                if (type is "Container" or "Pod" && !amount.Key.Contains('/', StringComparison.Ordinal) && !ContainerResources.Contains(amount.Key) && !ResourceValidation.IsHugePages(amount.Key))
                {
                    limit.Add(FieldError.Invalid($"{amounts.Path}[{amount.Key}]", amount.Key, "must be a standard resource for containers"));
                }
            }
        }

        foreach (var key in fields.SelectMany(f => limit.Child(f).Map.Keys).Distinct(StringComparer.Ordinal))
        {
            System.Numerics.BigInteger? Amount(string field) => Quantity.Nanos(limit.Child(field).Text(key));
            void Refuse(string field, string detail) => limit.Add(FieldError.Invalid($"{limit.At(field)}[{key}]", limit.Child(field).Text(key), detail));

            if (Amount("min") > Amount("max"))
            {
                Refuse("min", "min value is greater than max value");
            }

            if (Amount("defaultRequest") < Amount("min"))
            {
                Refuse("defaultRequest", "min value is greater than default request value");
            }

            if (Amount("defaultRequest") > Amount("max"))
            {
                Refuse("defaultRequest", "default request value is greater than max value");
            }

            if (Amount("defaultRequest") > Amount("default"))
            {
                Refuse("defaultRequest", "default request value is greater than default limit value");
            }

            if (Amount("default") < Amount("min"))
            {
                Refuse("default", "min value is greater than default value");
            }

            if (Amount("default") > Amount("max"))
            {
                Refuse("default", "default value is greater than max value");
            }

            if (Amount("maxLimitRequestRatio") < 1_000_000_000)
            {
                Refuse("maxLimitRequestRatio", "ratio is less than 1");
            }
        }
    }

    // What is counted by its own kind goes with every scope.
    private static bool IsStandard(string name) => QuotaResources.Contains(name) || ResourceValidation.IsHugePages(name) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);

    private static bool IsQuotaResource(string name) =>
        QuotaResources.Contains(name)
        || name.StartsWith("hugepages-", StringComparison.Ordinal) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal)
        || (name.Contains('/', StringComparison.Ordinal) && Names.QualifiedName(name) is null);

    private static bool IsPodResource(string name) =>
        name is "pods" or "cpu" or "memory" or "requests.cpu" or "requests.memory" or "limits.cpu" or "limits.memory" or "ephemeral-storage" or "requests.ephemeral-storage" or "limits.ephemeral-storage"
        || name.StartsWith("requests.", StringComparison.Ordinal);
}
