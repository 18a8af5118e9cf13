namespace GitOps.Testing;

/// <summary>Checks of flow schemas and priority levels.</summary>
internal static class FlowControlValidation
{
    private const int MaxPrecedence = 10_000;
    private const int MaxQueues = 10_000_000;
    private const int MaxHashBits = 60;
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

    public static void FlowSchema(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var precedence = spec.Number("matchingPrecedence") ?? 0;
        if (precedence <= 0)
        {
            spec.Invalid("matchingPrecedence", "must be a positive value");
        }

        if (precedence > MaxPrecedence)
        {
            spec.Invalid("matchingPrecedence", "must not be greater than 10000");
        }

        if (precedence == 1 && ObjectMeta.Name(root) != "exempt")
        {
            spec.Invalid("matchingPrecedence", "only the schema named 'exempt' may have matchingPrecedence 1");
        }

        if (spec.HasMap("distinguisherMethod") && spec.Child("distinguisherMethod").Text("type") is not ("ByNamespace" or "ByUser") and var method)
        {
            errors.Add(FieldError.NotSupported("spec.distinguisherMethod.type", method, ["ByNamespace", "ByUser"]));
        }

        var level = spec.Child("priorityLevelConfiguration");
        if (level.Demand("name", "must reference a priority level"))
        {
            level.Name("name", Names.DnsSubdomain);
        }

        foreach (var rule in spec.Items("rules"))
        {
            Rule(rule);
        }
    }

    public static void PriorityLevel(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        var type = spec.Text("type");
        if ((ObjectMeta.Name(root) == "exempt") != (type == "Exempt"))
        {
            errors.Add(FieldError.Invalid("spec.type", type, "type must be 'Exempt' if and only if name is 'exempt'"));
        }

        switch (type)
        {
            case "Exempt":
                if (spec.HasMap("limited"))
                {
                    spec.Forbidden("limited", "must be nil if the type is not Limited");
                }

                if (spec.HasMap("exempt"))
                {
                    Shares(spec.Child("exempt"));
                }

                break;
            case "Limited":
                if (spec.HasMap("exempt"))
                {
                    spec.Forbidden("exempt", "must be nil if the type is Limited");
                }

                if (spec.HasMap("limited"))
                {
                    Limited(spec.Child("limited"));
                }
                else
                {
                    spec.Required("limited", "must not be empty when type is Limited");
                }

                break;
            default:
                errors.Add(FieldError.NotSupported("spec.type", type, ["Exempt", "Limited"]));
                break;
        }
    }

    private static void Shares(Check level)
    {
        if (level.Number("nominalConcurrencyShares") < 0)
        {
            level.Invalid("nominalConcurrencyShares", "must be a non-negative integer");
        }

        level.Range("lendablePercent", 0, 100);
    }

    private static void Limited(Check limited)
    {
        Shares(limited);
        if (limited.Number("borrowingLimitPercent") < 0)
        {
            limited.Invalid("borrowingLimitPercent", "if specified, must be a non-negative integer");
        }

        var response = limited.Child("limitResponse");
        switch (response.Text("type"))
        {
            case "Reject":
                if (response.HasMap("queuing"))
                {
                    response.Forbidden("queuing", "must be nil if limited.limitResponse.type is not Limited");
                }

                break;
            case "Queue":
                if (response.HasMap("queuing"))
                {
                    Queuing(response.Child("queuing"));
                }
                else
                {
                    response.Required("queuing", "must not be empty if limited.limitResponse.type is Limited");
                }

                break;
            case var other:
                response.Add(FieldError.NotSupported(response.At("type"), other, ["Queue", "Reject"]));
                break;
        }
    }

    private static void Queuing(Check queuing)
    {
        if (queuing.Number("queueLengthLimit") is not > 0)
        {
            queuing.Invalid("queueLengthLimit", "must be positive");
        }

        var queues = queuing.Number("queues") ?? 0;
        if (queues <= 0)
        {
            queuing.Invalid("queues", "must be positive");
        }
        else if (queues > MaxQueues)
        {
            queuing.Invalid("queues", "must not be greater than 10000000");
        }

        var hand = queuing.Number("handSize") ?? 0;
        if (hand <= 0)
        {
            queuing.Invalid("handSize", "must be positive");
        }
        else if (hand > queues)
        {
            queuing.Invalid("handSize", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"should not be greater than queues ({queues})"));
        }
        else if (Bits(queues, hand) > MaxHashBits)
        {
            queuing.Invalid("handSize", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"required entropy bits of deckSize {queues} and handSize {hand} should not be greater than 60"));
        }
    }

    // How many bits of a hash it takes to deal a hand of queues.
    private static int Bits(long queues, long hand) => (int)Math.Ceiling(Math.Log2(queues) * hand);

    private static void Rule(Check rule)
    {
        rule.Demand("subjects", "subjects must contain at least one value");
        foreach (var subject in rule.Items("subjects"))
        {
            Subject(subject);
        }

        if (rule.Count("resourceRules") + rule.Count("nonResourceRules") == 0)
        {
            rule.Add(FieldError.Required(rule.Path, "at least one of resourceRules and nonResourceRules has to be non-empty"));
        }

        foreach (var resource in rule.Items("resourceRules"))
        {
            CheckVerbs(resource);
            All(resource, "apiGroups", "resource rules must supply at least one api group", "api groups");
            All(resource, "resources", "resource rules must supply at least one resource", "resources");
            Namespaces(resource);
        }

        foreach (var other in rule.Items("nonResourceRules"))
        {
            CheckVerbs(other);
            if (!All(other, "nonResourceURLs", "nonResourceURLs must contain at least one value", "non-resource URLs"))
            {
                foreach (var (url, path) in other.Texts("nonResourceURLs"))
                {
                    if (UrlProblem(url) is { } problem)
                    {
                        other.Add(FieldError.Invalid(path, url, problem));
                    }
                }
            }
        }
    }

    private static void Subject(Check subject)
    {
        (string Kind, string Field)[] kinds = [("ServiceAccount", "serviceAccount"), ("User", "user"), ("Group", "group")];
        var kind = subject.Text("kind");
        if (!kinds.Any(k => k.Kind == kind))
        {
            subject.Add(FieldError.NotSupported(subject.At("kind"), kind, ["Group", "ServiceAccount", "User"]));
            return;
        }

        foreach (var (of, field) in kinds)
        {
            if (of != kind)
            {
                if (subject.HasMap(field))
                {
                    subject.Forbidden(field, $"{field} is forbidden when subject kind is not '{of}'");
                }
            }
            else if (!subject.HasMap(field))
            {
                subject.Required(field, $"{field} is required when subject kind is '{of}'");
            }
            else if (subject.Child(field).Demand("name") && of == "ServiceAccount" && subject.Child(field).Text("name") != "*")
            {
                subject.Child(field).Name("name", Names.DnsSubdomain);
            }
        }

        if (kind == "ServiceAccount" && subject.HasMap("serviceAccount"))
        {
            var account = subject.Child("serviceAccount");
            if (account.Demand("namespace", "must specify namespace for service account"))
            {
                account.Name("namespace", Names.DnsLabel);
            }
        }
    }

    private static void CheckVerbs(Check rule)
    {
        if (!All(rule, "verbs", "verbs must contain at least one value", "verbs") && rule.Texts("verbs").Any(static v => !Verbs.Contains(v.Text)))
        {
            rule.Add(FieldError.NotSupported(rule.At("verbs"), string.Join(' ', rule.Texts("verbs").Select(static v => v.Text)), Verbs));
        }
    }

    private static void Namespaces(Check rule)
    {
        if (rule.Count("namespaces") == 0)
        {
            if (!rule.IsTrue("clusterScope"))
            {
                rule.Required("namespaces", "resource rules that are not cluster scoped must supply at least one namespace");
            }
        }
        else if (!All(rule, "namespaces", "", "namespaces"))
        {
            foreach (var (ns, path) in rule.Texts("namespaces"))
            {
                if (Names.DnsLabel(ns) is { } problem)
                {
                    rule.Add(FieldError.Invalid(path, ns, "each member of this list must be '*' or a DNS-1123 label; " + problem));
                }
            }
        }
    }

    /// <summary>Wants values, and no others beside a star.</summary>
    /// <returns>Whether the star is among them, or nothing at all.</returns>
    private static bool All(Check rule, string field, string missing, string others)
    {
        if (!rule.Demand(field, missing))
        {
            return true;
        }

        var star = rule.Texts(field).Any(static t => t.Text == "*");
        if (star && rule.Count(field) > 1)
        {
            rule.Invalid(field, $"if '*' is present, must not specify other {others}");
        }

        return star;
    }

    private static string? UrlProblem(string url) =>
        url.Length == 0 ? "must not be empty"
        : url == "/" ? null
        : url[0] != '/' ? "must start with slash"
        : url.Contains(' ', StringComparison.Ordinal) ? "must not contain white-space"
        : url.Contains("//", StringComparison.Ordinal) ? "must not contain double slash"
        : url.Count(static c => c == '*') > 1 || (url.Contains('*', StringComparison.Ordinal) && !url.EndsWith("/*", StringComparison.Ordinal)) ? "wildcard can only do suffix matching"
        : null;
}
