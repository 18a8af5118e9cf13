namespace GitOps.Testing;

/// <summary>Checks of the containers of a pod.</summary>
internal static class ContainerValidation
{
    private static readonly string[] FieldNames =
        ["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"];

    private static readonly string[] Resources =
        ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

    public static void All(Check spec, HashSet<string> volumes, bool isPod)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var hostPorts = new HashSet<string>(StringComparer.Ordinal);
        var hostNetwork = spec.IsTrue("hostNetwork");
        var blocks = VolumeValidation.BlockVolumes(spec);
        var grace = spec.Number("terminationGracePeriodSeconds") ?? 0;
        foreach (var container in spec.Items("containers"))
        {
            One(container, names, volumes, blocks, hostNetwork, isPod);
            ProbeValidation.Sleep(container, grace);
            HostPorts(container, hostPorts);
            container.OneOf("restartPolicy", "Always", "OnFailure", "Never");
        }

        foreach (var container in spec.Items("initContainers"))
        {
            One(container, names, volumes, blocks, hostNetwork, isPod);
            ProbeValidation.Sleep(container, grace);
            HostPorts(container, new HashSet<string>(StringComparer.Ordinal));
            container.OneOf("restartPolicy", "Always", "OnFailure", "Never");
            if (container.Text("restartPolicy") == "Always")
            {
                continue;
            }

            // Only init containers that stay, sidecars, can be probed.
            foreach (var field in (ReadOnlySpan<string>)["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"])
            {
                if (container.HasMap(field))
                {
                    container.Forbidden(field, "may not be set for init containers without restartPolicy=Always");
                }
            }
        }
    }

    public static void Seccomp(Check context)
    {
        if (!context.HasMap("seccompProfile"))
        {
            return;
        }

        var profile = context.Child("seccompProfile");
        switch (profile.Text("type"))
        {
            case "Localhost":
                if (!profile.Has("localhostProfile"))
                {
                    profile.Required("localhostProfile", "must be set when seccomp type is Localhost");
                }

                break;
            case "RuntimeDefault" or "Unconfined":
                if (profile.Has("localhostProfile"))
                {
                    profile.Invalid("localhostProfile", "can only be set when seccomp type is Localhost");
                }

                break;
            case "":
                profile.Required("type", "type is required when seccompProfile is set");
                break;
            case var other:
                profile.Add(FieldError.NotSupported(profile.At("type"), other, ["Localhost", "RuntimeDefault", "Unconfined"]));
                break;
        }
    }

    private static void One(Check container, HashSet<string> names, HashSet<string> volumes, HashSet<string> blocks, bool hostNetwork, bool isPod)
    {
        container.DemandName("name", Names.DnsLabel);
        var name = container.Text("name");
        if (name.Length > 0 && !names.Add(name))
        {
            container.Add(FieldError.Duplicate(container.At("name"), ScalarNode.String(name)));
        }

        if (container.Demand("image") && isPod && container.Text("image").Trim().Length != container.Text("image").Length)
        {
            container.Invalid("image", "must not have leading or trailing whitespace");
        }

        container.OneOf("imagePullPolicy", "Always", "IfNotPresent", "Never");
        container.OneOf("terminationMessagePolicy", "File", "FallbackToLogsOnError");
        Ports(container, hostNetwork, isPod);
        Environment(container);
        Mounts(container, volumes, blocks);
        ResourceValidation.Container(container.Child("resources"));
        Resizes(container);
        ProbeValidation.All(container);
        Security(container);
    }

    private static void Ports(Check container, bool hostNetwork, bool isPod)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in container.Items("ports"))
        {
            if (port.Text("name") is { Length: > 0 } name)
            {
                if (Names.PortName(name) is { } problem)
                {
                    port.Invalid("name", problem);
                }
                else if (!names.Add(name))
                {
                    port.Add(FieldError.Duplicate(port.At("name"), ScalarNode.String(name)));
                }
            }

            if (port.Number("containerPort") is null or 0)
            {
                port.Required("containerPort");
            }
            else
            {
                port.Port("containerPort");
            }

            if (port.Number("hostPort") is not (null or 0))
            {
                port.Port("hostPort");
            }

            // A template may leave it to the pod, which gets the same port by itself.
            if (hostNetwork && (isPod || port.Number("hostPort") is not (null or 0)) && (port.Number("hostPort") ?? 0) != (port.Number("containerPort") ?? 0))
            {
                port.Invalid("containerPort", "must match `hostPort` when `hostNetwork` is true");
            }

            port.OneOf("protocol", "SCTP", "TCP", "UDP");
        }
    }

    private static void Resizes(Check container)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var policy in container.Items("resizePolicy"))
        {
            // What is wrong with one of them is said of the list.
            foreach (var (field, values) in (ReadOnlySpan<(string, string[])>)[("resourceName", ["cpu", "memory"]), ("restartPolicy", ["NotRequired", "RestartContainer"])])
            {
                var text = policy.Text(field);
                if (text.Length == 0)
                {
                    container.Required("resizePolicy");
                }
                else if (!values.Contains(text))
                {
                    container.Add(FieldError.NotSupported(container.At("resizePolicy"), text, values));
                }
            }

            if (!seen.Add(policy.Text("resourceName")))
            {
                container.Add(FieldError.Duplicate(policy.Path, ScalarNode.String(policy.Text("resourceName"))));
            }
        }
    }

    private static void HostPorts(Check container, HashSet<string> taken)
    {
        foreach (var port in container.Items("ports"))
        {
            var key = $"{port.Text("protocol")}/{port.Text("hostIP")}/{port.Text("hostPort")}";
            if (port.Number("hostPort") is not (null or 0) && !taken.Add(key))
            {
                port.Add(FieldError.Duplicate(port.At("hostPort"), ScalarNode.String(key)));
            }
        }
    }

    private static void Environment(Check container)
    {
        foreach (var variable in container.Items("env"))
        {
            variable.DemandName("name", Names.EnvironmentVariable);
            if (variable.HasMap("valueFrom"))
            {
                ValueFrom(variable);
            }
        }

        foreach (var source in container.Items("envFrom"))
        {
            source.Name("prefix", Names.EnvironmentVariable);
            var sources = 0;
            foreach (var kind in (ReadOnlySpan<string>)["configMapRef", "secretRef"])
            {
                if (source.HasMap(kind))
                {
                    sources++;
                    source.Child(kind).DemandName("name", Names.DnsSubdomain);
                }
            }

            if (sources != 1)
            {
                // The finding names the list, not its item.
                container.Add(FieldError.Invalid(container.At("envFrom"), "", sources == 0 ? "must specify one of: `configMapRef` or `secretRef`" : "may not have more than one field specified at a time"));
            }
        }
    }

    private static void ValueFrom(Check variable)
    {
        var from = variable.Child("valueFrom");
        var sources = 0;
        if (from.HasMap("fieldRef"))
        {
            sources++;
            var field = from.Child("fieldRef");
            if (!field.Has("apiVersion") || field.Text("apiVersion").Length == 0)
            {
                field.Required("apiVersion");
            }
            else if (field.Demand("fieldPath") && !PodValidation.IsField(field.Text("fieldPath"), FieldNames))
            {
                field.Invalid("fieldPath", $"error converting fieldPath: field label not supported: {field.Text("fieldPath")}");
            }
        }

        if (from.HasMap("resourceFieldRef"))
        {
            sources++;
            var resource = from.Child("resourceFieldRef");
            if (resource.Demand("resource") && !resource.Text("resource").Contains(".hugepages-", StringComparison.Ordinal))
            {
                resource.OneOf("resource", Resources);
            }
        }

        foreach (var kind in (ReadOnlySpan<string>)["configMapKeyRef", "secretKeyRef"])
        {
            if (!from.HasMap(kind))
            {
                continue;
            }

            sources++;
            var reference = from.Child(kind);
            reference.DemandName("name", Names.DnsSubdomain);
            reference.DemandName("key", Names.ConfigMapKey);
        }

        sources += from.HasMap("fileKeyRef") ? 1 : 0;
        if (sources == 0)
        {
            variable.Add(FieldError.Invalid(from.Path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"));
        }
        else if (variable.Text("value").Length > 0)
        {
            variable.Add(FieldError.Invalid(from.Path, "", "may not be specified when `value` is not empty"));
        }
        else if (sources > 1)
        {
            variable.Add(FieldError.Invalid(from.Path, "", "may not have more than one field specified at a time"));
        }
    }

    private static void Mounts(Check container, HashSet<string> volumes, HashSet<string> blocks)
    {
        // Some findings name the list instead of the mount: so they do on a real server.
        var list = container.At("volumeMounts");
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mount in container.Items("volumeMounts"))
        {
            if (mount.Demand("name") && !volumes.Contains(mount.Text("name")))
            {
                mount.Add(FieldError.NotFound(mount.At("name"), mount.Text("name")));
            }

            if (mount.Demand("mountPath") && !paths.Add(mount.Text("mountPath")))
            {
                mount.Invalid("mountPath", "must be unique");
            }

            foreach (var field in (ReadOnlySpan<string>)["subPath", "subPathExpr"])
            {
                if (mount.Text(field) is { Length: > 0 } path && VolumeValidation.Descending(path) is { } problem)
                {
                    mount.Add(FieldError.Invalid($"{list}.{field}", path, problem));
                }
            }

            if (mount.Text("subPath").Length > 0 && mount.Text("subPathExpr").Length > 0)
            {
                mount.Invalid("subPathExpr", "subPathExpr and subPath are mutually exclusive");
            }

            if (container.Items("volumeDevices").Any(d => d.Text("name") == mount.Text("name") && d.Text("name").Length > 0))
            {
                mount.Invalid("name", "must not already exist in volumeDevices");
            }

            Recursion(mount, list);
            if (mount.Has("mountPropagation"))
            {
                var propagation = mount.Text("mountPropagation");
                if (propagation is not ("Bidirectional" or "HostToContainer" or "None"))
                {
                    mount.Add(FieldError.NotSupported($"{list}.mountPropagation", propagation, ["Bidirectional", "HostToContainer", "None"]));
                }
                else if (propagation == "Bidirectional" && !container.Child("securityContext").IsTrue("privileged"))
                {
                    mount.Add(FieldError.Forbidden($"{list}.mountPropagation", "Bidirectional mount propagation is available only to privileged containers"));
                }
            }
        }

        var devices = new HashSet<string>(StringComparer.Ordinal);
        foreach (var device in container.Items("volumeDevices"))
        {
            if (device.Demand("name") && !volumes.Contains(device.Text("name")))
            {
                device.Add(FieldError.NotFound(device.At("name"), device.Text("name")));
            }

            if (container.Items("volumeMounts").Any(m => m.Text("name") == device.Text("name") && m.Text("name").Length > 0))
            {
                device.Invalid("name", "must not already exist in volumeMounts");
            }
            else if (volumes.Contains(device.Text("name")) && !blocks.Contains(device.Text("name")))
            {
                device.Invalid("name", "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            }

            if (device.Demand("devicePath") && (!devices.Add(device.Text("devicePath")) || paths.Contains(device.Text("devicePath"))))
            {
                device.Invalid("devicePath", "must be unique");
            }
        }
    }

    private static void Recursion(Check mount, string list)
    {
        var mode = mount.Text("recursiveReadOnly");
        if (mode is "Enabled" or "IfPossible")
        {
            if (!mount.IsTrue("readOnly"))
            {
                mount.Add(FieldError.Forbidden($"{list}.recursiveReadOnly", "may only be specified when readOnly is true"));
            }

            if (mount.Text("mountPropagation") is not ("" or "None"))
            {
                mount.Add(FieldError.Forbidden($"{list}.recursiveReadOnly", "may only be specified when mountPropagation is None or not specified"));
            }
        }
        else if (mount.Has("recursiveReadOnly") && mode != "Disabled")
        {
            mount.Add(FieldError.NotSupported($"{list}.recursiveReadOnly", mode, ["Disabled", "Enabled", "IfPossible"]));
        }
    }

    private static void Security(Check container)
    {
        if (!container.HasMap("securityContext"))
        {
            return;
        }

        var context = container.Child("securityContext");
        context.Range("runAsUser", 0, int.MaxValue);
        context.Range("runAsGroup", 0, int.MaxValue);
        context.OneOf("procMount", "Default", "Unmasked");
        Seccomp(context);
        if (context.Has("allowPrivilegeEscalation") && !context.IsTrue("allowPrivilegeEscalation"))
        {
            if (context.IsTrue("privileged"))
            {
                container.Add(FieldError.Invalid(context.Path, context.Map, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
            }

            if (context.Child("capabilities").Texts("add").Any(static c => c.Text == "CAP_SYS_ADMIN"))
            {
                container.Add(FieldError.Invalid(context.Path, context.Map, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
            }
        }
    }
}
