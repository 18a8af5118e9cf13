namespace GitOps.Testing;

/// <summary>Rules of runtime classes.</summary>
internal static class RuntimeClassKind
{
    public static KindRules Rules { get; } = new()
    {
        Validate = static (root, errors) =>
        {
            var type = Check.Of(root, errors);
            if (Names.DnsLabel(type.Text("handler")) is { } problem)
            {
                errors.Add(FieldError.Invalid("handler", type.Text("handler"), problem));
            }

            if (type.HasMap("overhead"))
            {
                // Judged like the limits of a container, and found wrong under that name.
                var limits = new MapNode();
                limits["limits"] = type.Child("overhead").Map["podFixed"] ?? new MapNode();
                ResourceValidation.Container(new Check(limits, "overhead", errors));
            }

            if (type.HasMap("scheduling"))
            {
                type.Child("scheduling").Labels("nodeSelector");
                foreach (var toleration in type.Child("scheduling").Items("tolerations"))
                {
                    SchedulingValidation.Toleration(toleration);
                }
            }
        },
        ValidateUpdate = static (root, old, errors) => WorkloadKinds.Immutable(root, old, errors, "handler"),
    };
}
