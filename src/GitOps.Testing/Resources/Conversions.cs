namespace GitOps.Testing;

/// <summary>Conversions between the versions of built-in kinds that have several.</summary>
internal static class Conversions
{
    private const string MetricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";
    private const string BehaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";

    public static Func<MapNode, string, MapNode>? For(string group, string kind, IReadOnlyDictionary<string, SchemaType> types) =>
        (group, kind) == ("autoscaling", "HorizontalPodAutoscaler")
            ? (root, apiVersion) =>
            {
                var converted = apiVersion == "autoscaling/v1" ? ToV1(root) : ToV2(root);
                var result = ServerForm.Object(types[apiVersion["autoscaling/".Length..]], converted);
                result.Set("apiVersion", apiVersion);
                result.Set("kind", kind);
                return result;
            }
    : null;

    private static MapNode ToV1(MapNode root)
    {
        var copy = (MapNode)root.DeepClone();
        var spec = copy.GetOrAddMap("spec");
        var rest = new ListNode();
        foreach (var metric in spec.GetList("metrics")?.OfType<MapNode>() ?? [])
        {
            var resource = metric.GetMap("resource");
            if (resource?.GetString("name") == "cpu" && resource.GetMap("target")?["averageUtilization"] is { } target)
            {
                spec["targetCPUUtilizationPercentage"] = target;
            }
            else
            {
                rest.Add(metric);
            }
        }

        spec.Remove("metrics");
        if (rest.Count > 0)
        {
            copy.GetOrAddMap("metadata").GetOrAddMap("annotations").Set(MetricsAnnotation, Json.JsonTreeWriter.WriteText(rest));
        }

        if (spec["behavior"] is { } behavior)
        {
            copy.GetOrAddMap("metadata").GetOrAddMap("annotations").Set(BehaviorAnnotation, Json.JsonTreeWriter.WriteText(behavior));
            spec.Remove("behavior");
        }

        return copy;
    }

    private static MapNode ToV2(MapNode root)
    {
        var copy = (MapNode)root.DeepClone();
        var spec = copy.GetOrAddMap("spec");
        var metrics = new ListNode();
        if (spec["targetCPUUtilizationPercentage"] is { IsNull: false } percentage)
        {
            var metric = new MapNode();
            metric.Set("type", "Resource");
            var resource = metric.GetOrAddMap("resource");
            resource.Set("name", "cpu");
            var target = resource.GetOrAddMap("target");
            target.Set("type", "Utilization");
            target["averageUtilization"] = percentage;
            metrics.Add(metric);
        }

        spec.Remove("targetCPUUtilizationPercentage");
        if (copy.GetMap("metadata")?.GetMap("annotations") is { } annotations)
        {
            if (Take(annotations, MetricsAnnotation) is ListNode more)
            {
                foreach (var metric in more)
                {
                    metrics.Add(metric);
                }
            }

            if (Take(annotations, BehaviorAnnotation) is { } behavior)
            {
                spec["behavior"] = behavior;
            }
        }

        if (metrics.Count > 0)
        {
            spec["metrics"] = metrics;
        }

        return copy;
    }

    private static Node? Take(MapNode annotations, string key)
    {
        if (annotations.GetString(key) is not { } text)
        {
            return null;
        }

        try
        {
            var value = Json.JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(text));
            annotations.Remove(key);
            return value;
        }
        catch (GitOpsException)
        {
            // Not what a conversion wrote: the annotation is the user's own and stays.
            return null;
        }
    }
}
