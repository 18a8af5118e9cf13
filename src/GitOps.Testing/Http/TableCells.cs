using System.Globalization;

namespace GitOps.Testing;

/// <summary>Makes the cells that take more than reading a field.</summary>
internal static class TableCells
{
    public static string PodReady(MapNode pod)
    {
        var statuses = pod.GetMap("status")?.GetList("containerStatuses");
        var ready = statuses?.OfType<MapNode>().Count(static s => s["ready"] is ScalarNode r && r.AsBoolean()) ?? 0;
        var staying = pod.GetMap("spec")?.GetList("initContainers")?.OfType<MapNode>().Count(static c => c.GetString("restartPolicy") == "Always") ?? 0;
        return string.Create(CultureInfo.InvariantCulture, $"{ready}/{(pod.GetMap("spec")?.GetList("containers")?.Count ?? 0) + staying}");
    }

    public static string JobStatus(MapNode job)
    {
        var conditions = job.GetMap("status")?.GetList("conditions")?.OfType<MapNode>().Where(static c => c.GetString("status") == "True").Select(static c => c.GetString("type")).ToArray() ?? [];
        return conditions.Contains("Complete") ? "Complete"
            : conditions.Contains("Failed") ? "Failed"
            : ObjectMeta.IsDeleting(job) ? "Terminating"
            : conditions.Contains("Suspended") ? "Suspended"
            : conditions.Contains("FailureTarget") ? "FailureTarget"
            : conditions.Contains("SuccessCriteriaMet") ? "SuccessCriteriaMet"
            : "Running";
    }

    public static string Duration(MapNode job, TimeProvider now)
    {
        if (TableColumns.At(job, "status.startTime") is not ScalarNode { IsNull: false } start)
        {
            return "";
        }

        return TableColumns.At(job, "status.completionTime") is ScalarNode { IsNull: false } end
            && DateTimeOffset.TryParse(end.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var done)
            ? Tables.Age(start.Text, done)
            : Tables.Age(start.Text, now);
    }

    public static string ExternalAddress(MapNode service)
    {
        var spec = service.GetMap("spec") ?? new MapNode();
        var own = spec.GetList("externalIPs")?.OfType<ScalarNode>().Select(static a => a.Text).ToList() ?? [];
        switch (spec.GetString("type"))
        {
            case "ExternalName":
                return spec.GetString("externalName") ?? "";
            case "LoadBalancer":
                var given = (service.GetMap("status")?.GetMap("loadBalancer")?.GetList("ingress")?.OfType<MapNode>() ?? [])
                    .Select(static i => i.GetString("ip") ?? i.GetString("hostname") ?? "").Where(static a => a.Length > 0);
                var all = given.Concat(own).ToList();
                return all.Count == 0 ? "<pending>" : string.Join(",", all);
            default:
                return own.Count == 0 ? "<none>" : string.Join(",", own);
        }
    }

    public static string ClassParameters(MapNode ingressClass)
    {
        if (TableColumns.At(ingressClass, "spec.parameters") is not MapNode parameters)
        {
            return "<none>";
        }

        var group = parameters.GetString("apiGroup") is { Length: > 0 } g ? "." + g : "";
        return $"{parameters.GetString("kind")}{group}/{parameters.GetString("name")}";
    }

    /// <summary>A label selector as users write it.</summary>
    public static string Selector(MapNode? selector)
    {
        var terms = (selector?.GetMap("matchLabels") ?? []).OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => $"{e.Key}={(e.Value as ScalarNode)?.Text}").ToList();
        foreach (var expression in selector?.GetList("matchExpressions")?.OfType<MapNode>() ?? [])
        {
            var key = expression.GetString("key");
            var values = string.Join(",", (expression.GetList("values")?.OfType<ScalarNode>() ?? []).Select(static v => v.Text).Order(StringComparer.Ordinal));
            terms.Add(expression.GetString("operator") switch
            {
                "In" => $"{key} in ({values})",
                "NotIn" => $"{key} notin ({values})",
                "DoesNotExist" => "!" + key,
                _ => key!,
            });
        }

        return terms.Count == 0 ? "<none>" : string.Join(",", terms);
    }

    public static string Targets(MapNode autoscaler)
    {
        const int most = 2;
        if (autoscaler.GetString("apiVersion") == "autoscaling/v1")
        {
            return $"cpu: <unknown>/{TableColumns.Read(autoscaler, "spec.targetCPUUtilizationPercentage", "80")}%";
        }

        var metrics = (TableColumns.At(autoscaler, "spec.metrics") as ListNode)?.OfType<MapNode>().ToList() ?? [];
        if (metrics.Count == 0)
        {
            return "<none>";
        }

        var shown = string.Join(", ", metrics.Take(most).Select(Target));
        return metrics.Count > most ? string.Create(CultureInfo.InvariantCulture, $"{shown} + {metrics.Count - most} more...") : shown;
    }

    public static string Few(IEnumerable<string> values)
    {
        const int most = 3;
        var all = values.ToList();
        return all.Count == 0 ? "<unset>" : string.Join(",", all.Take(most)) + (all.Count > most ? string.Create(CultureInfo.InvariantCulture, $" + {all.Count - most} more...") : "");
    }

    public static string EventSource(MapNode added)
    {
        var component = TableColumns.Read(added, "deprecatedSource.component", "");
        var host = TableColumns.Read(added, "deprecatedSource.host", "");
        component = component.Length == 0 ? TableColumns.Read(added, "reportingController", "") : component;
        host = host.Length == 0 ? TableColumns.Read(added, "reportingInstance", "") : host;
        return host.Length == 0 ? component : $"{component}, {host}";
    }

    /// <summary>What is used of a quota: limits in one column, all the rest in another.</summary>
    public static string Quota(MapNode quota, bool limits)
    {
        var hard = quota.GetMap("status")?.GetMap("hard") ?? new MapNode();
        var used = quota.GetMap("status")?.GetMap("used") ?? new MapNode();
        return string.Join(", ", hard.Where(e => e.Key.StartsWith("limits.", StringComparison.Ordinal) == limits).OrderBy(static e => e.Key, StringComparer.Ordinal)
            .Select(e => $"{e.Key}: {used.GetString(e.Key) ?? "0"}/{(e.Value as ScalarNode)?.Text}"));
    }

    public static string Available(MapNode service)
    {
        var condition = (TableColumns.At(service, "status.conditions") as ListNode)?.OfType<MapNode>().FirstOrDefault(static c => c.GetString("type") == "Available");
        return condition is null ? "Unknown" : condition.GetString("status") == "True" ? "True" : $"{condition.GetString("status")} ({condition.GetString("reason")})";
    }

    public static string Parent(MapNode address)
    {
        if (TableColumns.At(address, "spec.parentRef") is not MapNode parent)
        {
            return "<none>";
        }

        var group = parent.GetString("group") is { Length: > 0 } g ? "." + g : "";
        var ns = parent.GetString("namespace") is { Length: > 0 } n ? n + "/" : "";
        return $"{parent.GetString("resource")}{group}/{ns}{parent.GetString("name")}";
    }

    public static string ClaimState(MapNode claim)
    {
        var states = new List<string>();
        if (ObjectMeta.IsDeleting(claim))
        {
            states.Add("deleted");
        }

        if (TableColumns.At(claim, "status.allocation") is not MapNode)
        {
            states.Add("pending");
        }
        else
        {
            states.Add("allocated");
            states.Add(TableColumns.At(claim, "status.reservedFor") is ListNode { Count: > 0 } ? "reserved" : "");
        }

        return string.Join(",", states.Where(static s => s.Length > 0));
    }

    /// <summary>A number that only some have.</summary>
    public static TableColumn Known(string name, string path) => new(name, "string", "", 0, (o, _) => TableColumns.At(o, path) is ScalarNode { IsNull: false } number ? number : ScalarNode.String("<none>"));

    private static string Target(MapNode metric)
    {
        var field = metric.GetString("type") switch { "Resource" => "resource", "ContainerResource" => "containerResource", "Pods" => "pods", "Object" => "object", _ => "external" };
        var target = TableColumns.At(metric, field + ".target") as MapNode ?? new MapNode();
        var wanted = target["averageUtilization"] is ScalarNode { IsNull: false } share ? share.Text + "%"
            : target.GetString("averageValue") is { } average ? average + (field is "object" or "external" ? " (avg)" : "")
            : target.GetString("value") ?? "<auto>";
        var name = field is "resource" or "containerResource" ? TableColumns.Read(metric, field + ".name", "") + ": " : "";
        return $"{name}<unknown>/{wanted}";
    }
}
