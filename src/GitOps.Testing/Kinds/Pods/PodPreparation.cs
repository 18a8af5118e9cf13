namespace GitOps.Testing;

/// <summary>What the server adds to pods that are created, and takes out of pods and templates because its features are off by default.</summary>
internal static class PodPreparation
{
    public static void Create(MapNode root)
    {
        var spec = root.GetMap("spec")!;
        var status = root.GetOrAddMap("status");
        status.Set("phase", "Pending");
        status.Set("qosClass", QosClass(spec));
        if (spec.GetList("schedulingGates") is { Count: > 0 })
        {
            var condition = new MapNode();
            condition.Set("type", "PodScheduled");
            condition.Set("status", "False");
            condition["lastProbeTime"] = ScalarNode.Null();
            condition.Set("lastTransitionTime", root.GetMap("metadata")!.GetString("creationTimestamp")!);
            condition.Set("reason", "SchedulingGated");
            condition.Set("message", "Scheduling is blocked due to non-empty scheduling gates");
            status["conditions"] = new ListNode([condition]);
        }

        Tolerate(spec);
        SelectByLabelKeys(spec, root.GetMap("metadata")?.GetMap("labels"));
    }

    /// <summary>Pods tolerate for a while that their node is not well.</summary>
    public static void Tolerate(MapNode spec)
    {
        var tolerations = spec.GetList("tolerations") is { } known ? new ListNode(known) : new ListNode();
        foreach (var key in (ReadOnlySpan<string>)["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            if (!tolerations.OfType<MapNode>().Any(t => t.GetString("effect") is null or "" or "NoExecute" && t.GetString("key") is null or "" || t.GetString("key") == key))
            {
                var toleration = new MapNode();
                toleration.Set("key", key);
                toleration.Set("operator", "Exists");
                toleration.Set("effect", "NoExecute");
                toleration["tolerationSeconds"] = ScalarNode.Integer(300);
                tolerations.Add(toleration);
            }
        }

        spec["tolerations"] = tolerations;
    }

    /// <summary>Takes out of a pod spec what belongs to features that are off by default.</summary>
    public static void DropDisabled(MapNode spec)
    {
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers"])
        {
            foreach (var container in spec.GetList(list)?.OfType<MapNode>() ?? [])
            {
                if (container.GetMap("lifecycle") is { } lifecycle && lifecycle.Remove("stopSignal") && lifecycle.Count == 0)
                {
                    container.Remove("lifecycle");
                }
            }
        }

        foreach (var volume in spec.GetList("volumes")?.OfType<MapNode>() ?? [])
        {
            foreach (var source in volume.GetMap("projected")?.GetList("sources")?.OfType<MapNode>() ?? [])
            {
                source.Remove("clusterTrustBundle");
                source.Remove("podCertificate");
            }
        }
    }

    // The values that the pod itself has for the keys narrow which pods are counted.
    private static void SelectByLabelKeys(MapNode spec, MapNode? labels)
    {
        foreach (var constraint in spec.GetList("topologySpreadConstraints")?.OfType<MapNode>() ?? [])
        {
            Narrow(constraint, "matchLabelKeys", "In", labels);
        }

        foreach (var kind in (ReadOnlySpan<string>)["podAffinity", "podAntiAffinity"])
        {
            var affinity = spec.GetMap("affinity")?.GetMap(kind);
            var terms = (affinity?.GetList("requiredDuringSchedulingIgnoredDuringExecution")?.OfType<MapNode>() ?? [])
                .Concat((affinity?.GetList("preferredDuringSchedulingIgnoredDuringExecution")?.OfType<MapNode>() ?? []).Select(static t => t.GetMap("podAffinityTerm")).OfType<MapNode>());
            foreach (var term in terms)
            {
                Narrow(term, "matchLabelKeys", "In", labels);
                Narrow(term, "mismatchLabelKeys", "NotIn", labels);
            }
        }
    }

    private static void Narrow(MapNode term, string keys, string operation, MapNode? labels)
    {
        if (term.GetMap("labelSelector") is not { } selector)
        {
            return;
        }

        foreach (var key in term.GetList(keys)?.OfType<ScalarNode>() ?? [])
        {
            if (labels?.GetString(key.Text) is not { } value)
            {
                continue;
            }

            var expression = new MapNode();
            expression.Set("key", key.Text);
            expression.Set("operator", operation);
            expression["values"] = new ListNode([ScalarNode.String(value)]);
            var expressions = selector.GetList("matchExpressions") is { } known ? new ListNode(known) : new ListNode();
            expressions.Add(expression);
            selector["matchExpressions"] = expressions;
        }
    }

    private static string QosClass(MapNode spec)
    {
        var guaranteed = true;
        var any = false;
        // Amounts for the whole pod come before those of its containers.
        IEnumerable<MapNode> owners = spec.GetMap("resources") is { Count: > 0 } ? [spec]
            : (spec.GetList("containers")?.OfType<MapNode>() ?? []).Concat(spec.GetList("initContainers")?.OfType<MapNode>() ?? []);
        foreach (var owner in owners)
        {
            var limits = owner.GetMap("resources")?.GetMap("limits");
            var requests = owner.GetMap("resources")?.GetMap("requests");
            foreach (var name in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                any |= limits?.ContainsKey(name) == true || requests?.ContainsKey(name) == true;
                guaranteed &= limits?.GetString(name) is { } limit && limit == (requests?.GetString(name) ?? limit);
            }
        }

        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
