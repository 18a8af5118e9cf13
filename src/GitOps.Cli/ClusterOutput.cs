using GitOps.Json;
using GitOps.Yaml;

namespace GitOps.Cli;

/// <summary>Prints plans and results, for people or as JSON or YAML.</summary>
internal static class ClusterOutput
{
    public static string Verb(ChangeAction action) => action switch
    {
        ChangeAction.Created => "created",
        ChangeAction.Configured => "configured",
        ChangeAction.Recreated => "recreated",
        ChangeAction.Deleted => "deleted",
        ChangeAction.Skipped => "skipped",
        ChangeAction.Ran => "ran",
        _ => "unchanged",
    };

    public static void PrintDiagnostics(IEnumerable<Diagnostic> diagnostics, TextWriter error)
    {
        foreach (var diagnostic in diagnostics)
        {
            error.WriteLine($"{(diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning")}: {diagnostic}");
        }
    }

    /// <summary>Prints what a plan would do, field by field.</summary>
    public static void PrintPlan(Plan plan, string format, TextWriter output)
    {
        if (format != "text")
        {
            Print(PlanTree(plan), format, output);
            return;
        }

        foreach (var change in plan.Changes.Where(c => c.Action != ChangeAction.Unchanged))
        {
            output.WriteLine($"{Mark(change.Action)} {change.Resource} {Verb(change.Action)}{(change.Note.Length == 0 ? "" : $" ({change.Note})")}");
            foreach (var field in change.Fields)
            {
                output.WriteLine($"    {field.Path}: {field.Before ?? "(none)"} -> {field.After ?? "(none)"}");
            }

            foreach (var conflict in change.Conflicts)
            {
                output.WriteLine($"    {conflict.Path} is taken over from {conflict.Manager}{(conflict.Since is { } since ? $", who wrote it at {since:u}" : "")}");
            }
        }

        output.WriteLine(Summary(plan.Changes.Select(c => c.Action), planned: true));
    }

    public static void PrintChanges(ChangeSet changes, HealthReport? health, string format, TextWriter output)
    {
        if (format == "text")
        {
            output.WriteLine(Summary(changes.Changes.Where(c => c.Error is null).Select(c => c.Action), planned: false));
            return;
        }

        var root = new MapNode();
        var list = new ListNode();
        foreach (var change in changes.Changes)
        {
            var map = Resource(change.Resource);
            map.Set("action", Verb(change.Action));
            if (change.Error is { } error)
            {
                map.Set("error", error.Message);
                map.Set("reason", error.Reason);
            }

            list.Add(map);
        }

        root.Set("changes", list);
        root.Set("diagnostics", Diagnostics(changes.Diagnostics));
        if (health is not null)
        {
            root.Set("health", new ListNode(health.Objects.Select(o =>
            {
                var map = Resource(o.Resource);
                map.Set("status", o.Status.ToString());
                map.Set("message", o.Message);
                return map;
            })));
        }

        Print(root, format, output);
    }

    private static MapNode PlanTree(Plan plan)
    {
        var root = new MapNode();
        var list = new ListNode();
        foreach (var change in plan.Changes)
        {
            var map = Resource(change.Resource);
            map.Set("action", Verb(change.Action));
            if (change.Note.Length > 0)
            {
                map.Set("note", change.Note);
            }

            if (change.Fields.Count > 0)
            {
                map.Set("fields", new ListNode(change.Fields.Select(f =>
                {
                    var field = new MapNode();
                    field.Set("path", f.Path);
                    field.Set("before", Value(f.Before));
                    field.Set("after", Value(f.After));
                    return field;
                })));
            }

            if (change.Conflicts.Count > 0)
            {
                map.Set("conflicts", new ListNode(change.Conflicts.Select(c =>
                {
                    var conflict = new MapNode();
                    conflict.Set("path", c.Path);
                    conflict.Set("manager", c.Manager);
                    if (c.Since is { } since)
                    {
                        conflict.Set("since", since.UtcDateTime.ToString("o", System.Globalization.CultureInfo.InvariantCulture));
                    }

                    return conflict;
                })));
            }

            list.Add(map);
        }

        root.Set("changes", list);
        root.Set("diagnostics", Diagnostics(plan.Diagnostics));
        return root;
    }

    private static Node Value(string? json) => json is null ? ScalarNode.Null() : JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(json.EndsWith("...", StringComparison.Ordinal) ? "\"(too long to show)\"" : json));

    private static MapNode Resource(ResourceId id)
    {
        var map = new MapNode();
        map.Set("group", id.Group);
        map.Set("kind", id.Kind);
        map.Set("namespace", id.Namespace);
        map.Set("name", id.Name);
        return map;
    }

    private static ListNode Diagnostics(IReadOnlyList<Diagnostic> diagnostics) => new(diagnostics.Select(d =>
    {
        var map = new MapNode();
        map.Set("severity", d.Severity == DiagnosticSeverity.Error ? "error" : "warning");
        map.Set("reason", d.Reason);
        map.Set("message", d.Message);
        if (d.Resource is { } id)
        {
            map.Set("resource", id.ToString());
        }

        if (d.Location is { } location)
        {
            map.Set("location", location.ToString());
        }

        return map;
    }));

    private static void Print(MapNode root, string format, TextWriter output) => output.WriteLine(format == "json" ? JsonTreeWriter.WriteText(root, indented: true) : YamlWriter.Write(root).TrimEnd());

    private static string Summary(IEnumerable<ChangeAction> actions, bool planned)
    {
        var counts = actions.GroupBy(a => a).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Verb(g.Key)}").ToList();
        return counts.Count == 0 ? "nothing to do" : (planned ? "planned: " : "done: ") + string.Join(", ", counts);
    }

    private static char Mark(ChangeAction action) => action switch
    {
        ChangeAction.Created => '+',
        ChangeAction.Deleted => '-',
        ChangeAction.Skipped => '=',
        _ => '~',
    };
}
