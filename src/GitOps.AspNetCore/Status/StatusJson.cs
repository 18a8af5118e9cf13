using System.Buffers;
using System.Text.Json;

namespace GitOps.AspNetCore;

/// <summary>Writes the engine's state as the JSON of the status API.</summary>
internal static class StatusJson
{
    public static ReadOnlyMemory<byte> Units(IReadOnlyList<UnitStatus> units) => Write(json => List(json, units, Unit));

    public static ReadOnlyMemory<byte> Unit(UnitStatus unit) => Write(json => Unit(json, unit));

    public static ReadOnlyMemory<byte> Sources(IReadOnlyList<SourceStatus> sources) => Write(json => List(json, sources, static (json, source) =>
    {
        json.WriteStartObject();
        json.WriteString("name", source.Name);
        json.WriteString("kind", source.Kind);
        json.WriteString("revision", source.Revision?.ToString());
        if (source.Ready is { } ready)
        {
            json.WritePropertyName("ready");
            Condition(json, ready);
        }

        json.WriteEndObject();
    }));

    public static ReadOnlyMemory<byte> Plan(Plan plan) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("unit", plan.Request.UnitName);
        json.WriteString("revision", plan.Request.Revision?.ToString());
        json.WriteBoolean("canApply", plan.CanApply);
        json.WriteBoolean("hasChanges", plan.HasChanges);
        json.WritePropertyName("changes");
        List(json, plan.Changes, static (json, change) =>
        {
            json.WriteStartObject();
            json.WriteString("resource", change.Resource.ToString());
            json.WriteString("action", change.Action.ToString());
            json.WritePropertyName("fields");
            List(json, change.Fields, static (json, field) =>
            {
                json.WriteStartObject();
                json.WriteString("path", field.Path);
                json.WriteString("before", field.Before);
                json.WriteString("after", field.After);
                json.WriteEndObject();
            });
            json.WriteEndObject();
        });
        json.WritePropertyName("diagnostics");
        List(json, plan.Diagnostics, static (json, diagnostic) => json.WriteStringValue(diagnostic.ToString()));
        json.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Event(GitOpsEvent gitOpsEvent) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", gitOpsEvent.Id);
        json.WriteString("timestamp", gitOpsEvent.Timestamp);
        json.WriteString("severity", gitOpsEvent.Severity.ToString());
        json.WriteString("reason", gitOpsEvent.Reason);
        json.WriteString("message", gitOpsEvent.Message);
        json.WriteString("unit", gitOpsEvent.Unit);
        json.WriteString("source", gitOpsEvent.Source);
        json.WriteString("revision", gitOpsEvent.Revision?.ToString());
        json.WriteString("stage", gitOpsEvent.Stage);
        json.WriteEndObject();
    });

    private static void Unit(Utf8JsonWriter json, UnitStatus unit)
    {
        json.WriteStartObject();
        json.WriteString("name", unit.Name);
        json.WriteString("kind", unit.Kind);
        json.WriteString("source", unit.Source);
        json.WriteString("path", unit.Path);
        json.WriteBoolean("ready", unit.IsReady);
        json.WriteBoolean("suspended", unit.IsSuspended);
        json.WriteString("lastAppliedRevision", unit.LastAppliedRevision?.ToString());
        json.WriteString("lastAttemptedRevision", unit.LastAttemptedRevision?.ToString());
        json.WriteNumber("objects", unit.ObjectCount);
        json.WriteNumber("renders", unit.RenderCount);
        json.WritePropertyName("dependsOn");
        List(json, unit.DependsOn, static (json, name) => json.WriteStringValue(name));
        json.WritePropertyName("conditions");
        List(json, unit.Conditions, Condition);
        json.WritePropertyName("history");
        List(json, unit.History, static (json, record) =>
        {
            json.WriteStartObject();
            json.WriteString("revision", record.Revision?.ToString());
            json.WriteBoolean("succeeded", record.Succeeded);
            json.WriteString("reason", record.Reason);
            json.WriteString("message", record.Message);
            json.WriteString("firstAt", record.FirstAt);
            json.WriteString("lastAt", record.LastAt);
            json.WriteNumber("lastDurationSeconds", record.LastDuration.TotalSeconds);
            json.WriteNumber("count", record.Count);
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void Condition(Utf8JsonWriter json, Condition condition)
    {
        json.WriteStartObject();
        json.WriteString("type", condition.Type);
        json.WriteString("status", condition.Status.ToString());
        json.WriteString("reason", condition.Reason);
        json.WriteString("message", condition.Message);
        json.WriteString("lastTransitionTime", condition.LastTransitionTime);
        json.WriteEndObject();
    }

    private static void List<T>(Utf8JsonWriter json, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return buffer.WrittenMemory;
    }
}
