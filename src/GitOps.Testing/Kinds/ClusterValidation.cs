using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace GitOps.Testing;

/// <summary>Checks of nodes, leases, priority classes, aggregated APIs and signing requests.</summary>
internal static class ClusterValidation
{
    private const long HighestPriority = 1_000_000_000;

    public static void Node(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var taint in spec.Items("taints"))
        {
            // The paths start at metadata, here and on a real server.
            var at = taint with { Path = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"metadata.taints[{index++}]") };
            if (Names.QualifiedName(at.Text("key")) is { } problem)
            {
                at.Invalid("key", problem);
            }

            if (Names.LabelValue(at.Text("value")) is { } wrong)
            {
                at.Invalid("value", wrong);
            }

            if (at.Demand("effect"))
            {
                at.OneOf("effect", "NoSchedule", "PreferNoSchedule", "NoExecute");
            }

            if (!seen.Add($"{at.Text("key")}:{at.Text("effect")}"))
            {
                errors.Add(FieldError.Duplicate(at.Path, at.Map));
            }
        }

        foreach (var (cidr, path) in spec.Texts("podCIDRs"))
        {
            if (Names.Cidr(cidr) is { } problem)
            {
                errors.Add(FieldError.Invalid(path, cidr, problem));
            }
        }
    }

    public static void NodeUpdate(MapNode root, MapNode old, List<FieldError> errors)
    {
        var now = root.GetMap("spec") ?? new MapNode();
        var before = old.GetMap("spec") ?? new MapNode();
        var changed = now.Keys.Concat(before.Keys).Distinct(StringComparer.Ordinal).Where(k => !GitOps.Node.DeepEquals(now[k], before[k])).ToArray();
        if (changed.Contains("providerID") && before.GetString("providerID") is { Length: > 0 })
        {
            errors.Add(FieldError.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"));
        }

        if (changed.Contains("podCIDRs") && before.GetList("podCIDRs") is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid"));
        }

        // Everything but these is set once; the path of the finding is empty.
        if (changed.Any(k => k is not ("taints" or "unschedulable" or "configSource" or "providerID" or "podCIDR" or "podCIDRs") && before[k] is { IsNull: false }))
        {
            errors.Add(FieldError.Forbidden("[]", "node updates may only change labels, taints, or capacity"));
        }
    }

    public static void Lease(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (spec.Number("leaseDurationSeconds") <= 0)
        {
            spec.Invalid("leaseDurationSeconds", "must be greater than 0");
        }

        if (spec.Number("leaseTransitions") < 0)
        {
            spec.Invalid("leaseTransitions", "must be greater than or equal to 0");
        }
    }

    public static void PriorityClass(MapNode root, List<FieldError> errors)
    {
        var type = Check.Of(root, errors);
        var name = ObjectMeta.Name(root);
        if (name.StartsWith("system-", StringComparison.Ordinal) && name is not ("system-node-critical" or "system-cluster-critical"))
        {
            errors.Add(FieldError.Forbidden("metadata.name", $"priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a known system priority class"));
        }
        else if (!name.StartsWith("system-", StringComparison.Ordinal) && type.Number("value") > HighestPriority)
        {
            type.Forbidden("value", "maximum allowed value of a user defined priority is 1000000000");
        }

        type.OneOf("preemptionPolicy", "PreemptLowerPriority", "Never");
    }

    public static void ApiService(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var (group, version) = (spec.Text("group"), spec.Text("version"));
        if (ObjectMeta.Name(root) != $"{version}.{group}")
        {
            errors.Add(FieldError.Invalid("metadata.name", ObjectMeta.Name(root), $"must be `spec.version+\".\"+spec.group`: \"{version}.{group}\""));
        }

        if (group.Length == 0)
        {
            if (version != "v1")
            {
                spec.Required("group", "only v1 may have an empty group and it better be legacy kube");
            }
        }
        else if (Names.DnsSubdomain(group) is { } problem)
        {
            spec.Invalid("group", problem);
        }

        if (Names.Dns1035Label(version) is { } wrong)
        {
            errors.Add(FieldError.Invalid("spec.version", version, wrong));
        }

        Priority(spec, "groupPriorityMinimum", 20000);
        Priority(spec, "versionPriority", 1000);
        if (!spec.HasMap("service"))
        {
            if (spec.Count("caBundle") > 0 || spec.Text("caBundle").Length > 0)
            {
                spec.Invalid("caBundle", "local APIServices may not have a caBundle");
            }

            if (spec.IsTrue("insecureSkipTLSVerify"))
            {
                spec.Invalid("insecureSkipTLSVerify", "local APIServices may not have insecureSkipTLSVerify");
            }

            return;
        }

        var service = spec.Child("service");
        service.Demand("namespace");
        service.Demand("name");
        service.Port("port");
        if (spec.IsTrue("insecureSkipTLSVerify") && spec.Text("caBundle").Length > 0)
        {
            spec.Invalid("insecureSkipTLSVerify", "may not be true if caBundle is present");
        }
    }

    public static void SigningRequest(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        if (Problem(spec.Text("request")) is { } problem)
        {
            spec.Invalid("request", problem);
        }

        spec.Demand("usages", "usages must be provided");
        if (spec.Demand("signerName") && (spec.Text("signerName").Split('/') is not [var domain, { Length: > 0 }] || Names.DnsSubdomain(domain) is not null || !domain.Contains('.', StringComparison.Ordinal)))
        {
            spec.Invalid("signerName", "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        }

        if (spec.Number("expirationSeconds") < 600)
        {
            spec.Invalid("expirationSeconds", "may not specify a duration less than 600 seconds (10 minutes)");
        }
    }

    public static void Event(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors);
        var ns = ObjectMeta.Namespace(root);
        var about = spec.HasMap("regarding") ? spec.Child("regarding") : spec.Child("involvedObject");
        var aboutNamespace = about.Text("namespace");
        var micro = spec.Has("eventTime");
        if (aboutNamespace.Length == 0 ? ns is not ("default" or "") && !(micro && ns == "kube-system") : !micro && aboutNamespace != ns)
        {
            errors.Add(FieldError.Invalid("involvedObject.namespace", aboutNamespace, "does not match event.namespace"));
        }

        if (!micro)
        {
            return;
        }

        var component = root.GetString("apiVersion") == "v1" ? "reportingComponent" : "reportingController";
        if (spec.Demand(component))
        {
            spec.Name(component, Names.QualifiedName);
        }

        foreach (var field in (ReadOnlySpan<string>)["reportingInstance", "action", "reason"])
        {
            if (spec.Demand(field))
            {
                AtMost(spec, field, field, 128);
            }
        }

        AtMost(spec, spec.Has("note") ? "note" : "message", "message", 1024);
    }

    /// <summary>What new events of the group of events are held to beside.</summary>
    public static void NewEvent(MapNode root, List<FieldError> errors)
    {
        var added = Check.Of(root, errors);
        if (added.HasMap("series"))
        {
            var series = added.Child("series");
            if (series.Number("count") is not >= 2)
            {
                errors.Add(FieldError.Invalid("series.count", "", "should be at least 2"));
            }

            if (!series.Has("lastObservedTime"))
            {
                series.Required("lastObservedTime");
            }
        }

        if (!added.Has("eventTime"))
        {
            added.Required("eventTime");
        }

        if (added.Text("type") is not ("Normal" or "Warning"))
        {
            errors.Add(FieldError.Invalid("type", "", "has invalid value: " + added.Text("type")));
        }

        // The findings name the fields as the core group does.
        foreach (var (field, name) in (ReadOnlySpan<(string, string)>)[("deprecatedFirstTimestamp", "firstTimestamp"), ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count")])
        {
            if (added.Has(field) && added.Number(field) != 0)
            {
                errors.Add(FieldError.Invalid(name, "", "needs to be unset"));
            }
        }

        if (added.Map.GetMap("deprecatedSource") is { Count: > 0 })
        {
            errors.Add(FieldError.Invalid("source", "", "needs to be unset"));
        }
    }

    private static void AtMost(Check of, string field, string name, int most)
    {
        if (of.Text(field).Length > most)
        {
            of.Add(FieldError.Invalid(name, "", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"can have at most {most} characters")));
        }
    }

    private static void Priority(Check spec, string field, long most)
    {
        if (spec.Number(field) is not { } number || number < 1 || number > most)
        {
            spec.Add(FieldError.Invalid(spec.At(field), spec.Map[field] ?? ScalarNode.Integer(0), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be positive and less than {most}")));
        }

    }

    private static string? Problem(string base64)
    {
        try
        {
            var pem = Encoding.UTF8.GetString(Convert.FromBase64String(base64));
            var fields = PemEncoding.Find(pem);
            if (!pem.AsSpan()[fields.Label].SequenceEqual("CERTIFICATE REQUEST"))
            {
                return "PEM block type must be CERTIFICATE REQUEST";
            }

            CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.SkipSignatureValidation);
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return "PEM block type must be CERTIFICATE REQUEST";
        }
        catch (CryptographicException e)
        {
            return e.Message;
        }
    }
}
