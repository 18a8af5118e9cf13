using System.Globalization;

namespace GitOps.Testing;

/// <summary>Makes the Table answers that kubectl prints.</summary>
internal static class Tables
{
    private const string NameHelp = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";
    private const string AgeHelp = "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    public static MapNode Make(ResourceDefinition definition, ResourceVersion version, IEnumerable<MapNode> objects, MapNode? metadata, RequestContext request)
    {
        var columns = TableColumns.For(definition, version);
        var table = new MapNode(5);
        table.Set("kind", "Table");
        table.Set("apiVersion", "meta.k8s.io/v1");
        var definitions = new ListNode();
        foreach (var column in columns)
        {
            var node = new MapNode(5);
            node.Set("name", column.Name);
            node.Set("type", column.Type);
            node.Set("format", column.Format.Length == 0 && column.Name == "Name" && column.Help.Length == 0 ? "name" : column.Format);
            node.Set("description", column.Help.Length > 0 ? column.Help : column.Name switch { "Name" => NameHelp, "Age" or "Created At" => AgeHelp, _ => "" });
            node["priority"] = ScalarNode.Integer(column.Priority);
            definitions.Add(node);
        }

        var rows = new ListNode();
        var now = request.Http.RequestServices is not null ? (TimeProvider)request.Http.Items["time"]! : TimeProvider.System;
        var include = request.Query("includeObject") ?? "Metadata";
        MapNode? last = null;
        foreach (var root in objects)
        {
            last = root;
            var row = new MapNode(2);
            row["cells"] = new ListNode(columns.Select(c => c.Read(root, now)));
            switch (include)
            {
                case "Object":
                    row["object"] = root;
                    break;
                case "None":
                    row["object"] = ScalarNode.Null();
                    break;
                default:
                    var partial = new MapNode(3);
                    partial.Set("kind", "PartialObjectMetadata");
                    partial.Set("apiVersion", "meta.k8s.io/v1");
                    partial["metadata"] = root.GetMap("metadata") ?? new MapNode();
                    row["object"] = partial;
                    break;
            }

            rows.Add(row);
        }

        if (metadata is null)
        {
            metadata = new MapNode(1);
            metadata.Set("resourceVersion", last is null ? "" : ObjectMeta.ResourceVersion(last));
        }

        table["metadata"] = metadata;
        table["columnDefinitions"] = definitions;
        table["rows"] = rows;
        return table;
    }

    /// <summary>An age as kubectl writes it: <c>5s</c>, <c>3m12s</c>, <c>4d</c>.</summary>
    public static string Age(string? timestamp, TimeProvider time) => Age(timestamp, time.GetUtcNow());

    /// <summary>The time between two moments, in the same form.</summary>
    public static string Age(string? timestamp, DateTimeOffset now)
    {
        if (timestamp is null || !DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since))
        {
            return "<unknown>";
        }

        var age = now - since;
        var seconds = (long)Math.Max(0, age.TotalSeconds);
        var minutes = seconds / 60;
        var hours = seconds / 3600;
        var days = seconds / 86400;
        return seconds < 120 ? $"{seconds}s"
            : minutes < 10 ? seconds % 60 == 0 ? $"{minutes}m" : $"{minutes}m{seconds % 60}s"
            : minutes < 180 ? $"{minutes}m"
            : hours < 8 ? minutes % 60 == 0 ? $"{hours}h" : $"{hours}h{minutes % 60}m"
            : hours < 48 ? $"{hours}h"
            : hours < 192 ? hours % 24 == 0 ? $"{days}d" : $"{days}d{hours % 24}h"
            : days < 730 ? $"{days}d"
            : $"{days / 365}y{(days % 365 == 0 ? "" : $"{days % 365}d")}";
    }
}
