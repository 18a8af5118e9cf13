namespace GitOps.Testing;

/// <summary>Checks of amounts of resources.</summary>
internal static class ResourceValidation
{
    private static readonly System.Numerics.BigInteger One = 1_000_000_000;

    public static void Container(Check resources)
    {
        var limits = resources.Child("limits");
        var requests = resources.Child("requests");
        foreach (var limit in limits.Map)
        {
            Name(limits, limit.Key);
            Amount(limits, limit.Key);
        }

        foreach (var request in requests.Map)
        {
            Name(requests, request.Key);
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
