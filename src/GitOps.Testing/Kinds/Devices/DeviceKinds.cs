using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Rules of the kinds of dynamic resource allocation.</summary>
internal static class DeviceKinds
{
    public static KindRules Claim { get; } = new()
    {
        Default = static root => Requests(root.GetMap("spec")),
        ValidateCreate = static (root, errors) => DeviceClaimValidation.Spec(Check.Of(root, errors).Child("spec")),
        ValidateUpdate = static (root, old, errors) => WorkloadKinds.Immutable(root, old, errors, "spec"),
    };

    public static KindRules ClaimTemplate { get; } = new()
    {
        Default = static root => Requests(root.GetMap("spec")?.GetMap("spec")),
        ValidateCreate = static (root, errors) =>
        {
            var spec = Check.Of(root, errors).Child("spec");
            spec.Child("metadata").Labels("labels");
            DeviceClaimValidation.Spec(spec.Child("spec"));
        },
        ValidateUpdate = static (root, old, errors) => WorkloadKinds.Immutable(root, old, errors, "spec"),
    };

    public static KindRules Class { get; } = new() { ChecksPrefix = false, GenerationFields = ["spec"], Validate = DeviceClaimValidation.Class };

    public static KindRules Slice { get; } = new()
    {
        GenerationFields = ["spec"],
        SelectableFields = ["spec.nodeName", "spec.driver"],
        Validate = DeviceSliceValidation.Slice,
        ValidateUpdate = static (root, old, errors) =>
        {
            WorkloadKinds.Immutable(root, old, errors, "spec", "pool", "name");
            WorkloadKinds.Immutable(root, old, errors, "spec", "driver");
            WorkloadKinds.Immutable(root, old, errors, "spec", "nodeName");
        },
    };

    private static void Requests(MapNode? spec)
    {
        foreach (var request in spec?.GetMap("devices")?.GetList("requests")?.OfType<MapNode>() ?? [])
        {
            // In the first versions a request had its fields itself; since v1 they stand under "exactly", or in a list of choices.
            IEnumerable<MapNode?> devices = [request.GetMap("exactly"), .. request.GetList("firstAvailable")?.OfType<MapNode>() ?? [], request.ContainsKey("deviceClassName") ? request : null];
            foreach (var device in devices.OfType<MapNode>())
            {
                Default(device, "allocationMode", "ExactCount");
                if (device.GetString("allocationMode") == "ExactCount")
                {
                    Default(device, "count", 1);
                }

                Tolerations(device);
            }
        }
    }

    private static void Tolerations(MapNode device)
    {
        foreach (var toleration in device.GetList("tolerations")?.OfType<MapNode>() ?? [])
        {
            Default(toleration, "operator", "Equal");
        }
    }
}
