namespace GitOps.Testing;

/// <summary>Checks of device claims and of the classes they name.</summary>
internal static class DeviceClaimValidation
{
    private const int MaxItems = 32;
    private const int MaxChoices = 8;
    private const int MaxExpression = 10 * 1024;
    private const int MaxParameters = 10 * 1024;
    private const int MaxDomain = 63;
    private const int MaxIdentifier = 32;

    public static void Spec(Check spec)
    {
        var devices = spec.Child("devices");
        var names = RequestNames(devices);
        foreach (var request in Unique(devices, "requests", "name", MaxItems))
        {
            Request(request);
        }

        foreach (var constraint in Limited(devices, "constraints", MaxItems))
        {
            References(constraint, names);
            if (constraint.Has("matchAttribute"))
            {
                Attribute(constraint, "matchAttribute");
            }
            else if (constraint.Has("distinctAttribute"))
            {
                Attribute(constraint, "distinctAttribute");
            }
            else
            {
                constraint.Add(FieldError.Required(constraint.Path, "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set"));
            }
        }

        foreach (var config in Limited(devices, "config", MaxItems))
        {
            References(config, names);
            Configuration(config);
        }
    }

    public static void Class(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        Selectors(spec);
        foreach (var config in Limited(spec, "config", MaxItems))
        {
            Configuration(config);
        }

        if (spec.Has("extendedResourceName") && (!spec.Text("extendedResourceName").Contains('/', StringComparison.Ordinal)
            || spec.Text("extendedResourceName").Contains("kubernetes.io/", StringComparison.Ordinal)
            || spec.Text("extendedResourceName").StartsWith("requests.", StringComparison.Ordinal)
            || Names.QualifiedName("requests." + spec.Text("extendedResourceName")) is not null))
        {
            spec.Invalid("extendedResourceName", "must be a valid extended resource name");
        }
    }

    /// <summary>The items of a list that may hold a number of them.</summary>
    public static IEnumerable<Check> Limited(Check parent, string field, int most)
    {
        if (parent.Count(field) > most)
        {
            parent.Add(FieldError.TooMany(parent.At(field), parent.Count(field), most));
        }

        return parent.Items(field);
    }

    /// <summary>The items of a list that may hold a number of them, each with a name of its own.</summary>
    public static IEnumerable<Check> Unique(Check parent, string field, string key, int most)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in Limited(parent, field, most))
        {
            if (!seen.Add(item.Text(key)))
            {
                item.Add(FieldError.Duplicate(item.Path, ScalarNode.String(item.Text(key))));
            }

            yield return item;
        }
    }

    /// <summary>Wants the name of a driver.</summary>
    public static void Driver(Check holder)
    {
        if (!holder.Demand("driver"))
        {
            return;
        }

        var name = holder.Text("driver");
        if (name.Length > MaxDomain)
        {
            holder.Add(FieldError.TooLong(holder.At("driver"), MaxDomain));
        }

        if (Names.DnsSubdomain(name.ToLowerInvariant()) is { } problem)
        {
            holder.Invalid("driver", problem);
        }
    }

    /// <summary>Wants a label as a name; an empty one is refused as a wrong one.</summary>
    public static void Label(Check holder, string field)
    {
        if (Names.DnsLabel(holder.Text(field)) is { } problem)
        {
            holder.Add(FieldError.Invalid(holder.At(field), holder.Text(field), problem));
        }
    }

    /// <summary>What is wrong with the name of an attribute or a capacity.</summary>
    public static FieldError? QualifiedName(string name, string path, bool full)
    {
        if (name.Length == 0)
        {
            return FieldError.Required(path);
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return full ? FieldError.Invalid(path, name, "must include a domain") : Identifier(name, path);
        }

        var (domain, identifier) = (name[..slash], name[(slash + 1)..]);
        return domain.Length == 0 ? FieldError.Required(path, "the domain must not be empty")
            : domain.Length > MaxDomain ? FieldError.TooLong(path, MaxDomain)
            : Names.DnsSubdomain(domain) is { } problem ? FieldError.Invalid(path, domain, problem)
            : identifier.Length == 0 ? FieldError.Required(path, "the name must not be empty")
            : Identifier(identifier, path);
    }

    public static void Toleration(Check toleration)
    {
        toleration.Name("key", Names.QualifiedName);
        switch (toleration.Text("operator"))
        {
            case "Exists":
                if (toleration.Text("value").Length > 0)
                {
                    toleration.Invalid("value", "must be empty for operator `Exists`");
                }

                break;
            case "Equal":
                toleration.Name("value", Names.LabelValue);
                break;
            case "":
                toleration.Required("operator");
                break;
            case var other:
                toleration.Add(FieldError.NotSupported(toleration.At("operator"), other, ["Equal", "Exists"]));
                break;
        }

        if (toleration.Text("effect").Length > 0)
        {
            toleration.OneOf("effect", "NoExecute", "NoSchedule", "None");
        }
    }

    private static void Request(Check request)
    {
        Label(request, "name");
        var choices = request.Count("firstAvailable") > 0;
        var exactly = request.HasMap("exactly");
        if (choices && exactly)
        {
            request.Add(FieldError.Invalid(request.Path, (Node?)null, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set"));
        }
        else if (choices)
        {
            foreach (var choice in Unique(request, "firstAvailable", "name", MaxChoices))
            {
                Label(choice, "name");
                Device(choice);
            }
        }
        else if (exactly)
        {
            Device(request.Child("exactly"));
        }
        else
        {
            request.Add(FieldError.Required(request.Path, "exactly one of `exactly` or `firstAvailable` is required"));
        }
    }

    private static void Device(Check device)
    {
        device.DemandName("deviceClassName", Names.DnsSubdomain);
        Selectors(device);
        switch (device.Text("allocationMode"))
        {
            case "All" when device.Number("count") is not (null or 0):
                device.Invalid("count", "must not be specified when allocationMode is 'All'");
                break;
            case "ExactCount" when device.Number("count") is not > 0:
                device.Invalid("count", "must be greater than zero");
                break;
            case "All" or "ExactCount":
                break;
            case var other:
                device.Add(FieldError.NotSupported(device.At("allocationMode"), other, ["All", "ExactCount"]));
                break;
        }

        foreach (var toleration in device.Items("tolerations"))
        {
            Toleration(toleration);
        }
    }

    private static void Selectors(Check holder)
    {
        foreach (var selector in Limited(holder, "selectors", MaxItems))
        {
            if (!selector.HasMap("cel"))
            {
                selector.Required("cel");
                continue;
            }

            // Expressions are not compiled here: only what no compiler would take is refused.
            var cel = selector.Child("cel");
            if (cel.Text("expression").Length > MaxExpression)
            {
                cel.Add(FieldError.TooLong(cel.At("expression"), MaxExpression));
            }
            else if (string.IsNullOrWhiteSpace(cel.Text("expression")))
            {
                cel.Add(FieldError.Invalid(cel.At("expression"), cel.Text("expression"), "compilation failed: the expression is empty"));
            }
        }
    }

    private static void Configuration(Check config)
    {
        if (!config.HasMap("opaque"))
        {
            config.Required("opaque");
            return;
        }

        var opaque = config.Child("opaque");
        Driver(opaque);
        if (!opaque.Has("parameters"))
        {
            opaque.Required("parameters");
        }
        else if (!opaque.HasMap("parameters"))
        {
            opaque.Invalid("parameters", "must be a valid JSON object");
        }
        else if (Json.GoJson.Write(opaque.Map["parameters"]!).Length > MaxParameters)
        {
            opaque.Add(FieldError.TooLong(opaque.At("parameters"), MaxParameters));
        }
    }

    private static void Attribute(Check constraint, string field)
    {
        if (QualifiedName(constraint.Text(field), constraint.At(field), full: true) is { } error)
        {
            constraint.Add(error);
        }
    }

    private static FieldError? Identifier(string name, string path) =>
        name.Length > MaxIdentifier ? FieldError.TooLong(path, MaxIdentifier)
        : !(char.IsAsciiLetter(name[0]) || name[0] == '_') || name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c != '_') ? FieldError.Invalid(path, name, "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')")
        : null;

    private static Dictionary<string, HashSet<string>> RequestNames(Check devices)
    {
        var names = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var request in devices.Items("requests"))
        {
            names[request.Text("name")] = request.Items("firstAvailable").Select(static c => c.Text("name")).ToHashSet(StringComparer.Ordinal);
        }

        return names;
    }

    // A constraint or a configuration names requests, or choices of them after a slash.
    private static void References(Check holder, Dictionary<string, HashSet<string>> names)
    {
        if (holder.Count("requests") > MaxItems)
        {
            holder.Add(FieldError.TooMany(holder.At("requests"), holder.Count("requests"), MaxItems));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (text, path) in holder.Texts("requests"))
        {
            var parts = text.Split('/');
            if (parts.Length <= 2)
            {
                foreach (var part in parts)
                {
                    if (Names.DnsLabel(part) is { } problem)
                    {
                        holder.Add(FieldError.Invalid(path, part, problem));
                    }
                }
            }

            if (parts.Length > 2 || !names.TryGetValue(parts[0], out var choices) || (parts.Length == 2 && !choices.Contains(parts[1])))
            {
                holder.Add(FieldError.Invalid(path, text, "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"));
            }

            if (!seen.Add(text))
            {
                holder.Add(FieldError.Duplicate(path, ScalarNode.String(text)));
            }
        }
    }
}
