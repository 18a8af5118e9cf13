using System.Net;

namespace GitOps.Testing;

/// <summary>Checks of Ingresses, NetworkPolicies and endpoints.</summary>
internal static class NetworkValidation
{
    private static readonly string[] BadPathParts = ["//", "/./", "/../", "%2f", "%2F"];

    public static void Ingress(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (spec.Count("rules") == 0 && !spec.HasMap("defaultBackend"))
        {
            errors.Add(FieldError.Invalid("spec", spec.Map, "either `defaultBackend` or `rules` must be specified"));
        }

        if (spec.HasMap("defaultBackend"))
        {
            Backend(spec.Child("defaultBackend"));
        }

        foreach (var rule in spec.Items("rules"))
        {
            Host(rule);
            if (!rule.HasMap("http"))
            {
                continue;
            }

            var http = rule.Child("http");
            http.Demand("paths");
            foreach (var path in http.Items("paths"))
            {
                IngressPath(path);
                Backend(path.Child("backend"));
            }
        }

        foreach (var tls in spec.Items("tls"))
        {
            foreach (var (host, path) in tls.Texts("hosts"))
            {
                if ((host.Contains('*', StringComparison.Ordinal) ? Names.WildcardSubdomain(host) : Names.DnsSubdomain(host)) is { } problem)
                {
                    errors.Add(FieldError.Invalid(path, host, problem));
                }
            }

            tls.Name("secretName", Names.DnsSubdomain);
        }

        spec.Name("ingressClassName", Names.DnsSubdomain);
    }

    /// <summary>What only new Ingresses are held to.</summary>
    public static void NewIngress(MapNode root, List<FieldError> errors)
    {
        const string annotation = "kubernetes.io/ingress.class";
        if (root.GetMap("spec")?.GetString("ingressClassName") is { Length: > 0 } name && root.GetMap("metadata")?.GetMap("annotations")?.GetString(annotation) is { } old && old != name)
        {
            errors.Add(FieldError.Invalid($"annotations.{annotation}", old, "must match `ingressClassName` when both are specified"));
        }
    }

    public static void IngressClass(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (spec.Demand("controller") && (spec.Text("controller").Split('/') is not { Length: >= 2 } parts || Names.DnsSubdomain(parts[0]) is not null || parts.Skip(1).Any(static p => p.Length == 0)))
        {
            spec.Invalid("controller", "must be a domain-prefixed path (such as \"acme.io/foo\")");
        }

        if (!spec.HasMap("parameters"))
        {
            return;
        }

        var parameters = spec.Child("parameters");
        parameters.Demand("kind", "kind is required");
        parameters.Demand("name", "name is required");
        switch (parameters.Text("scope"))
        {
            case "Cluster":
                if (parameters.Has("namespace"))
                {
                    parameters.Forbidden("namespace", "`parameters.scope` is set to 'Cluster'");
                }

                break;
            case "Namespace":
                parameters.DemandName("namespace", Names.DnsLabel);
                break;
            case var other:
                parameters.Add(FieldError.NotSupported(parameters.At("scope"), other, ["Cluster", "Namespace"]));
                break;
        }
    }

    public static void NetworkPolicy(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        spec.Selector("podSelector");
        foreach (var (direction, peers) in (ReadOnlySpan<(string, string)>)[("ingress", "from"), ("egress", "to")])
        {
            foreach (var rule in spec.Items(direction))
            {
                foreach (var port in rule.Items("ports"))
                {
                    PolicyPort(port);
                }

                foreach (var peer in rule.Items(peers))
                {
                    Peer(peer);
                }
            }
        }

        if (spec.Count("policyTypes") > 2)
        {
            spec.Invalid("policyTypes", "may not specify more than two policyTypes");
            return;
        }

        foreach (var (type, path) in spec.Texts("policyTypes"))
        {
            if (type is not ("Ingress" or "Egress"))
            {
                errors.Add(FieldError.NotSupported(path, type, ["Ingress", "Egress"]));
            }
        }
    }

    public static void Endpoints(MapNode root, List<FieldError> errors)
    {
        foreach (var subset in Check.Of(root, errors).Items("subsets"))
        {
            if (subset.Count("addresses") + subset.Count("notReadyAddresses") == 0)
            {
                errors.Add(FieldError.Required(subset.Path, "must specify `addresses` or `notReadyAddresses`"));
            }

            foreach (var address in subset.Items("addresses").Concat(subset.Items("notReadyAddresses")))
            {
                Address(address.At("ip"), address.Text("ip"), errors);
                address.Name("hostname", Names.DnsLabel);
            }

            var several = subset.Count("ports") > 1;
            foreach (var port in subset.Items("ports"))
            {
                if (several)
                {
                    port.Demand("name");
                }

                port.Name("name", Names.DnsLabel);
                port.Port("port");
                port.OneOf("protocol", "SCTP", "TCP", "UDP");
            }
        }
    }

    public static void EndpointSlice(MapNode root, List<FieldError> errors)
    {
        var slice = Check.Of(root, errors);
        var type = slice.Text("addressType");
        if (slice.Demand("addressType"))
        {
            slice.OneOf("addressType", "FQDN", "IPv4", "IPv6");
        }

        foreach (var endpoint in slice.Items("endpoints"))
        {
            if (endpoint.Count("addresses") == 0)
            {
                endpoint.Required("addresses", "must contain at least 1 address");
            }

            foreach (var (address, path) in endpoint.Texts("addresses"))
            {
                if (type == "FQDN")
                {
                    if (Names.DnsSubdomain(address.TrimEnd('.')) is { } problem)
                    {
                        errors.Add(FieldError.Invalid(path, address, problem));
                    }
                }
                else
                {
                    if (Names.IpAddress(address) is null && type is "IPv4" or "IPv6" && address.Contains(':', StringComparison.Ordinal) != (type == "IPv6"))
                    {
                        endpoint.Add(FieldError.Invalid(endpoint.At("addresses"), address, $"must be an {type} address"));
                    }

                    Address(path, address, errors);
                }
            }

            if (endpoint.Count("addresses") > 100)
            {
                endpoint.Add(FieldError.TooMany(endpoint.At("addresses"), endpoint.Count("addresses"), 100));
            }

            endpoint.Name("hostname", Names.DnsLabel);
            endpoint.Name("nodeName", Names.DnsSubdomain);
            foreach (var zone in endpoint.Child("hints").Items("forZones"))
            {
                zone.Name("name", Names.LabelValue);
            }
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in slice.Items("ports"))
        {
            port.Name("name", Names.DnsLabel);
            if (!names.Add(port.Text("name")))
            {
                port.Add(FieldError.Duplicate(port.At("name"), ScalarNode.String(port.Text("name"))));
            }

            if (port.Demand("protocol"))
            {
                port.OneOf("protocol", "SCTP", "TCP", "UDP");
            }

            // Any number goes for the port itself.
            port.Name("appProtocol", Names.QualifiedName);
        }
    }

    private static void Host(Check rule)
    {
        if (rule.Text("host") is not { Length: > 0 } host)
        {
            return;
        }

        if (Names.IpAddress(host) is null)
        {
            rule.Invalid("host", "must be a DNS name, not an IP address");
        }
        else if ((host.Contains('*', StringComparison.Ordinal) ? Names.WildcardSubdomain(host) : Names.DnsSubdomain(host)) is { } problem)
        {
            rule.Invalid("host", problem);
        }
    }

    private static void IngressPath(Check path)
    {
        var text = path.Text("path");
        switch (path.Text("pathType"))
        {
            case "":
                path.Required("pathType", "pathType must be specified");
                break;
            case "Exact" or "Prefix":
                if (!text.StartsWith('/'))
                {
                    path.Invalid("path", "must be an absolute path");
                }

                if (text.Length > 0 && BadPathParts.FirstOrDefault(b => text.Contains(b, StringComparison.Ordinal)) is { } bad)
                {
                    path.Invalid("path", $"must not contain '{bad}'");
                }

                if (text.EndsWith("/..", StringComparison.Ordinal) || text.EndsWith("/.", StringComparison.Ordinal))
                {
                    path.Invalid("path", $"cannot end with '{text[text.LastIndexOf('/')..]}'");
                }

                break;
            case "ImplementationSpecific":
                if (text.Length > 0 && !text.StartsWith('/'))
                {
                    path.Invalid("path", "must be an absolute path");
                }

                break;
            case var other:
                path.Add(FieldError.NotSupported(path.At("pathType"), other, ["Exact", "ImplementationSpecific", "Prefix"]));
                break;
        }
    }

    private static void Backend(Check backend)
    {
        if (backend.HasMap("resource") && backend.HasMap("service"))
        {
            backend.Add(FieldError.Invalid(backend.Path, "", "cannot set both resource and service backends"));
        }
        else if (backend.HasMap("resource"))
        {
            backend.Child("resource").DemandName("kind", Names.PathSegment);
            backend.Child("resource").DemandName("name", Names.PathSegment);
        }
        else if (backend.HasMap("service"))
        {
            var service = backend.Child("service");
            var port = service.Child("port");
            service.DemandName("name", Names.DottlessLabel);
            var named = port.Text("name").Length > 0;
            var numbered = port.Number("number") is not (null or 0);
            if (named && numbered)
            {
                backend.Add(FieldError.Invalid(backend.Path, "", "cannot set both port name & port number"));
            }
            else if (named)
            {
                port.Name("name", Names.PortName);
            }
            else if (numbered)
            {
                port.Port("number");
            }
            else
            {
                backend.Add(FieldError.Required(backend.Path, "port name or number is required"));
            }
        }
        else
        {
            backend.Add(FieldError.Invalid(backend.Path, "", "resource or service backend is required"));
        }
    }

    private static void PolicyPort(Check port)
    {
        port.OneOf("protocol", "TCP", "UDP", "SCTP");
        if (!port.Has("port"))
        {
            if (port.Has("endPort"))
            {
                port.Invalid("endPort", "may not be specified when `port` is not specified");
            }

            return;
        }

        port.Port("port", named: true);
        if (port.Has("endPort"))
        {
            if (port.Map["port"] is ScalarNode { Kind: ScalarKind.String })
            {
                port.Invalid("endPort", "may not be specified when `port` is non-numeric");
            }
            else
            {
                port.Port("endPort");
                if (port.Number("endPort") < port.Number("port"))
                {
                    port.Invalid("endPort", "must be greater than or equal to `port`");
                }
            }
        }
    }

    private static void Peer(Check peer)
    {
        var peers = 0;
        foreach (var selector in (ReadOnlySpan<string>)["podSelector", "namespaceSelector"])
        {
            if (peer.HasMap(selector))
            {
                peers++;
                peer.Selector(selector);
            }
        }

        if (peer.HasMap("ipBlock"))
        {
            Block(peer.Child("ipBlock"));
            if (peers > 0)
            {
                peer.Add(FieldError.Forbidden(peer.Path, "may not specify both ipBlock and another peer"));
            }
        }
        else if (peers == 0)
        {
            peer.Add(FieldError.Required(peer.Path, "must specify a peer"));
        }
    }

    private static void Block(Check block)
    {
        if (!block.Demand("cidr"))
        {
            return;
        }

        if (Names.Cidr(block.Text("cidr")) is { } problem)
        {
            block.Invalid("cidr", problem);
            return;
        }

        var outer = Network(block.Text("cidr"));
        foreach (var (text, path) in block.Texts("except"))
        {
            if (Names.Cidr(text) is { } wrong)
            {
                block.Add(FieldError.Invalid(path, text, wrong));
            }
            else if (Network(text) is var inner && (!outer.Contains(inner.BaseAddress) || inner.PrefixLength <= outer.PrefixLength))
            {
                block.Add(FieldError.Invalid(path, text, $"must be a strict subset of `cidr`: \"{block.Text("cidr")}\""));
            }
        }
    }

    public static IPNetwork Network(string cidr)
    {
        // Bits beyond the length may be set in what users write.
        var address = IPAddress.Parse(cidr[..cidr.IndexOf('/', StringComparison.Ordinal)]);
        var length = int.Parse(cidr.AsSpan(cidr.IndexOf('/', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture);
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }

    public static void Address(string path, string text, List<FieldError> errors)
    {
        if (Names.IpAddress(text) is { } problem)
        {
            errors.Add(FieldError.Invalid(path, text, problem));
            return;
        }

        var address = IPAddress.Parse(text);
        var bytes = address.GetAddressBytes();
        if (IPAddress.IsLoopback(address))
        {
            errors.Add(FieldError.Invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)"));
        }
        else if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            errors.Add(FieldError.Invalid(path, text, $"may not be unspecified ({text})"));
        }
        else if (address.IsIPv6LinkLocal || bytes is [169, 254, ..])
        {
            errors.Add(FieldError.Invalid(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"));
        }
        else if (bytes is [224, 0, 0, _])
        {
            errors.Add(FieldError.Invalid(path, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"));
        }
    }
}
