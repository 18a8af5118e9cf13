namespace GitOps.Testing;

/// <summary>Checks of amounts of resources.</summary>
internal static class ResourceValidation
{
    private static readonly System.Numerics.BigInteger One = 1_000_000_000;

    /// <summary>Checks the amounts for a pod as a whole.</summary>
    public static void Pod(Check spec)
    {
        if (!spec.HasMap("resources"))
        {
            return;
        }

        var resources = spec.Child("resources");
        foreach (var list in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach (var amount in resources.Child(list).Map)
            {
                if (!IsForPods(amount.Key))
                {
                    spec.Add(FieldError.NotSupported($"{resources.At(list)}[{amount.Key}]", amount.Key, ["cpu", "hugepages-", "memory"]));
                }
            }
        }

        if (resources.Count("claims") > 0)
        {
            resources.Forbidden("claims", "claims may not be set for Resources at pod-level");
        }

        Amounts(resources);
        ContainerClaims(resources, ClaimNames(spec));
    }

    /// <summary>Checks the claims that a pod makes, and what its containers take of them.</summary>
    public static void Claims(Check spec)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in spec.Items("resourceClaims"))
        {
            claim.DemandName("name", Names.DnsLabel);
            if (claim.Text("name") is { Length: > 0 } name && !names.Add(name))
            {
                claim.Add(FieldError.Duplicate(claim.At("name"), ScalarNode.String(name)));
            }

            if (claim.Has("resourceClaimName") == claim.Has("resourceClaimTemplateName"))
            {
                claim.Add(FieldError.Invalid(claim.Path, claim.Map, claim.Has("resourceClaimName")
                    ? "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
                    : "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"));
            }

            claim.Name("resourceClaimName", Names.DnsSubdomain);
            claim.Name("resourceClaimTemplateName", Names.DnsSubdomain);
        }

        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (var container in spec.Items(list))
            {
                ContainerClaims(container.Child("resources"), ClaimNames(spec));
            }
        }
    }

    public static void Container(Check resources)
    {
        foreach (var list in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach (var amount in resources.Child(list).Map)
            {
                Name(resources.Child(list), amount.Key);
            }
        }

        Amounts(resources);
    }

    private static HashSet<string> ClaimNames(Check spec) => spec.Items("resourceClaims").Select(static c => c.Text("name")).ToHashSet(StringComparer.Ordinal);

    private static void ContainerClaims(Check resources, HashSet<string> known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in resources.Items("claims"))
        {
            var name = claim.Text("name");
            if (name.Length == 0)
            {
                resources.Add(FieldError.Required(claim.Path));
            }
            else if (!seen.Add($"{name}/{claim.Text("request")}"))
            {
                resources.Add(FieldError.Duplicate(claim.Path, ScalarNode.String(name)));
            }
            else if (!known.Contains(name))
            {
                resources.Add(FieldError.NotFound(claim.Path, name));
            }
        }
    }

    private static void Amounts(Check resources)
    {
        var limits = resources.Child("limits");
        var requests = resources.Child("requests");
        foreach (var limit in limits.Map)
        {
            Amount(limits, limit.Key);
        }

        foreach (var request in requests.Map)
        {
            Amount(requests, request.Key);
            var limit = limits.Map.GetString(request.Key);
            if (limit is null)
            {
                if (!CanOvercommit(request.Key))
                {
                    resources.Required("limits", "Limit must be set for non overcommitable resources");
                }
            }
            else if (Quantity.Nanos(requests.Text(request.Key)) is { } wanted && Quantity.Nanos(limit) is { } most)
            {
                if (!CanOvercommit(request.Key) && wanted != most)
                {
                    resources.Add(FieldError.Invalid(requests.Path, requests.Text(request.Key), $"must be equal to {request.Key} limit of {limit}"));
                }
                else if (wanted > most)
                {
                    resources.Add(FieldError.Invalid(requests.Path, requests.Text(request.Key), $"must be less than or equal to {request.Key} limit of {limit}"));
                }
            }
        }

        if (limits.Map.Keys.Concat(requests.Map.Keys).Any(IsHugePages)
            && !limits.Map.Keys.Concat(requests.Map.Keys).Any(static k => k is "cpu" or "memory"))
        {
            resources.Add(FieldError.Forbidden(resources.Path, "HugePages require cpu or memory"));
        }
    }

    /// <summary>Checks one amount: not negative, and whole where parts of it make no sense.</summary>
    public static void Amount(Check list, string key)
    {
        if (Quantity.Nanos(list.Text(key)) is not { } nanos)
        {
            return;
        }

        if (nanos < 0)
        {
            list.Add(FieldError.Invalid($"{list.Path}[{key}]", list.Text(key), "must be greater than or equal to 0"));
        }

        if (IsWhole(key) && nanos % One != 0)
        {
            list.Add(FieldError.Invalid($"{list.Path}[{key}]", list.Text(key), "must be an integer"));
        }
    }

    /// <summary>Whether a pod as a whole can be given amounts of a resource.</summary>
    public static bool IsForPods(string name) => name is "cpu" or "memory" || IsHugePages(name);

    public static bool IsHugePages(string name) => name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static bool CanOvercommit(string name) => name is "cpu" or "memory" or "ephemeral-storage";

    private static bool IsWhole(string name) =>
        name is "pods" or "services" or "replicationcontrollers" or "resourcequotas" or "secrets" or "configmaps" or "persistentvolumeclaims" or "services.nodeports" or "services.loadbalancers"
        || name.StartsWith("count/", StringComparison.Ordinal)
        || (name.Contains('/', StringComparison.Ordinal) && !name.Contains("kubernetes.io/", StringComparison.Ordinal));

    private static void Name(Check list, string name)
    {
        var at = $"{list.Path}[{name}]";
        if (Names.QualifiedName(name) is { } problem)
        {
            list.Add(FieldError.Invalid(at, name, problem));
        }
        else if (!name.Contains('/', StringComparison.Ordinal) && !CanOvercommit(name) && !IsHugePages(name))
        {
            list.Add(FieldError.Invalid(at, name, "must be a standard resource for containers"));
        }
    }
}
