using System.Text.RegularExpressions;

namespace GitOps.Testing;

/// <summary>Checks of the slices in which drivers publish their devices.</summary>
internal static partial class DeviceSliceValidation
{
    private const int MaxPoolName = 253;
    private const int MaxDevices = 128;
    private const int MaxTaintedDevices = 64;
    private const int MaxCounterSets = 8;
    private const int MaxCounters = 32;
    private const int MaxAttributes = 32;
    private const int MaxTaints = 16;
    private const int MaxText = 64;

    public static void Slice(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        DeviceClaimValidation.Driver(spec);
        Pool(spec.Child("pool"));
        Nodes(spec);
        if (spec.Has("sharedCounters") && spec.Has("devices"))
        {
            errors.Add(FieldError.Invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed"));
        }

        var advanced = spec.Items("devices").Any(static d => d.Count("taints") + d.Count("consumesCounters") > 0);
        foreach (var device in DeviceClaimValidation.Unique(spec, "devices", "name", advanced ? MaxTaintedDevices : MaxDevices))
        {
            Device(device, spec.IsTrue("perDeviceNodeSelection"));
        }

        foreach (var set in DeviceClaimValidation.Unique(spec, "sharedCounters", "name", MaxCounterSets))
        {
            set.DemandName("name", Names.DnsLabel);
            Counters(set);
        }
    }

    private static void Pool(Check pool)
    {
        if (pool.Demand("name"))
        {
            if (pool.Text("name").Length > MaxPoolName)
            {
                pool.Add(FieldError.TooLong(pool.At("name"), MaxPoolName));
            }

            foreach (var part in pool.Text("name").Split('/'))
            {
                if (Names.DnsSubdomain(part) is { } problem)
                {
                    pool.Add(FieldError.Invalid(pool.At("name"), part, problem));
                }
            }
        }

        if (pool.Number("resourceSliceCount") is not > 0)
        {
            pool.Add(FieldError.Invalid(pool.At("resourceSliceCount"), pool.Map["resourceSliceCount"] ?? ScalarNode.Integer(0), "must be greater than zero"));
        }

        if (pool.Number("generation") < 0)
        {
            pool.Invalid("generation", "must be greater than or equal to zero");
        }
    }

    // Where the devices are: exactly one way of saying so.
    private static void Nodes(Check spec)
    {
        var given = new List<string>();
        if (spec.Has("nodeName"))
        {
            if (spec.Text("nodeName").Length == 0)
            {
                spec.Invalid("nodeName", "must be either unset or set to a non-empty string");
            }
            else
            {
                given.Add("`nodeName`");
                spec.Name("nodeName", Names.DnsSubdomain);
            }
        }

        if (spec.HasMap("nodeSelector"))
        {
            given.Add("`nodeSelector`");
            SchedulingValidation.NodeSelector(spec.Child("nodeSelector"));
            if (spec.Child("nodeSelector").Count("nodeSelectorTerms") != 1)
            {
                spec.Child("nodeSelector").Invalid("nodeSelectorTerms", "must have exactly one node selector term");
            }
        }

        foreach (var flag in (ReadOnlySpan<string>)["allNodes", "perDeviceNodeSelection"])
        {
            if (spec.IsTrue(flag))
            {
                given.Add($"`{flag}`");
            }
            else if (spec.Has(flag))
            {
                spec.Invalid(flag, "must be either unset or set to true");
            }
        }

        if (given.Count == 0)
        {
            spec.Add(FieldError.Required(spec.Path, "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"));
        }
        else if (given.Count > 1)
        {
            spec.Add(FieldError.Invalid(spec.Path, $"{{{string.Join(", ", given)}}}", "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set"));
        }
    }

    private static void Device(Check device, bool placed)
    {
        DeviceClaimValidation.Label(device, "name");
        var properties = device.Count("attributes") + device.Count("capacity");
        if (properties > MaxAttributes)
        {
            device.Add(FieldError.Invalid(device.Path, ScalarNode.Integer(properties), "the total number of attributes and capacities must not exceed 32"));
        }

        foreach (var attribute in device.Map.GetMap("attributes") ?? [])
        {
            Attribute(Entry(device, "attributes", attribute.Key, attribute.Value));
        }

        foreach (var capacity in device.Map.GetMap("capacity") ?? [])
        {
            var entry = Entry(device, "capacity", capacity.Key, capacity.Value);
            if (entry.HasMap("requestPolicy") && !device.IsTrue("allowMultipleAllocations"))
            {
                entry.Forbidden("requestPolicy", "allowMultipleAllocations must be true");
            }
        }

        foreach (var taint in DeviceClaimValidation.Limited(device, "taints", MaxTaints))
        {
            Taint(taint);
        }

        foreach (var used in DeviceClaimValidation.Unique(device, "consumesCounters", "counterSet", MaxCounterSets))
        {
            used.DemandName("counterSet", Names.DnsLabel);
            Counters(used);
        }

        string[] places = [.. ((IEnumerable<string>)["nodeName", "nodeSelector", "allNodes"]).Where(device.Has)];
        const string one = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
        if (placed && places.Length == 0)
        {
            device.Add(FieldError.Required(device.Path, one));
        }
        else if (placed && places.Length > 1)
        {
            device.Add(FieldError.Invalid(device.Path, $"{{{string.Join(", ", places.Select(static p => $"`{p}`"))}}}", one));
        }
        else if (!placed && places.Length > 0)
        {
            device.Add(FieldError.Invalid(device.Path, (Node?)null, "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec"));
        }
    }

    private static Check Entry(Check device, string field, string key, Node value)
    {
        var path = $"{device.At(field)}[{key}]";
        if (DeviceClaimValidation.QualifiedName(key, path, full: false) is { } error)
        {
            device.Add(error);
        }

        return new Check(value as MapNode ?? new MapNode(), path, device.Errors);
    }

    private static void Attribute(Check attribute)
    {
        string[] given = [.. ((IEnumerable<string>)["bool", "int", "string", "version", "bools", "ints", "strings", "versions"]).Where(attribute.Has)];
        foreach (var list in given.Where(static f => f[^1] == 's'))
        {
            if (attribute.Count(list) == 0)
            {
                attribute.Invalid(list, "must not be empty if specified");
            }
        }

        foreach (var text in (ReadOnlySpan<string>)["string", "version"])
        {
            var values = attribute.Has(text) ? [(attribute.Text(text), attribute.At(text))] : attribute.Texts(text + "s");
            foreach (var (value, path) in values)
            {
                if (text == "version" && !SemanticVersion().IsMatch(value))
                {
                    attribute.Add(FieldError.Invalid(path, value, "must be a string compatible with semver.org spec 2.0.0"));
                }

                if (value.Length > MaxText)
                {
                    attribute.Add(FieldError.TooLong(path, MaxText));
                }
            }
        }

        if (given.Length != 1)
        {
            attribute.Add(given.Length == 0
                ? FieldError.Invalid(attribute.Path, "", "exactly one value must be specified")
                : FieldError.Invalid(attribute.Path, attribute.Map, "exactly one value must be specified"));
        }
    }

    private static void Taint(Check taint)
    {
        if (Names.QualifiedName(taint.Text("key")) is { } problem)
        {
            taint.Add(FieldError.Invalid(taint.At("key"), taint.Text("key"), problem));
        }

        taint.Name("value", Names.LabelValue);
        if (taint.Demand("effect"))
        {
            taint.OneOf("effect", "NoExecute", "NoSchedule", "None");
        }
    }

    private static void Counters(Check holder)
    {
        if (!holder.Demand("counters"))
        {
            return;
        }

        if (holder.Count("counters") > MaxCounters)
        {
            holder.Add(FieldError.TooMany(holder.At("counters"), holder.Count("counters"), MaxCounters));
        }

        foreach (var name in holder.Map.GetMap("counters")?.Keys ?? [])
        {
            if (Names.DnsLabel(name) is { } problem)
            {
                holder.Add(FieldError.Invalid(holder.At("counters"), name, problem));
            }
        }
    }

    [GeneratedRegex(@"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SemanticVersion();
}
