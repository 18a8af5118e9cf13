namespace GitOps.Testing;

/// <summary>Rules of the addresses of services and of the ranges they come from.</summary>
internal static class AddressKinds
{
    public static KindRules Address { get; } = new()
    {
        CheckName = static name => Names.IpAddress(name) is { } problem ? problem
            : System.Net.IPAddress.Parse(name).ToString() != name ? $"must be in canonical form (\"{System.Net.IPAddress.Parse(name)}\")" : null,
        ValidateCreate = static (root, errors) =>
        {
            var spec = Check.Of(root, errors).Child("spec");
            if (!spec.HasMap("parentRef"))
            {
                spec.Required("parentRef");
                return;
            }

            var parent = spec.Child("parentRef");
            parent.Name("group", Names.DnsSubdomain);
            parent.DemandName("resource", Names.PathSegment);
            parent.DemandName("name", Names.PathSegment);
            parent.Name("namespace", Names.PathSegment);
        },
        ValidateUpdate = static (root, old, errors) => WorkloadKinds.Immutable(root, old, errors, "spec", "parentRef"),
    };

    public static KindRules ServiceRange { get; } = new()
    {
        ValidateCreate = static (root, errors) => Ranges(Check.Of(root, errors).Child("spec")),
        ValidateUpdate = RangesUpdate,
    };

    private static void Ranges(Check spec)
    {
        (string Text, string Path)[] ranges = [.. spec.Texts("cidrs")];
        if (ranges.Length is 0 or > 2)
        {
            spec.Add(ranges.Length == 0 ? FieldError.Required(spec.At("cidrs"), "at least one CIDR required") : FieldError.Invalid(spec.At("cidrs"), spec.Map, "may only hold up to 2 values"));
            return;
        }

        foreach (var (text, path) in ranges)
        {
            if (Names.Cidr(text) is { } problem)
            {
                spec.Add(FieldError.Invalid(path, text, problem));
            }
            else if (Canonical(text) is var canonical && canonical != text)
            {
                spec.Add(FieldError.Invalid(path, text, $"must be in canonical form (\"{canonical}\")"));
            }
        }

        if (ranges.Length == 2 && ranges.All(static r => Names.Cidr(r.Text) is null) && IsSix(ranges[0].Text) == IsSix(ranges[1].Text))
        {
            spec.Invalid("cidrs", "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
        }
    }

    // A second range may be added, of the other family; what is there stays.
    private static void RangesUpdate(MapNode root, MapNode old, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        string[] before = [.. Check.Of(old, []).Child("spec").Texts("cidrs").Select(static r => r.Text)];
        (string Text, string Path)[] now = [.. spec.Texts("cidrs")];
        if (now.Length != before.Length && !(before.Length == 1 && now.Length == 2))
        {
            spec.Invalid("cidrs", "field is immutable");
            return;
        }

        for (var i = 0; i < before.Length; i++)
        {
            if (before[i] != now[i].Text)
            {
                errors.Add(FieldError.Invalid(now[i].Path, now[i].Text, "field is immutable"));
            }
        }

        if (now.Length > before.Length)
        {
            Ranges(spec);
        }
    }

    private static bool IsSix(string text) => text.Contains(':', StringComparison.Ordinal);

    private static string Canonical(string text) => NetworkValidation.Network(text).ToString();
}
