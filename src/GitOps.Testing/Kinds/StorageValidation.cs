namespace GitOps.Testing;

/// <summary>Checks of volumes, claims, classes and drivers.</summary>
internal static class StorageValidation
{
    private static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    private static readonly string[] NoVolumeSources = ["capacity", "claimRef", "nodeAffinity"];

    public static void Claim(MapNode root, List<FieldError> errors) => ClaimSpec(Check.Of(root, errors).Child("spec"));

    public static void ClaimSpec(Check spec)
    {
        if (spec.Count("accessModes") == 0)
        {
            spec.Required("accessModes", "at least 1 access mode is required");
        }

        Modes(spec);
        spec.Selector("selector");
        var requests = spec.Child("resources").Child("requests");
        if (!requests.Has("storage"))
        {
            spec.Add(FieldError.Required(spec.At("resources[storage]")));
        }
        else if (Quantity.Nanos(requests.Text("storage")) is { } size && size <= 0)
        {
            spec.Add(FieldError.Invalid(spec.At("resources[storage]"), requests.Text("storage"), "must be greater than zero"));
        }

        spec.Name("storageClassName", Names.DnsSubdomain);
        spec.OneOf("volumeMode", "Block", "Filesystem");
        foreach (var field in (ReadOnlySpan<string>)["dataSource", "dataSourceRef"])
        {
            if (!spec.HasMap(field))
            {
                continue;
            }

            var source = spec.Child(field);
            source.Demand("name");
            source.Demand("kind");
            if (source.Text("apiGroup").Length == 0 && source.Text("kind") is { Length: > 0 } and not "PersistentVolumeClaim")
            {
                spec.Invalid(field, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
            }
        }
    }

    public static void Volume(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        spec.Demand("accessModes");
        Modes(spec);
        if (spec.Count("capacity") == 0)
        {
            spec.Required("capacity");
        }

        if (spec.Map.GetMap("capacity") is not { Count: 1 } capacity || !capacity.ContainsKey("storage"))
        {
            errors.Add(FieldError.NotSupported(spec.At("capacity"), spec.Count("capacity").ToString(System.Globalization.CultureInfo.InvariantCulture), ["storage"]));
        }
        else if (Quantity.Nanos(spec.Child("capacity").Text("storage")) is { } size && size <= 0)
        {
            errors.Add(FieldError.Invalid(spec.At("capacity[storage]"), spec.Child("capacity").Text("storage"), "must be greater than zero"));
        }

        spec.OneOf("persistentVolumeReclaimPolicy", "Delete", "Recycle", "Retain");
        spec.Name("storageClassName", Names.DnsSubdomain);
        spec.OneOf("volumeMode", "Block", "Filesystem");
        if (spec.HasMap("nodeAffinity"))
        {
            if (spec.Child("nodeAffinity").HasMap("required"))
            {
                SchedulingValidation.NodeSelector(spec.Child("nodeAffinity").Child("required"));
            }
            else
            {
                spec.Child("nodeAffinity").Required("required", "must specify required node constraints");
            }
        }

        var sources = spec.Map.Where(static e => e.Value is MapNode && !NoVolumeSources.Contains(e.Key)).Select(static e => e.Key).ToArray();
        if (sources.Length == 0)
        {
            errors.Add(FieldError.Required("spec", "must specify a volume type"));
        }

        foreach (var extra in sources.Skip(1))
        {
            spec.Forbidden(extra, "may not specify more than 1 volume type");
        }

        if (sources.Length > 0)
        {
            VolumeSource(spec, sources[0]);
        }
    }

    public static void Class(MapNode root, List<FieldError> errors)
    {
        var type = Check.Of(root, errors);
        if (type.Demand("provisioner") && Names.QualifiedName(type.Text("provisioner").ToLowerInvariant()) is { } problem)
        {
            type.Invalid("provisioner", problem);
        }

        if (type.Map.GetMap("parameters")?.ContainsKey("") == true)
        {
            errors.Add(FieldError.Invalid("parameters", "", "field can not be empty"));
        }

        type.OneOf("reclaimPolicy", "Delete", "Retain");
        type.OneOf("volumeBindingMode", "Immediate", "WaitForFirstConsumer");
        var terms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var term in type.Items("allowedTopologies"))
        {
            var keys = new HashSet<string>(StringComparer.Ordinal);
            // A term without expressions counts as seen before.
            if (term.Map.GetList("matchLabelExpressions") is not { Count: > 0 } all || !terms.Add(Json.GoJson.Write(all)))
            {
                term.Add(FieldError.Duplicate(term.At("matchLabelExpressions"), ScalarNode.String("")));
            }

            foreach (var expression in term.Items("matchLabelExpressions"))
            {
                expression.Demand("values");
                if (!keys.Add(expression.Text("key")))
                {
                    expression.Add(FieldError.Duplicate(expression.At("key"), ScalarNode.String(expression.Text("key"))));
                }

                if (Names.QualifiedName(expression.Text("key")) is { } wrong)
                {
                    expression.Invalid("key", wrong);
                }
            }
        }
    }

    public static void Attachment(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        spec.DemandName("attacher", Names.DnsSubdomain);
        var source = spec.Child("source");
        if (source.HasMap("inlineVolumeSpec") == source.Has("persistentVolumeName"))
        {
            spec.Required("source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        }

        if (Names.DnsSubdomain(spec.Text("nodeName")) is { } problem)
        {
            spec.Invalid("nodeName", problem);
        }
    }

    public static void Driver(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        foreach (var (mode, _) in spec.Texts("volumeLifecycleModes"))
        {
            if (mode is not ("Persistent" or "Ephemeral"))
            {
                errors.Add(FieldError.NotSupported(spec.At("volumeLifecycleModes"), mode, ["Persistent", "Ephemeral"]));
            }
        }

        spec.OneOf("fsGroupPolicy", "File", "None", "ReadWriteOnceWithFSType");
        if (spec.Number("nodeAllocatableUpdatePeriodSeconds") < 10)
        {
            spec.Invalid("nodeAllocatableUpdatePeriodSeconds", "must be greater than or equal to 10 seconds");
        }

        var audiences = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in spec.Items("tokenRequests"))
        {
            if (!audiences.Add(token.Text("audience")))
            {
                errors.Add(FieldError.Duplicate(token.At("audience"), ScalarNode.String(token.Text("audience"))));
            }

            if (token.Number("expirationSeconds") is { } seconds and (< 600 or > 1L << 32))
            {
                token.Invalid("expirationSeconds", seconds < 600 ? "may not specify a duration less than 10 minutes" : "may not specify a duration larger than 2^32 seconds");
            }
        }
    }

    public static void NodeDrivers(MapNode root, List<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var driver in Check.Of(root, errors).Child("spec").Items("drivers"))
        {
            driver.DemandName("name", Names.DnsSubdomain);
            driver.Demand("nodeID");
            foreach (var repeated in driver.Texts("topologyKeys").GroupBy(static k => k.Text, StringComparer.Ordinal).Where(static g => g.Count() > 1))
            {
                driver.Add(FieldError.Duplicate(driver.Path, ScalarNode.String(repeated.Key)));
            }

            if (!names.Add(driver.Text("name")))
            {
                driver.Add(FieldError.Duplicate(driver.At("name"), ScalarNode.String(driver.Text("name"))));
            }
        }
    }

    public static void DriverUpdate(MapNode root, MapNode old, List<FieldError> errors)
    {
        if (!Node.DeepEquals(root.GetMap("spec")?["attachRequired"], old.GetMap("spec")?["attachRequired"]))
        {
            // The field is spelled like this here and on a real server.
            errors.Add(FieldError.Invalid("spec.attachedRequired", root.GetMap("spec")?["attachRequired"], "field is immutable"));
        }

        WorkloadKinds.Immutable(root, old, errors, "spec", "volumeLifecycleModes");
    }

    public static void NodeDriversUpdate(MapNode root, MapNode old, List<FieldError> errors)
    {
        foreach (var driver in root.GetMap("spec")?.GetList("drivers")?.OfType<MapNode>() ?? [])
        {
            var before = old.GetMap("spec")?.GetList("drivers")?.OfType<MapNode>().FirstOrDefault(d => d.GetString("name") == driver.GetString("name"));
            if (before is not null && driver.Any(e => e.Key != "allocatable" && !Node.DeepEquals(e.Value, before[e.Key])))
            {
                errors.Add(FieldError.Invalid("spec.drivers", driver, "field is immutable"));
            }
        }
    }

    public static void VolumeUpdate(MapNode root, MapNode old, List<FieldError> errors)
    {
        var now = root.GetMap("spec")!;
        var before = old.GetMap("spec")!;
        if (now.Keys.Concat(before.Keys).Distinct(StringComparer.Ordinal).Any(k => (now[k] is MapNode || before[k] is MapNode) && !NoVolumeSources.Contains(k) && !Node.DeepEquals(now[k], before[k])))
        {
            errors.Add(FieldError.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation"));
        }

        if (!Node.DeepEquals(now["volumeMode"], before["volumeMode"]))
        {
            errors.Add(FieldError.Invalid("volumeMode", now["volumeMode"], "field is immutable"));
        }

        if (before["nodeAffinity"] is { IsNull: false } && !Node.DeepEquals(now["nodeAffinity"], before["nodeAffinity"]))
        {
            errors.Add(FieldError.Invalid("nodeAffinity", now["nodeAffinity"], "field is immutable, except for updating from beta label to GA"));
        }
    }

    public static void ClaimUpdate(MapNode root, MapNode old, List<FieldError> errors)
    {
        var now = (MapNode)root.GetMap("spec")!.DeepClone();
        var before = (MapNode)old.GetMap("spec")!.DeepClone();
        var size = Quantity.Nanos(now.GetMap("resources")?.GetMap("requests")?.GetString("storage") ?? "");
        var sizeBefore = Quantity.Nanos(before.GetMap("resources")?.GetMap("requests")?.GetString("storage") ?? "");
        if (before.GetString("volumeName") is not { Length: > 0 })
        {
            now.Remove("volumeName");
            before.Remove("volumeName");
        }

        if (before["storageClassName"] is null or { IsNull: true })
        {
            // The default class may be filled in later.
            now.Remove("storageClassName");
        }

        if (old.GetMap("status")?.GetString("phase") == "Bound")
        {
            now.GetMap("resources")?.Remove("requests");
            before.GetMap("resources")?.Remove("requests");
            now.Remove("volumeAttributesClassName");
            before.Remove("volumeAttributesClassName");
        }

        if (!Node.DeepEquals(now, before))
        {
            errors.Add(FieldError.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
        }

        // A claim can be made smaller while that asks for more than there is already.
        if ((size ?? 0) < sizeBefore && (size ?? 0) <= (Quantity.Nanos(old.GetMap("status")?.GetMap("capacity")?.GetString("storage") ?? "") ?? 0))
        {
            errors.Add(FieldError.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
        }
    }

    private static void Modes(Check spec)
    {
        foreach (var (mode, _) in spec.Texts("accessModes"))
        {
            if (!AccessModes.Contains(mode))
            {
                spec.Add(FieldError.NotSupported(spec.At("accessModes"), mode, AccessModes));
            }
        }

        if (spec.Count("accessModes") > 1 && spec.Texts("accessModes").Any(static m => m.Text == "ReadWriteOncePod"))
        {
            spec.Forbidden("accessModes", "may not use ReadWriteOncePod with other access modes");
        }
    }

    private static void VolumeSource(Check spec, string kind)
    {
        var source = spec.Child(kind);
        switch (kind)
        {
            case "csi":
                source.DemandName("driver", Names.DnsSubdomain);
                source.Demand("volumeHandle");
                break;
            case "local":
                if (source.Demand("path") && VolumeValidation.NoBacksteps(source.Text("path")) is { } problem)
                {
                    source.Invalid("path", problem);
                }

                if (!spec.HasMap("nodeAffinity"))
                {
                    spec.Required("nodeAffinity", "Local volume requires node affinity");
                }

                break;
            default:
                VolumeValidation.Shared(source, kind);
                break;
        }

        if (kind == "hostPath" && source.Text("path") == "/" && spec.Text("persistentVolumeReclaimPolicy") == "Recycle")
        {
            spec.Forbidden("persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
        }
    }
}
