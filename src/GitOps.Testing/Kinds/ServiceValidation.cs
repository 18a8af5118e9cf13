namespace GitOps.Testing;

/// <summary>Checks of Services.</summary>
internal static class ServiceValidation
{
    private const int LeastNodePort = 30000;
    private const int MostNodePort = 32767;

    /// <summary>Whether a service can be reached from outside the cluster.</summary>
    public static bool IsExternal(MapNode spec) =>
        spec.GetString("type") is "NodePort" or "LoadBalancer" || (spec.GetString("type") == "ClusterIP" && spec.GetList("externalIPs") is { Count: > 0 });

    public static void Service(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var type = spec.Text("type");
        spec.OneOf("type", "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        if (spec.Count("ports") == 0 && type != "ExternalName" && spec.Text("clusterIP") != "None")
        {
            spec.Required("ports");
        }

        if (type == "ExternalName")
        {
            ExternalName(spec);
        }
        else
        {
            Addresses(spec, type);
        }

        ServiceFamilies.Validate(spec);
        Ports(spec, type);
        spec.Labels("selector");
        spec.OneOf("trafficDistribution", "PreferClose", "PreferSameZone", "PreferSameNode");
        if (spec.Has("loadBalancerClass") && type == "LoadBalancer" && Names.QualifiedName(spec.Text("loadBalancerClass")) is { } classProblem)
        {
            spec.Invalid("loadBalancerClass", classProblem);
        }

        spec.OneOf("sessionAffinity", "ClientIP", "None");
        if (spec.Text("sessionAffinity") == "ClientIP" && spec.Child("sessionAffinityConfig").Child("clientIP").Number("timeoutSeconds") is not (> 0 and <= 86400))
        {
            spec.Child("sessionAffinityConfig").Child("clientIP").Invalid("timeoutSeconds", "must be greater than 0 and less than 86400");
        }

        External(spec, type);
    }

    private static void ExternalName(Check spec)
    {
        foreach (var field in (ReadOnlySpan<string>)["clusterIPs", "ipFamilies", "ipFamilyPolicy"])
        {
            if (spec.Has(field) || (field == "clusterIPs" && spec.Text("clusterIP").Length > 0))
            {
                spec.Forbidden(field, "may not be set for ExternalName services");
            }
        }

        if (spec.Demand("externalName") && Names.DnsSubdomain(spec.Text("externalName").TrimEnd('.')) is { } problem)
        {
            spec.Invalid("externalName", problem);
        }
    }

    private static void Addresses(Check spec, string type)
    {
        var address = spec.Text("clusterIP");
        if (address == "None")
        {
            if (type is "NodePort" or "LoadBalancer")
            {
                spec.Add(FieldError.Invalid(spec.At("clusterIPs[0]"), address, $"may not be set to 'None' for {type} services"));
            }

            return;
        }

        if (address.Length > 0 && Names.IpAddress(address) is { } problem)
        {
            spec.Add(FieldError.Invalid(spec.At("clusterIPs[0]"), address, problem));
        }
        else if (address.Length > 0 && !address.Contains(':', StringComparison.Ordinal) && !address.StartsWith("10.0.", StringComparison.Ordinal))
        {
            spec.Add(FieldError.Invalid(spec.At("clusterIPs"), spec.Map["clusterIPs"], $"failed to allocate IP {address}: the provided IP ({address}) is not in the valid range. The range of valid IPs is 10.0.0.0/16"));
        }
    }

    private static void Ports(Check spec, string type)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var nodePorts = new HashSet<string>(StringComparer.Ordinal);
        var several = spec.Count("ports") > 1;
        foreach (var port in spec.Items("ports"))
        {
            var name = port.Text("name");
            if (name.Length == 0 && several)
            {
                port.Required("name");
            }
            else if (name.Length > 0)
            {
                if (Names.DnsLabel(name) is { } problem)
                {
                    port.Invalid("name", problem);
                }
                else if (!names.Add(name))
                {
                    port.Add(FieldError.Duplicate(port.At("name"), ScalarNode.String(name)));
                }
            }

            port.Port("port");
            port.OneOf("protocol", "SCTP", "TCP", "UDP");
            if (type != "ExternalName")
            {
                port.Port("targetPort", named: true);
            }

            port.Name("appProtocol", Names.QualifiedName);
            if (!keys.Add($"{port.Text("protocol")}/{port.Text("port")}"))
            {
                port.Add(FieldError.Duplicate(port.Path, port.Map));
            }

            if (port.Number("nodePort") is not { } nodePort || nodePort == 0)
            {
                continue;
            }

            if (type is "ClusterIP" or "ExternalName")
            {
                port.Forbidden("nodePort", $"may not be used when `type` is '{type}'");
            }
            else if (!nodePorts.Add($"{port.Text("protocol")}/{nodePort}"))
            {
                port.Add(FieldError.Duplicate(port.At("nodePort"), port.Map["nodePort"]));
            }
            else if (nodePort is < LeastNodePort or > MostNodePort)
            {
                port.Invalid("nodePort", "provided port is not in the valid range. The range of valid ports is 30000-32767");
            }
        }
    }

    private static void External(Check spec, string type)
    {
        foreach (var (text, path) in spec.Texts("externalIPs"))
        {
            if (Names.IpAddress(text) is { } problem)
            {
                spec.Add(FieldError.Invalid(path, text, problem));
            }
            else
            {
                NetworkValidation.Address(path, text, spec.Errors);
            }
        }

        if (spec.Has("externalTrafficPolicy"))
        {
            if (!IsExternal(spec.Map))
            {
                spec.Invalid("externalTrafficPolicy", "may only be set for externally-accessible services");
            }
            else
            {
                spec.OneOf("externalTrafficPolicy", "Cluster", "Local");
            }
        }

        spec.OneOf("internalTrafficPolicy", "Cluster", "Local");
        // The path starts with a capital, here and on a real server.
        var ranges = spec.At("LoadBalancerSourceRanges");
        if (spec.Count("loadBalancerSourceRanges") > 0 && type != "LoadBalancer")
        {
            spec.Add(FieldError.Forbidden(ranges, "may only be used when `type` is 'LoadBalancer'"));
        }

        foreach (var (text, path) in spec.Texts("loadBalancerSourceRanges"))
        {
            if (Names.Cidr(text.Trim()) is { } problem)
            {
                spec.Add(FieldError.Invalid(path.Replace("loadBalancerSourceRanges", "LoadBalancerSourceRanges", StringComparison.Ordinal), text, problem));
            }
        }

        if (spec.Number("healthCheckNodePort") is not (null or 0) && !(type == "LoadBalancer" && spec.Text("externalTrafficPolicy") == "Local"))
        {
            spec.Invalid("healthCheckNodePort", "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }

        if (spec.Has("loadBalancerClass") && type != "LoadBalancer")
        {
            spec.Forbidden("loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
        }

        if (spec.Has("allocateLoadBalancerNodePorts") && type != "LoadBalancer")
        {
            spec.Forbidden("allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
        }
    }
}
