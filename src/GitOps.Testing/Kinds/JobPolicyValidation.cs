using System.Globalization;

namespace GitOps.Testing;

/// <summary>Checks of when a job counts as failed or done, and who looks after it.</summary>
internal static class JobPolicyValidation
{
    private static readonly string[] Actions = ["Count", "FailIndex", "FailJob", "Ignore"];

    public static void All(Check spec)
    {
        spec.NonNegative("backoffLimitPerIndex", "maxFailedIndexes");
        if (spec.Has("maxFailedIndexes"))
        {
            if (!spec.Has("backoffLimitPerIndex"))
            {
                spec.Required("backoffLimitPerIndex", "when maxFailedIndexes is specified");
            }

            if (spec.Number("maxFailedIndexes") > spec.Number("completions"))
            {
                spec.Invalid("maxFailedIndexes", "must be less than or equal to completions");
            }
        }

        if (spec.HasMap("podFailurePolicy"))
        {
            Failure(spec);
            spec.OneOf("podReplacementPolicy", "Failed");
        }
        else
        {
            spec.OneOf("podReplacementPolicy", "Failed", "TerminatingOrFailed");
        }

        if (spec.HasMap("successPolicy"))
        {
            Success(spec);
        }

        if (spec.Has("managedBy"))
        {
            ManagedBy(spec);
        }
    }

    private static void ManagedBy(Check spec)
    {
        var name = spec.Text("managedBy");
        if (name.Length > 63)
        {
            spec.Add(FieldError.TooLong(spec.At("managedBy"), 63));
        }
        else if (name.Split('/', 2) is not [{ Length: > 0 } domain, { Length: > 0 }])
        {
            spec.Invalid("managedBy", "must be a domain-prefixed path (such as \"acme.io/foo\")");
        }
        else if (Names.DnsSubdomain(domain) is { } problem)
        {
            spec.Add(FieldError.Invalid(spec.At("managedBy"), domain, problem));
        }
    }

    private static void Failure(Check spec)
    {
        var pod = spec.Child("template").Child("spec");
        if (pod.Text("restartPolicy") == "OnFailure")
        {
            pod.Invalid("restartPolicy", "only \"Never\" is supported when podFailurePolicy is specified");
        }

        var containers = pod.Items("containers").Concat(pod.Items("initContainers")).Select(static c => c.Text("name")).ToHashSet(StringComparer.Ordinal);
        foreach (var rule in spec.Child("podFailurePolicy").Items("rules"))
        {
            if (rule.Demand("action", "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]"))
            {
                rule.OneOf("action", Actions);
            }

            if (rule.Text("action") == "FailIndex" && !spec.Has("backoffLimitPerIndex"))
            {
                rule.Invalid("action", "requires the backoffLimitPerIndex to be set");
            }

            if (rule.HasMap("onExitCodes"))
            {
                ExitCodes(rule.Child("onExitCodes"), containers);
            }

            foreach (var condition in rule.Items("onPodConditions"))
            {
                if (Names.QualifiedName(condition.Text("type")) is { } problem)
                {
                    condition.Add(FieldError.Invalid(condition.At("type"), condition.Text("type"), problem));
                }

                if (condition.Demand("status"))
                {
                    condition.OneOf("status", "False", "True", "Unknown");
                }
            }

            if (rule.HasMap("onExitCodes") == rule.Count("onPodConditions") > 0)
            {
                rule.Add(FieldError.Invalid(rule.Path, rule.Map, rule.HasMap("onExitCodes")
                    ? "specifying both OnExitCodes and OnPodConditions is not supported"
                    : "specifying one of OnExitCodes and OnPodConditions is required"));
            }
        }
    }

    private static void ExitCodes(Check codes, HashSet<string> containers)
    {
        if (codes.Demand("operator", "valid values: [\"In\" \"NotIn\"]"))
        {
            codes.OneOf("operator", "In", "NotIn");
        }

        if (codes.Has("containerName") && !containers.Contains(codes.Text("containerName")))
        {
            codes.Invalid("containerName", "must be one of the container or initContainer names in the pod template");
        }

        if (codes.Count("values") == 0)
        {
            codes.Invalid("values", "at least one value is required");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ordered = true;
        long before = long.MinValue;
        foreach (var (text, path) in codes.Texts("values"))
        {
            var value = long.Parse(text, CultureInfo.InvariantCulture);
            if (codes.Text("operator") == "In" && value == 0)
            {
                codes.Add(FieldError.Invalid(path, ScalarNode.Integer(0), "must not be 0 for the In operator"));
            }

            if (!seen.Add(text))
            {
                codes.Add(FieldError.Duplicate(path, ScalarNode.Integer(value)));
            }

            ordered &= value >= before;
            before = value;
        }

        if (!ordered)
        {
            codes.Invalid("values", "must be ordered");
        }
    }

    private static void Success(Check spec)
    {
        if (spec.Text("completionMode") != "Indexed")
        {
            spec.Invalid("successPolicy", "requires indexed completion mode");
            return;
        }

        var policy = spec.Child("successPolicy");
        policy.Demand("rules", "at least one rules must be specified when the successPolicy is specified");
        var completions = spec.Number("completions") ?? 0;
        foreach (var rule in policy.Items("rules"))
        {
            if (!rule.Has("succeededCount") && !rule.Has("succeededIndexes"))
            {
                rule.Add(FieldError.Required(rule.Path, "at least one of succeededCount or succeededIndexes must be specified"));
            }

            long indexes = 0;
            if (rule.Has("succeededIndexes") && IndexProblem(rule.Text("succeededIndexes"), completions, out indexes) is { } problem)
            {
                rule.Invalid("succeededIndexes", "error parsing succeededIndexes: " + problem);
            }

            rule.NonNegative("succeededCount");
            if (rule.Number("succeededCount") > completions)
            {
                rule.Invalid("succeededCount", string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {completions} (the number of specified completions)"));
            }

            if (rule.Has("succeededIndexes") && rule.Number("succeededCount") > indexes)
            {
                rule.Invalid("succeededCount", string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {indexes} (the number of indexes in the specified succeededIndexes field)"));
            }
        }
    }

    // Numbers and ranges, growing, separated by commas.
    private static string? IndexProblem(string text, long completions, out long count)
    {
        count = 0;
        long last = -1;
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2)
            {
                return $"the fragment \"{part}\" violates the requirement that an index interval can have at most two parts separated by '-'";
            }

            var first = last;
            foreach (var end in ends)
            {
                if (!long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                {
                    return $"cannot convert string to integer for index: \"{end}\"";
                }

                if (index >= completions)
                {
                    return $"too large index: \"{end}\"";
                }

                if (index <= last)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"non-increasing order, previous: {last}, current: {index}");
                }

                first = ReferenceEquals(end, ends[0]) ? index : first;
                last = index;
            }

            count += last - first + 1;
        }

        return null;
    }
}
