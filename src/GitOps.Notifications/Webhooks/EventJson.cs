using System.Buffers;
using System.Text.Json;

namespace GitOps.Notifications;

/// <summary>Writes an event as the JSON body of a webhook.</summary>
internal static class EventJson
{
    // Chat systems and proxies refuse very large bodies; the full list is in the engine's own event.
    private const int MaxItems = 200;

    public static ReadOnlyMemory<byte> Write(GitOpsEvent gitOpsEvent)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", gitOpsEvent.Id);
            json.WriteString("timestamp", gitOpsEvent.Timestamp);
            json.WriteString("severity", gitOpsEvent.Severity == EventSeverity.Error ? "error" : "info");
            json.WriteString("reason", gitOpsEvent.Reason);
            json.WriteString("message", gitOpsEvent.Message);
            json.WriteString("reportingController", "gitops");
            Text(json, "unit", gitOpsEvent.Unit);
            Text(json, "unitKind", gitOpsEvent.UnitKind);
            Text(json, "source", gitOpsEvent.Source);
            Text(json, "revision", gitOpsEvent.Revision?.ToString());
            Text(json, "stage", gitOpsEvent.Stage);
            Text(json, "commitAuthor", gitOpsEvent.CommitAuthor);
            Text(json, "commitMessage", gitOpsEvent.CommitMessage);
            List(json, "changes", gitOpsEvent.Changes, static (json, change) =>
            {
                Resource(json, change.Resource);
                json.WriteString("action", change.Action.ToString().ToLowerInvariant());
                Text(json, "error", change.Error?.ToString());
            });
            List(json, "drifts", gitOpsEvent.Drifts, static (json, drift) =>
            {
                Resource(json, drift.Resource);
                json.WriteBoolean("deleted", drift.IsDeleted);
                Text(json, "manager", drift.Manager);
                json.WriteStartArray("fields");
                foreach (var field in drift.Fields.Take(MaxItems))
                {
                    json.WriteStringValue(field.Path);
                }

                json.WriteEndArray();
            });
            List(json, "diagnostics", gitOpsEvent.Diagnostics, static (json, diagnostic) =>
            {
                json.WriteString("severity", diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning");
                json.WriteString("reason", diagnostic.Reason);
                json.WriteString("message", diagnostic.Message);
                Text(json, "location", diagnostic.Location?.ToString());
                if (diagnostic.Resource is { } resource)
                {
                    Resource(json, resource);
                }
            });
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Resource(Utf8JsonWriter json, ResourceId resource)
    {
        json.WriteString("group", resource.Group);
        json.WriteString("kind", resource.Kind);
        json.WriteString("namespace", resource.Namespace);
        json.WriteString("name", resource.Name);
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void List<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var item in items.Take(MaxItems))
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (items.Count > MaxItems)
        {
            json.WriteNumber($"{name}LeftOut", items.Count - MaxItems);
        }
    }
}
