using System.Globalization;

namespace GitOps.Testing;

/// <summary>What the API server's admission does to new pods: their priority, and the check of their runtime class.</summary>
internal static class PodAdmission
{
    private const string SchedulingGroup = "scheduling.k8s.io";
    private static readonly Dictionary<string, long> SystemClasses = new(StringComparer.Ordinal) { ["system-cluster-critical"] = 2_000_000_000, ["system-node-critical"] = 2_000_001_000 };

    public static void Admit(ClusterState state, MapNode pod)
    {
        var spec = pod.GetMap("spec")!;
        Priority(state, pod, spec);
        if (spec.GetString("runtimeClassName") is { Length: > 0 } runtime)
        {
            if (state.Registry.Find("node.k8s.io", "runtimeclasses")?.Store.Find("", runtime) is null)
            {
                throw Refuse(pod, $"pod rejected: RuntimeClass \"{runtime}\" not found");
            }
        }
        else if (spec.GetMap("overhead") is { Count: > 0 })
        {
            throw Refuse(pod, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
        }
    }

    private static void Priority(ClusterState state, MapNode pod, MapNode spec)
    {
        var classes = state.Registry.Find(SchedulingGroup, "priorityclasses")?.Store;
        var name = spec.GetString("priorityClassName") ?? "";
        long value = 0;
        var preemption = "PreemptLowerPriority";
        if (name.Length > 0)
        {
            var found = classes?.Find("", name)?.Root;
            if (found is null && !SystemClasses.TryGetValue(name, out value))
            {
                throw Refuse(pod, $"no PriorityClass with name {name} was found");
            }

            value = found?["value"] is ScalarNode number && number.TryGetInt64(out var given) ? given : value;
            preemption = found?.GetString("preemptionPolicy") ?? preemption;
        }
        else if (classes?.List("", out _).FirstOrDefault(static c => c.Root["globalDefault"] is ScalarNode flag && flag.AsBoolean()) is { } standard)
        {
            spec.Set("priorityClassName", standard.Name);
            value = standard.Root["value"] is ScalarNode number && number.TryGetInt64(out var given) ? given : 0;
            preemption = standard.Root.GetString("preemptionPolicy") ?? preemption;
        }

        if (spec["priority"] is ScalarNode asked && asked.TryGetInt64(out var wanted) && wanted != value)
        {
            throw Refuse(pod, string.Create(CultureInfo.InvariantCulture, $"the integer value of priority ({wanted}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name"));
        }

        if (spec.GetString("preemptionPolicy") is { Length: > 0 } policy && policy != preemption)
        {
            throw Refuse(pod, $"the string value of PreemptionPolicy ({policy}) must not be provided in pod spec; priority admission controller computed {preemption} from the given PriorityClass name");
        }

        spec["priority"] = ScalarNode.Integer(value);
        spec.Set("preemptionPolicy", preemption);
    }

    private static ApiException Refuse(MapNode pod, string why) => ApiException.Forbidden("", "pods", ObjectMeta.Name(pod), why);
}
