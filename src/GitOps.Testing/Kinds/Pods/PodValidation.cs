namespace GitOps.Testing;

/// <summary>Checks of pod specs and templates.</summary>
internal static class PodValidation
{
    private const long MaxId = int.MaxValue;

    /// <summary>Checks a template.</summary>
    /// <param name="parent">What holds it in its field <c>template</c>.</param>
    /// <param name="restartPolicies">The restart policies that make sense there.</param>
    public static void Template(Check parent, string[] restartPolicies)
    {
        if (!parent.HasMap("template"))
        {
            parent.Required("template");
            return;
        }

        var template = parent.Child("template");
        MetadataValidation.Labels(template.Map.GetMap("metadata")?.GetMap("labels"), template.At("labels"), template.Errors);
        MetadataValidation.Annotations(template.Map.GetMap("metadata")?.GetMap("annotations"), template.At("annotations"), template.Errors);
        var spec = template.Child("spec");
        Spec(spec, isPod: false);
        var policy = spec.Text("restartPolicy");
        if (!restartPolicies.Contains(policy))
        {
            spec.Add(restartPolicies.Length > 1 && policy == "Always"
                ? FieldError.Required(spec.At("restartPolicy"), "valid values: \"OnFailure\", \"Never\"")
                : FieldError.NotSupported(spec.At("restartPolicy"), policy, restartPolicies));
        }

        if (restartPolicies is ["Always"] && spec.Has("activeDeadlineSeconds"))
        {
            spec.Forbidden("activeDeadlineSeconds", "must not be specified");
        }
    }

    public static void Spec(Check spec, bool isPod)
    {
        var volumes = VolumeValidation.Volumes(spec, isPod);
        if (spec.Count("containers") == 0)
        {
            spec.Required("containers");
        }

        ContainerValidation.All(spec, volumes, isPod);
        spec.OneOf("restartPolicy", "Always", "OnFailure", "Never");
        spec.OneOf("dnsPolicy", "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        spec.Range("activeDeadlineSeconds", 1, int.MaxValue);
        spec.Labels("nodeSelector");
        spec.Name("serviceAccountName", Names.DnsSubdomain);
        spec.Name("nodeName", Names.DnsSubdomain);
        spec.Name("hostname", Names.DnsLabel);
        spec.Name("subdomain", Names.DnsLabel);
        spec.Name("priorityClassName", Names.DnsSubdomain);
        spec.Name("runtimeClassName", Names.DnsSubdomain);
        spec.OneOf("preemptionPolicy", "PreemptLowerPriority", "Never");
        if (spec.Count("ephemeralContainers") > 0)
        {
            spec.Forbidden("ephemeralContainers", isPod ? "cannot be set on create" : "ephemeral containers not allowed in pod template");
        }

        Gates(spec);
        ResourceValidation.Pod(spec);
        ResourceValidation.Claims(spec);
        if (spec.HasMap("os") && spec.Child("os").Demand("name") && spec.Child("os").Text("name") is not ("linux" or "windows"))
        {
            spec.Add(FieldError.NotSupported(spec.At("os"), spec.Child("os").Text("name"), ["linux", "windows"]));
        }

        foreach (var gate in spec.Items("readinessGates"))
        {
            if (Names.QualifiedName(gate.Text("conditionType")) is { } problem)
            {
                gate.Invalid("conditionType", problem);
            }
        }

        foreach (var alias in spec.Items("hostAliases"))
        {
            if (Names.IpAddress(alias.Text("ip")) is { } problem)
            {
                alias.Invalid("ip", problem);
            }

            foreach (var (host, path) in alias.Texts("hostnames"))
            {
                if (Names.DnsSubdomain(host) is { } wrong)
                {
                    spec.Add(FieldError.Invalid(path, host, wrong));
                }
            }
        }

        Dns(spec);
        Security(spec);
        SchedulingValidation.All(spec);
    }

    /// <summary>Whether a field of a pod can be handed to a container.</summary>
    public static bool IsField(string path, ReadOnlySpan<string> names) =>
        names.Contains(path)
        || (path.EndsWith("']", StringComparison.Ordinal) && (path.StartsWith("metadata.labels['", StringComparison.Ordinal) || path.StartsWith("metadata.annotations['", StringComparison.Ordinal)));

    private static void Gates(Check spec)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var gate in spec.Items("schedulingGates"))
        {
            var name = gate.Text("name");
            if (Names.QualifiedName(name) is { } problem)
            {
                spec.Add(FieldError.Invalid(gate.Path, name, problem));
            }

            if (!seen.Add(name))
            {
                spec.Add(FieldError.Duplicate(gate.Path, ScalarNode.String(name)));
            }
        }
    }

    private static void Dns(Check spec)
    {
        var config = spec.Child("dnsConfig");
        if (spec.Text("dnsPolicy") == "None")
        {
            if (!spec.HasMap("dnsConfig"))
            {
                spec.Required("dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
            }
            else if (config.Count("nameservers") == 0)
            {
                config.Required("nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
            }
        }

        if (config.Count("nameservers") > 3)
        {
            config.Invalid("nameservers", "must not have more than 3 nameservers");
        }

        foreach (var (address, path) in config.Texts("nameservers"))
        {
            if (Names.IpAddress(address) is { } problem)
            {
                spec.Add(FieldError.Invalid(path, address, problem));
            }
        }

        if (config.Count("searches") > 32)
        {
            config.Invalid("searches", "must not have more than 32 search paths");
        }

        foreach (var (search, path) in config.Texts("searches"))
        {
            // A dot at the end, or alone, is allowed here.
            var name = search == "." ? "a" : search.TrimEnd('.').Replace('_', '-');
            if (Names.DnsSubdomain(name) is { } problem)
            {
                spec.Add(FieldError.Invalid(path, search, problem));
            }
        }

        foreach (var option in config.Items("options"))
        {
            if (option.Text("name").Length == 0)
            {
                spec.Add(FieldError.Required(option.Path, "must not be empty"));
            }
        }
    }

    private static void Security(Check spec)
    {
        var context = spec.Child("securityContext");
        context.Range("fsGroup", 0, MaxId);
        context.Range("runAsUser", 0, MaxId);
        context.Range("runAsGroup", 0, MaxId);
        foreach (var (text, path) in context.Texts("supplementalGroups"))
        {
            if (!long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var group) || group is < 0 or > MaxId)
            {
                spec.Add(FieldError.Invalid(path, ScalarNode.Integer(group), "must be between 0 and 2147483647, inclusive"));
            }
        }

        if (spec.IsTrue("shareProcessNamespace") && spec.IsTrue("hostPID"))
        {
            spec.Add(FieldError.Invalid(context.At("shareProcessNamespace"), ScalarNode.Boolean(true), "ShareProcessNamespace and HostPID cannot both be enabled"));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sysctl in context.Items("sysctls"))
        {
            var name = sysctl.Text("name");
            if (name.Length == 0)
            {
                sysctl.Required("name");
            }
            else if (name.Length > 253 || !name.Split('.', '/').All(static p => p.Length > 0 && p.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')))
            {
                sysctl.Invalid("name", "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
            }
            else if (!seen.Add(name))
            {
                sysctl.Add(FieldError.Duplicate(sysctl.At("name"), ScalarNode.String(name)));
            }
        }

        if (context.Child("windowsOptions").IsTrue("hostProcess") && !spec.IsTrue("hostNetwork"))
        {
            spec.Add(FieldError.Invalid(spec.At("hostNetwork"), ScalarNode.Boolean(false), "hostNetwork must be true if pod contains any hostProcess containers"));
        }

        context.OneOf("fsGroupChangePolicy", "Always", "OnRootMismatch");
        ContainerValidation.Seccomp(context);
    }
}
