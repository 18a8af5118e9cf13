namespace GitOps.Testing;

/// <summary>Checks of selectors, templates and pod specs.</summary>
internal static class WorkloadValidation
{
    private static readonly string[] StatefulSetMutable =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public static void Selector(MapNode root, List<FieldError> errors)
    {
        var spec = root.GetMap("spec")!;
        var selector = spec.GetMap("selector");
        if (selector is null)
        {
            errors.Add(FieldError.Required("spec.selector"));
        }
        else if (selector.GetMap("matchLabels") is null or { Count: 0 } && selector.GetList("matchExpressions") is null or { Count: 0 })
        {
            errors.Add(FieldError.Invalid("spec.selector", selector, "empty selector is invalid for deployment"));
        }

        var labels = spec.GetMap("template")?.GetMap("metadata")?.GetMap("labels");
        // No selector at all selects nothing, so no labels can match it.
        if (selector is null || !Matches(selector, labels))
        {
            errors.Add(FieldError.Invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
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
        var strategy = root.GetMap("spec")?.GetMap("strategy");
        switch (strategy?.GetString("type"))
        {
            case "Recreate":
                if (strategy.ContainsKey("rollingUpdate"))
                {
                    errors.Add(FieldError.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
                }

                break;
            case "RollingUpdate":
                var rolling = strategy.GetMap("rollingUpdate");
                if (IsZero(rolling?["maxUnavailable"]) && IsZero(rolling?["maxSurge"]))
                {
                    errors.Add(FieldError.Invalid("spec.strategy.rollingUpdate.maxUnavailable", rolling?["maxUnavailable"], "may not be 0 when `maxSurge` is 0"));
                }

                break;
            case { } other:
                errors.Add(FieldError.NotSupported("spec.strategy.type", other, ["Recreate", "RollingUpdate"]));
                break;
        }
    }

    public static void Template(MapNode root, List<FieldError> errors, string[] restartPolicies) =>
        PodTemplate(root.GetMap("spec")?.GetMap("template"), "spec.template", errors, restartPolicies, root.GetMap("spec")?.GetList("volumeClaimTemplates"));

    public static void PodTemplate(MapNode? template, string path, List<FieldError> errors, string[] restartPolicies, ListNode? claims = null)
    {
        if (template is null)
        {
            errors.Add(FieldError.Required(path));
            return;
        }

        MetadataValidation.Labels(template.GetMap("metadata")?.GetMap("labels"), $"{path}.labels", errors);
        var spec = template.GetMap("spec") ?? new MapNode();
        PodSpec(spec, $"{path}.spec", errors, claims);
        var policy = spec.GetString("restartPolicy") ?? "";
        if (!restartPolicies.Contains(policy))
        {
            errors.Add(restartPolicies.Length > 1 && policy == "Always"
                ? FieldError.Required($"{path}.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"")
                : FieldError.NotSupported($"{path}.spec.restartPolicy", policy, restartPolicies));
        }
    }

    public static void PodSpec(MapNode spec, string path, List<FieldError> errors, ListNode? claims = null)
    {
        // Claims of a StatefulSet become volumes of its pods.
        var volumes = (claims?.OfType<MapNode>() ?? []).Select(static c => ObjectMeta.Name(c)).ToHashSet(StringComparer.Ordinal);
        var index = 0;
        foreach (var volume in spec.GetList("volumes")?.OfType<MapNode>() ?? [])
        {
            var at = $"{path}.volumes[{index++}]";
            var name = volume.GetString("name") ?? "";
            Name(name, $"{at}.name", errors, Names.DnsLabel);
            if (name.Length > 0 && !volumes.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", ScalarNode.String(name)));
            }

            var sources = 0;
            foreach (var source in volume.Keys.Where(static k => k != "name"))
            {
                if (++sources > 1)
                {
                    errors.Add(FieldError.Forbidden($"{at}.{source}", "may not specify more than 1 volume type"));
                }
            }

            VolumeSource(volume, at, spec, errors);
        }

        var containers = spec.GetList("containers");
        if (containers is null or { Count: 0 })
        {
            errors.Add(FieldError.Required($"{path}.containers"));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            index = 0;
            foreach (var container in spec.GetList(list)?.OfType<MapNode>() ?? [])
            {
                Container(container, $"{path}.{list}[{index++}]", names, volumes, errors);
            }
        }
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

    private static void Container(MapNode container, string path, HashSet<string> names, HashSet<string> volumes, List<FieldError> errors)
    {
        var name = container.GetString("name") ?? "";
        Name(name, $"{path}.name", errors, Names.DnsLabel);
        if (name.Length > 0 && !names.Add(name))
        {
            errors.Add(FieldError.Duplicate($"{path}.name", ScalarNode.String(name)));
        }

        if (container.GetString("image") is not { Length: > 0 })
        {
            errors.Add(FieldError.Required($"{path}.image"));
        }

        if (container.GetString("imagePullPolicy") is { } pull and not ("Always" or "IfNotPresent" or "Never"))
        {
            errors.Add(FieldError.NotSupported($"{path}.imagePullPolicy", pull, ["Always", "IfNotPresent", "Never"]));
        }

        var index = 0;
        var portNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in container.GetList("ports")?.OfType<MapNode>() ?? [])
        {
            var at = $"{path}.ports[{index++}]";
            if (port["containerPort"] is not ScalarNode number || !number.TryGetInt64(out var value) || value == 0)
            {
                errors.Add(FieldError.Required($"{at}.containerPort"));
            }
            else if (value is < 1 or > 65535)
            {
                errors.Add(FieldError.Invalid($"{at}.containerPort", number, "must be between 1 and 65535, inclusive"));
            }

            if (port.GetString("protocol") is { } protocol and not ("TCP" or "UDP" or "SCTP"))
            {
                errors.Add(FieldError.NotSupported($"{at}.protocol", protocol, ["SCTP", "TCP", "UDP"]));
            }

            if (port.GetString("name") is { Length: > 0 } portName && !portNames.Add(portName))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", ScalarNode.String(portName)));
            }
        }

        index = 0;
        foreach (var variable in container.GetList("env")?.OfType<MapNode>() ?? [])
        {
            var at = $"{path}.env[{index++}]";
            if (variable.GetString("name") is not { Length: > 0 })
            {
                errors.Add(FieldError.Required($"{at}.name"));
            }

            if (variable.GetString("value") is { Length: > 0 } && variable.GetMap("valueFrom") is not null)
            {
                errors.Add(FieldError.Invalid($"{at}.valueFrom", "", "may not be specified when `value` is not empty"));
            }
        }

        index = 0;
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mount in container.GetList("volumeMounts")?.OfType<MapNode>() ?? [])
        {
            var at = $"{path}.volumeMounts[{index++}]";
            var volume = mount.GetString("name") ?? "";
            if (volume.Length == 0)
            {
                errors.Add(FieldError.Required($"{at}.name"));
            }
            else if (!volumes.Contains(volume))
            {
                errors.Add(FieldError.NotFound($"{at}.name", volume));
            }

            var mountPath = mount.GetString("mountPath") ?? "";
            if (mountPath.Length == 0)
            {
                errors.Add(FieldError.Required($"{at}.mountPath"));
            }
            else if (!paths.Add(mountPath))
            {
                errors.Add(FieldError.Invalid($"{at}.mountPath", mountPath, "must be unique"));
            }
        }

        Resources(container.GetMap("resources"), $"{path}.resources", errors);
    }

    private static void Resources(MapNode? resources, string path, List<FieldError> errors)
    {
        foreach (var request in resources?.GetMap("requests") ?? [])
        {
            var limit = resources!.GetMap("limits")?.GetString(request.Key);
            if (limit is not null && Quantity.Nanos((request.Value as ScalarNode)?.Text ?? "") is { } wanted && Quantity.Nanos(limit) is { } most && wanted > most)
            {
                errors.Add(FieldError.Invalid($"{path}.requests", (request.Value as ScalarNode)?.Text ?? "", $"must be less than or equal to {request.Key} limit of {limit}"));
            }
        }
    }

    private static void VolumeSource(MapNode volume, string path, MapNode spec, List<FieldError> errors)
    {
        if (volume.GetMap("secret") is { } secret && secret.GetString("secretName") is not { Length: > 0 })
        {
            errors.Add(FieldError.Required($"{path}.secret.secretName"));
        }

        if (volume.GetMap("persistentVolumeClaim") is { } claim && claim.GetString("claimName") is not { Length: > 0 })
        {
            errors.Add(FieldError.Required($"{path}.persistentVolumeClaim.claimName"));
        }

        var index = 0;
        foreach (var source in volume.GetMap("projected")?.GetList("sources")?.OfType<MapNode>() ?? [])
        {
            var at = $"{path}.projected.sources[{index++}].serviceAccountToken";
            if (source.GetMap("serviceAccountToken") is not { } token)
            {
                continue;
            }

            if (token.GetString("path") is not { Length: > 0 })
            {
                errors.Add(FieldError.Required($"{at}.path"));
            }

            // Only a pod, never a template, has to name its account by the time it is checked.
            if (path.StartsWith("spec.volumes", StringComparison.Ordinal) && spec.GetString("serviceAccountName") is not { Length: > 0 })
            {
                errors.Add(FieldError.Forbidden(at, "must not be specified when serviceAccountName is not set"));
            }
        }
    }

    private static void Name(string name, string path, List<FieldError> errors, Func<string, string?> check)
    {
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }
        else if (check(name) is { } problem)
        {
            errors.Add(FieldError.Invalid(path, name, problem));
        }
    }

    private static bool IsZero(Node? value) => value is ScalarNode { Text: "0" or "0%" };
}
