using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Rules of admission policies and of their bindings.</summary>
internal static class AdmissionPolicyKinds
{
    public static KindRules Validating { get; } = new() { GenerationFields = ["spec"], Default = Policy, Validate = AdmissionPolicyValidation.Validating };

    public static KindRules Mutating { get; } = new() { GenerationFields = ["spec"], Default = Policy, Validate = AdmissionPolicyValidation.Mutating };

    public static KindRules ValidatingBinding { get; } = new() { GenerationFields = ["spec"], Default = Binding, Validate = AdmissionPolicyValidation.ValidatingBinding };

    public static KindRules MutatingBinding { get; } = new() { GenerationFields = ["spec"], Default = Binding, Validate = AdmissionPolicyValidation.MutatingBinding };

    private static void Policy(MapNode root)
    {
        var spec = root.GetOrAddMap("spec");
        Default(spec, "failurePolicy", "Fail");
        if (spec.GetMap("matchConstraints") is { } match)
        {
            Match(match);
        }
    }

    private static void Binding(MapNode root)
    {
        var spec = root.GetMap("spec");
        if (spec?.GetMap("matchResources") is { } match)
        {
            Match(match);
        }
    }

    private static void Match(MapNode match)
    {
        Default(match, "matchPolicy", "Equivalent");
        match.GetOrAddMap("namespaceSelector");
        match.GetOrAddMap("objectSelector");
        foreach (var list in (ReadOnlySpan<string>)["resourceRules", "excludeResourceRules"])
        {
            foreach (var rule in match.GetList(list)?.OfType<MapNode>() ?? [])
            {
                Default(rule, "scope", "*");
            }
        }
    }
}
