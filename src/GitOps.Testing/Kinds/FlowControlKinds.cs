using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Rules of the kinds of API priority and fairness.</summary>
internal static class FlowControlKinds
{
    public static KindRules FlowSchema { get; } = new()
    {
        GenerationFields = ["spec"],
        Default = static root =>
        {
            if (root.GetMap("spec") is { } spec && Unset(spec, "matchingPrecedence"))
            {
                spec["matchingPrecedence"] = ScalarNode.Integer(1000);
            }
        },
        Validate = FlowControlValidation.FlowSchema,
    };

    public static KindRules PriorityLevel { get; } = new()
    {
        GenerationFields = ["spec"],
        Default = static root =>
        {
            var spec = root.GetMap("spec");
            if (spec?.GetMap("limited") is { } limited)
            {
                Default(limited, "nominalConcurrencyShares", 30);
                Default(limited, "lendablePercent", 0);
                Queuing(limited.GetMap("limitResponse")?.GetMap("queuing"));
            }

            if (spec?.GetMap("exempt") is { } exempt)
            {
                Default(exempt, "nominalConcurrencyShares", 0);
                Default(exempt, "lendablePercent", 0);
            }
        },
        Validate = FlowControlValidation.PriorityLevel,
    };

    private static void Queuing(MapNode? queuing)
    {
        foreach (var (field, value) in (ReadOnlySpan<(string, long)>)[("queues", 64), ("handSize", 8), ("queueLengthLimit", 50)])
        {
            if (queuing is not null && Unset(queuing, field))
            {
                queuing[field] = ScalarNode.Integer(value);
            }
        }
    }

    private static bool Unset(MapNode map, string field) => map[field] is null or { IsNull: true } or ScalarNode { Text: "0" };
}
