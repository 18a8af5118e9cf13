using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Rules of Services: defaults, and the addresses and ports that the server hands out.</summary>
internal sealed class ServiceKind
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _addresses = new(StringComparer.Ordinal);
    private readonly HashSet<long> _ports = [];
    private uint _nextAddress = 10;
    private long _nextPort = 30000;

    public KindRules Rules => new()
    {
        ValidateStatus = static (root, old, errors) =>
        {
            if (root.GetMap("spec")?.GetString("type") != "LoadBalancer" && root.GetMap("status")?.GetMap("loadBalancer")?.GetList("ingress") is { Count: > 0 })
            {
                errors.Add(FieldError.Forbidden("status.loadBalancer.ingress", "may only be used when `spec.type` is 'LoadBalancer'"));
            }

            StatusValidation.LoadBalancer(root, old, errors);
        },
        CheckName = Names.DottlessLabel,
        Default = Defaults,
        PrepareCreate = Allocate,
        PrepareUpdate = (root, old) =>
        {
            KeepAllocated(root, old);
            Allocate(root);
        },
        Validate = (root, errors) =>
        {
            ServiceValidation.Service(root, errors);
            if (errors.Count == 0)
            {
                Taken(root, errors);
            }
        },
        ValidateUpdate = (root, old, errors) =>
        {
            var now = root.GetMap("spec")!;
            var before = old.GetMap("spec")!;
            if (now.GetString("type") != "ExternalName" && before.GetString("type") != "ExternalName"
                && before.GetString("clusterIP") is { Length: > 0 } && before.GetString("clusterIP") != (now.GetString("clusterIP") ?? ""))
            {
                errors.Add(FieldError.Invalid("spec.clusterIPs[0]", now.GetList("clusterIPs"), "may not change once set"));
            }
        },
        SelectableFields = ["spec.clusterIP", "spec.type"],
    };

    /// <summary>The services there are; what they use cannot be given away again.</summary>
    public ResourceStore? Store { get; set; }

    public void Release(MapNode root)
    {
        lock (_lock)
        {
            if (root.GetMap("spec")?.GetString("clusterIP") is { } address)
            {
                _addresses.Remove(address);
            }

            foreach (var port in root.GetMap("spec")?.GetList("ports")?.OfType<MapNode>() ?? [])
            {
                if (port["nodePort"] is ScalarNode scalar && scalar.TryGetInt64(out var number))
                {
                    _ports.Remove(number);
                }
            }
        }
    }

    private void Taken(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var address = spec.Text("clusterIP");
        var ports = spec.Items("ports").Where(static p => p.Number("nodePort") is > 0).ToArray();
        if (Store is null || (address is "" or "None" && ports.Length == 0))
        {
            return;
        }

        foreach (var other in Store.List("", out _))
        {
            if (ObjectMeta.Uid(other.Root) == ObjectMeta.Uid(root))
            {
                continue;
            }

            var theirs = other.Root.GetMap("spec");
            if (address is not ("" or "None") && theirs?.GetString("clusterIP") == address)
            {
                spec.Invalid("clusterIPs", $"failed to allocate IP {address}: provided IP is already allocated");
            }

            foreach (var port in ports)
            {
                if (theirs?.GetList("ports")?.OfType<MapNode>().Any(p => p["nodePort"] is ScalarNode number && number.Text == port.Text("nodePort") && p.GetString("protocol") == port.Text("protocol")) == true)
                {
                    port.Invalid("nodePort", "provided port is already allocated");
                }
            }
        }
    }

    private static void Defaults(MapNode root)
    {
        var spec = root.GetOrAddMap("spec");
        Default(spec, "sessionAffinity", "None");
        if (spec.GetString("sessionAffinity") == "None")
        {
            spec.Remove("sessionAffinityConfig");
        }
        else if (spec.GetString("sessionAffinity") == "ClientIP")
        {
            Default(spec.GetOrAddMap("sessionAffinityConfig").GetOrAddMap("clientIP"), "timeoutSeconds", ScalarNode.Integer(10800));
        }

        Default(spec, "type", "ClusterIP");
        var type = spec.GetString("type");
        foreach (var port in spec.GetList("ports")?.OfType<MapNode>() ?? [])
        {
            Default(port, "protocol", "TCP");
            if (port["targetPort"] is null or ScalarNode { Kind: ScalarKind.Null } or ScalarNode { Text: "0" or "" } && port["port"] is { } number)
            {
                port["targetPort"] = port["port"]!;
            }
        }

        if (ServiceValidation.IsExternal(spec))
        {
            Default(spec, "externalTrafficPolicy", "Cluster");
        }

        if (type is "NodePort" or "LoadBalancer" or "ClusterIP")
        {
            Default(spec, "internalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            Default(spec, "allocateLoadBalancerNodePorts", ScalarNode.Boolean(true));
        }
    }

    private static void KeepAllocated(MapNode root, MapNode old)
    {
        var now = root.GetMap("spec")!;
        var before = old.GetMap("spec")!;
        if (HasAddress(now) && HasAddress(before))
        {
            KeepAddress(now, before);
        }

        if (HasNodePorts(now) && HasNodePorts(before))
        {
            KeepNodePorts(now, before);
        }

        DropUseless(now, before);
    }

    private static void KeepAddress(MapNode now, MapNode before)
    {
        var (address, known) = (now.GetString("clusterIP") ?? "", before.GetString("clusterIP") ?? "");
        if (address.Length == 0 && known.Length > 0)
        {
            now.Set("clusterIP", known);
            address = known;
        }

        if (address == known)
        {
            if (now["clusterIPs"] is null && before["clusterIPs"] is { } addresses)
            {
                now["clusterIPs"] = addresses;
            }
        }
        else if (GitOps.Node.DeepEquals(now["clusterIPs"], before["clusterIPs"]))
        {
            // A changed first address takes the list with it.
            now["clusterIPs"] = new ListNode([ScalarNode.String(address)]);
        }

        foreach (var field in (ReadOnlySpan<string>)["ipFamilies", "ipFamilyPolicy"])
        {
            if (now[field] is null && before[field] is { } value)
            {
                now[field] = value;
            }
        }
    }

    // Ports are known by their names: what a request does not say about them stays.
    private static void KeepNodePorts(MapNode now, MapNode before)
    {
        var used = (now.GetList("ports")?.OfType<MapNode>() ?? []).Select(static p => (p["nodePort"] as ScalarNode)?.Text).Where(static p => p is not null).ToHashSet(StringComparer.Ordinal);
        foreach (var port in now.GetList("ports")?.OfType<MapNode>() ?? [])
        {
            if (port["nodePort"] is ScalarNode { Text: not "0" })
            {
                continue;
            }

            var same = before.GetList("ports")?.OfType<MapNode>().LastOrDefault(p => (p.GetString("name") ?? "") == (port.GetString("name") ?? ""));
            if (same?["nodePort"] is ScalarNode known && used.Add(known.Text))
            {
                port["nodePort"] = known;
            }
        }

        if (before["healthCheckNodePort"] is { } health && now["healthCheckNodePort"] is null && HasHealthPort(now))
        {
            now["healthCheckNodePort"] = health;
        }
    }

    // Fields that mean nothing for the new type go, unless the request itself set them.
    private static void DropUseless(MapNode now, MapNode before)
    {
        void Drop(string field)
        {
            if (GitOps.Node.DeepEquals(now[field], before[field]))
            {
                now.Remove(field);
            }
        }

        if (HasAddress(before) && !HasAddress(now))
        {
            Drop("clusterIP");
            Drop("clusterIPs");
            Drop("ipFamilies");
            Drop("ipFamilyPolicy");
            now.Remove("internalTrafficPolicy");
        }

        if (HasNodePorts(before) && !HasNodePorts(now) && SameNodePorts(now, before))
        {
            foreach (var port in now.GetList("ports")?.OfType<MapNode>() ?? [])
            {
                port.Remove("nodePort");
            }
        }

        if (HasHealthPort(before) && !HasHealthPort(now))
        {
            Drop("healthCheckNodePort");
        }

        if (before.GetString("type") == "LoadBalancer" && now.GetString("type") != "LoadBalancer")
        {
            Drop("allocateLoadBalancerNodePorts");
            Drop("loadBalancerClass");
        }

        if (ServiceValidation.IsExternal(before) && !ServiceValidation.IsExternal(now))
        {
            Drop("externalTrafficPolicy");
        }
    }

    private static bool HasAddress(MapNode spec) => spec.GetString("type") != "ExternalName";

    private static bool HasNodePorts(MapNode spec) => spec.GetString("type") is "NodePort" or "LoadBalancer";

    private static bool HasHealthPort(MapNode spec) => spec.GetString("type") == "LoadBalancer" && spec.GetString("externalTrafficPolicy") == "Local";

    private static bool SameNodePorts(MapNode now, MapNode before)
    {
        static IEnumerable<string> Ports(MapNode spec) =>
            (spec.GetList("ports")?.OfType<MapNode>() ?? []).Select(static p => (p["nodePort"] as ScalarNode)?.Text ?? "0").Where(static p => p != "0").Order(StringComparer.Ordinal);
        return Ports(now).All(Ports(before).Contains);
    }

    private void Allocate(MapNode root)
    {
        var spec = root.GetMap("spec")!;
        var type = spec.GetString("type");
        if (type == "ExternalName")
        {
            return;
        }

        if (spec.GetString("clusterIP") is not { Length: > 0 })
        {
            if (!ServiceFamilies.CanAllocate(spec) || spec.GetList("clusterIPs") is { Count: > 0 })
            {
                // The validation says why.
                return;
            }

            lock (_lock)
            {
                string address;
                do
                {
                    address = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"10.0.{(_nextAddress >> 8) & 255}.{_nextAddress & 255}");
                    _nextAddress++;
                }
                while (!_addresses.Add(address));
                spec.Set("clusterIP", address);
            }
        }

        lock (_lock)
        {
            // What was asked for by name is not handed out later.
            _addresses.Add(spec.GetString("clusterIP")!);
        }

        if (spec.GetList("clusterIPs") is null or { Count: 0 })
        {
            spec["clusterIPs"] = new ListNode([spec["clusterIP"]!]);
        }

        ServiceFamilies.Complete(spec);
        var allocate = type == "NodePort" || (type == "LoadBalancer" && !(spec["allocateLoadBalancerNodePorts"] is ScalarNode { Text: "false" }));
        if (allocate)
        {
            foreach (var port in spec.GetList("ports")?.OfType<MapNode>() ?? [])
            {
                if (port["nodePort"] is ScalarNode asked && asked.TryGetInt64(out var number) && number != 0)
                {
                    lock (_lock)
                    {
                        _ports.Add(number);
                    }
                }
                else
                {
                    lock (_lock)
                    {
                        while (!_ports.Add(_nextPort))
                        {
                            _nextPort = _nextPort >= 32767 ? 30000 : _nextPort + 1;
                        }

                        port["nodePort"] = ScalarNode.Integer(_nextPort);
                    }
                }
            }
        }

        if (type == "LoadBalancer" && spec.GetString("externalTrafficPolicy") == "Local" && spec["healthCheckNodePort"] is null)
        {
            lock (_lock)
            {
                while (!_ports.Add(_nextPort))
                {
                    _nextPort++;
                }

                spec["healthCheckNodePort"] = ScalarNode.Integer(_nextPort);
            }
        }
    }
}
