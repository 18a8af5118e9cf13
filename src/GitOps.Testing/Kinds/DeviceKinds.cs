using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>Rules of the kinds of dynamic resource allocation.</summary>
internal static class DeviceKinds
{
    public static KindRules Claim { get; } = new() { Default = static root => Requests(root.GetMap("spec")) };

    public static KindRules ClaimTemplate { get; } = new() { GenerationFields = ["spec"], Default = static root => Requests(root.GetMap("spec")?.GetMap("spec")) };

    public static KindRules Class { get; } = new() { GenerationFields = ["spec"] };

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
            }
        }
    }
}
