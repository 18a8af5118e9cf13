namespace GitOps.Testing;

/// <summary>Defaults of pods and of everything that has a pod template.</summary>
internal static class PodDefaults
{
    /// <summary>Defaults of a pod's own spec.</summary>
    public static void Pod(MapNode root)
    {
        if (root.GetMap("spec") is not { } spec)
        {
            return;
        }

        // Requests follow limits only in pods, not in templates.
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (var container in spec.GetList(list)?.OfType<MapNode>() ?? [])
            {
                if (container.GetMap("resources")?.GetMap("limits") is { } limits)
                {
                    var requests = container.GetMap("resources")!.GetOrAddMap("requests");
                    foreach (var limit in limits)
                    {
                        requests.TryAdd(new MapEntry(limit.Key, limit.Value));
                    }
                }
            }
        }

        if (spec.GetMap("resources")?.GetMap("limits") is { } most)
        {
            var requests = spec.GetMap("resources")!.GetOrAddMap("requests");
            foreach (var limit in most.Where(static l => ResourceValidation.IsForPods(l.Key)))
            {
                requests.TryAdd(new MapEntry(limit.Key, limit.Value));
            }
        }

        Default(spec, "enableServiceLinks", ScalarNode.Boolean(true));
        Spec(spec, isPod: true);
    }

    /// <summary>Defaults of a template.</summary>
    public static void Template(MapNode? template)
    {
        if (template?.GetMap("spec") is { } spec)
        {
            Spec(spec, isPod: false);
        }
    }

    private static void Spec(MapNode spec, bool isPod)
    {
        Default(spec, "dnsPolicy", "ClusterFirst");
        Default(spec, "restartPolicy", "Always");
        Default(spec, "terminationGracePeriodSeconds", 30);
        Default(spec, "schedulerName", "default-scheduler");
        spec.GetOrAddMap("securityContext");
        // Ports of the host follow those of the container only in pods, not in templates.
        var hostNetwork = isPod && spec["hostNetwork"] is ScalarNode host && host.AsBoolean();
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers"])
        {
            foreach (var container in spec.GetList(list)?.OfType<MapNode>() ?? [])
            {
                Container(container, hostNetwork);
            }
        }

        foreach (var volume in spec.GetList("volumes")?.OfType<MapNode>() ?? [])
        {
            Volume(volume);
        }

        // The old name of the field follows the new one.
        var account = spec.GetString("serviceAccountName") ?? spec.GetString("serviceAccount");
        if (account is { Length: > 0 })
        {
            spec.Set("serviceAccountName", account);
            spec.Set("serviceAccount", account);
        }
    }

    public static void Container(MapNode container, bool hostNetwork)
    {
        if (container.GetString("imagePullPolicy") is null)
        {
            var image = container.GetString("image") ?? "";
            container.Set("imagePullPolicy", TagOf(image) == "latest" ? "Always" : "IfNotPresent");
        }

        Default(container, "terminationMessagePath", "/dev/termination-log");
        Default(container, "terminationMessagePolicy", "File");
        foreach (var port in container.GetList("ports")?.OfType<MapNode>() ?? [])
        {
            Default(port, "protocol", "TCP");
            if (hostNetwork && port["hostPort"] is null && port["containerPort"] is { } number)
            {
                port["hostPort"] = number;
            }
        }

        Probe(container.GetMap("livenessProbe"));
        Probe(container.GetMap("readinessProbe"));
        Probe(container.GetMap("startupProbe"));
        Http(container.GetMap("lifecycle")?.GetMap("postStart")?.GetMap("httpGet"));
        Http(container.GetMap("lifecycle")?.GetMap("preStop")?.GetMap("httpGet"));
        foreach (var variable in container.GetList("env")?.OfType<MapNode>() ?? [])
        {
            var from = variable.GetMap("valueFrom");
            if (from?.GetMap("fieldRef") is { } field)
            {
                Default(field, "apiVersion", "v1");
            }

            if (from?.GetMap("fileKeyRef") is { } file)
            {
                Default(file, "optional", ScalarNode.Boolean(false));
            }
        }
    }

    private static string TagOf(string image)
    {
        // What cannot be read as an image has no tag.
        if (image.Length == 0 || image.Contains('@', StringComparison.Ordinal) || image.Any(char.IsWhiteSpace))
        {
            return "";
        }

        var colon = image.LastIndexOf(':');
        return colon < 0 || image.IndexOf('/', colon) >= 0 ? "latest" : image[(colon + 1)..];
    }

    private static void Probe(MapNode? probe)
    {
        if (probe is null)
        {
            return;
        }

        Default(probe, "timeoutSeconds", 1);
        Default(probe, "periodSeconds", 10);
        Default(probe, "successThreshold", 1);
        Default(probe, "failureThreshold", 3);
        Http(probe.GetMap("httpGet"));
        if (probe.GetMap("grpc") is { } grpc)
        {
            Default(grpc, "service", "");
        }
    }

    private static void Http(MapNode? get)
    {
        if (get is not null)
        {
            Default(get, "path", "/");
            Default(get, "scheme", "HTTP");
        }
    }

    private static void Volume(MapNode volume)
    {
        // A volume without a source is an empty directory.
        if (volume.Count == 1 && volume.ContainsKey("name"))
        {
            volume["emptyDir"] = new MapNode();
        }

        foreach (var source in (ReadOnlySpan<string>)["secret", "configMap", "downwardAPI", "projected"])
        {
            if (volume.GetMap(source) is { } map)
            {
                Default(map, "defaultMode", 420);
            }
        }

        foreach (var item in volume.GetMap("downwardAPI")?.GetList("items")?.OfType<MapNode>() ?? [])
        {
            if (item.GetMap("fieldRef") is { } field)
            {
                Default(field, "apiVersion", "v1");
            }
        }

        foreach (var source in volume.GetMap("projected")?.GetList("sources")?.OfType<MapNode>() ?? [])
        {
            if (source.GetMap("serviceAccountToken") is { } token)
            {
                Default(token, "expirationSeconds", 3600);
            }

            foreach (var item in source.GetMap("downwardAPI")?.GetList("items")?.OfType<MapNode>() ?? [])
            {
                if (item.GetMap("fieldRef") is { } field)
                {
                    Default(field, "apiVersion", "v1");
                }
            }
        }

        if (volume.GetMap("hostPath") is { } host)
        {
            Default(host, "type", "");
        }

        if (volume.GetMap("iscsi") is { } iscsi)
        {
            Default(iscsi, "iscsiInterface", "default");
        }

        if (volume.GetMap("rbd") is { } rbd)
        {
            Default(rbd, "pool", "rbd");
            Default(rbd, "user", "admin");
            Default(rbd, "keyring", "/etc/ceph/keyring");
        }

        if (volume.GetMap("azureDisk") is { } azure)
        {
            Default(azure, "cachingMode", "ReadWrite");
            Default(azure, "kind", "Shared");
            Default(azure, "fsType", "ext4");
            Default(azure, "readOnly", ScalarNode.Boolean(false));
        }

        if (volume.GetMap("scaleIO") is { } scale)
        {
            Default(scale, "storageMode", "ThinProvisioned");
            Default(scale, "fsType", "xfs");
        }

        if (volume.GetMap("image") is { } image && image.GetString("pullPolicy") is null)
        {
            image.Set("pullPolicy", TagOf(image.GetString("reference") ?? "") == "latest" ? "Always" : "IfNotPresent");
        }

        if (volume.GetMap("ephemeral")?.GetMap("volumeClaimTemplate")?.GetMap("spec") is { } claim)
        {
            Default(claim, "volumeMode", "Filesystem");
        }
    }

    public static void Default(MapNode map, string key, string value)
    {
        if (map[key] is null or ScalarNode { Kind: ScalarKind.Null } or ScalarNode { Text.Length: 0 })
        {
            map.Set(key, value);
        }
    }

    public static void Default(MapNode map, string key, long value)
    {
        if (map[key] is null or ScalarNode { Kind: ScalarKind.Null } || (map[key] is ScalarNode { Text: "0" } && key is "timeoutSeconds" or "periodSeconds" or "successThreshold" or "failureThreshold"))
        {
            map[key] = ScalarNode.Integer(value);
        }
    }

    public static void Default(MapNode map, string key, Node value)
    {
        if (map[key] is null or ScalarNode { Kind: ScalarKind.Null })
        {
            map[key] = value;
        }
    }
}
