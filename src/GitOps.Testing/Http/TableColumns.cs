namespace GitOps.Testing;

/// <summary>The columns that each kind is printed with.</summary>
internal static class TableColumns
{
    private const string ConfigMapHelp = "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.";
    private static readonly TableColumn Name = new("Name", "string", "", 0, static (o, _) => ScalarNode.String(ObjectMeta.Name(o)));
    private static readonly TableColumn Age = new("Age", "string", "", 0, static (o, t) => ScalarNode.String(Tables.Age(o.GetMap("metadata")?.GetString("creationTimestamp"), t)));

    public static IReadOnlyList<TableColumn> For(ResourceDefinition definition, ResourceVersion version)
    {
        if (definition.IsCustom)
        {
            return Custom(version);
        }

        return (definition.Group, definition.Kind) switch
        {
            ("", "ConfigMap") => [Name, new("Data", "string", ConfigMapHelp, 0, static (o, _) => Integer((o.GetMap("data")?.Count ?? 0) + (o.GetMap("binaryData")?.Count ?? 0))), Age],
            ("", "Secret") => [Name, Text("Type", "type"), new("Data", "string", "Data contains the secret data.", 0, static (o, _) => Integer(o.GetMap("data")?.Count ?? 0)), Age],
            ("", "Namespace") => [Name, Text("Status", "status.phase"), Age],
            ("", "Pod") => [Name, new("Ready", "string", "The aggregate readiness state of this pod for accepting traffic.", 0, static (o, _) => ScalarNode.String(PodReady(o))), Text("Status", "status.phase"), new("Restarts", "string", "The number of times the containers in this pod have been restarted.", 0, static (_, _) => ScalarNode.String("0")), Age],
            ("", "Service") => [Name, Text("Type", "spec.type"), Text("Cluster-IP", "spec.clusterIP"), new("External-IP", "string", "", 0, static (_, _) => ScalarNode.String("<none>")), new("Port(s)", "string", "", 0, static (o, _) => ScalarNode.String(Ports(o))), Age],
            ("apps", "Deployment") => [Name, new("Ready", "string", "Number of the pod with ready state", 0, static (o, _) => ScalarNode.String($"{Read(o, "status.readyReplicas", "0")}/{Read(o, "spec.replicas", "0")}")), Count("Up-to-date", "status.updatedReplicas"), Count("Available", "status.availableReplicas"), Age],
            ("apps", "StatefulSet") => [Name, new("Ready", "string", "Number of the pod with ready state", 0, static (o, _) => ScalarNode.String($"{Read(o, "status.readyReplicas", "0")}/{Read(o, "spec.replicas", "0")}")), Age],
            ("apps", "ReplicaSet") => [Name, Count("Desired", "spec.replicas"), Count("Current", "status.replicas"), Count("Ready", "status.readyReplicas"), Age],
            ("apps", "DaemonSet") => [Name, Count("Desired", "status.desiredNumberScheduled"), Count("Current", "status.currentNumberScheduled"), Count("Ready", "status.numberReady"), Count("Up-to-date", "status.updatedNumberScheduled"), Count("Available", "status.numberAvailable"), Age],
            ("batch", "Job") => [Name, new("Status", "string", "", 0, static (o, _) => ScalarNode.String(JobStatus(o))), new("Completions", "string", "", 0, static (o, _) => ScalarNode.String($"{Read(o, "status.succeeded", "0")}/{Read(o, "spec.completions", "1")}")), Age],
            ("apiextensions.k8s.io", "CustomResourceDefinition") => [Name, new("Created At", "string", "", 0, static (o, _) => o.GetMap("metadata")?["creationTimestamp"] ?? ScalarNode.Null())],
            _ => [Name, Age],
        };
    }

    private static IReadOnlyList<TableColumn> Custom(ResourceVersion version)
    {
        var columns = new List<TableColumn> { Name };
        if (version.Source?.GetList("additionalPrinterColumns") is not { Count: > 0 } given)
        {
            columns.Add(new("Age", "date", "", 0, static (o, t) => ScalarNode.String(Tables.Age(o.GetMap("metadata")?.GetString("creationTimestamp"), t))));
            return columns;
        }

        foreach (var column in given.OfType<MapNode>())
        {
            var path = (column.GetString("jsonPath") ?? "").TrimStart('.');
            var type = column.GetString("type") ?? "string";
            var priority = column["priority"] is ScalarNode p && p.TryGetInt64(out var number) ? (int)number : 0;
            columns.Add(new(
                column.GetString("name") ?? "",
                type,
                column.GetString("description") ?? "",
                priority,
                (o, t) => type == "date" ? ScalarNode.String(Tables.Age(FieldSelector.ReadPath(o, path), t)) : At(o, path) is ScalarNode scalar ? scalar : ScalarNode.Null(),
                column.GetString("format") ?? ""));
        }

        return columns;
    }

    private static TableColumn Text(string name, string path) => new(name, "string", "", 0, (o, _) => ScalarNode.String(Read(o, path, "")));

    private static TableColumn Count(string name, string path) => new(name, "integer", "", 0, (o, _) => At(o, path) as ScalarNode ?? Integer(0));

    private static string Read(MapNode root, string path, string absent) => (At(root, path) as ScalarNode)?.Text ?? absent;

    private static Node? At(MapNode root, string path)
    {
        Node? node = root;
        foreach (var step in path.Split('.'))
        {
            node = (node as MapNode)?[step];
        }

        return node;
    }

    private static ScalarNode Integer(long value) => ScalarNode.Integer(value);

    private static string PodReady(MapNode pod)
    {
        var statuses = pod.GetMap("status")?.GetList("containerStatuses");
        var ready = statuses?.OfType<MapNode>().Count(static s => s["ready"] is ScalarNode r && r.AsBoolean()) ?? 0;
        return $"{ready}/{pod.GetMap("spec")?.GetList("containers")?.Count ?? 0}";
    }

    private static string Ports(MapNode service)
    {
        var ports = service.GetMap("spec")?.GetList("ports")?.OfType<MapNode>()
            .Select(static p => $"{p.GetString("port")}{(p.GetString("nodePort") is { } node ? ":" + node : "")}/{p.GetString("protocol")}");
        return ports is null ? "<none>" : string.Join(',', ports);
    }

    private static string JobStatus(MapNode job)
    {
        foreach (var condition in job.GetMap("status")?.GetList("conditions")?.OfType<MapNode>() ?? [])
        {
            if (condition.GetString("status") == "True" && condition.GetString("type") is "Complete" or "Failed" or "Suspended")
            {
                return condition.GetString("type")!;
            }
        }

        return "Running";
    }
}
