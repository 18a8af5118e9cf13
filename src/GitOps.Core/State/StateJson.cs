using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace GitOps.State;

/// <summary>Writes and reads what the store keeps, without reflection.</summary>
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(UnitState))]
[JsonSerializable(typeof(SourceState))]
[JsonSerializable(typeof(GitOpsEvent))]
internal sealed partial class StateJson : JsonSerializerContext
{
    public static ReadOnlyMemory<byte> Write(UnitState state) => JsonSerializer.SerializeToUtf8Bytes(state, Default.UnitState);

    public static ReadOnlyMemory<byte> Write(SourceState state) => JsonSerializer.SerializeToUtf8Bytes(state, Default.SourceState);

    public static ReadOnlyMemory<byte> Write(GitOpsEvent gitOpsEvent) => JsonSerializer.SerializeToUtf8Bytes(gitOpsEvent, Default.GitOpsEvent);

    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out UnitState? state) => TryRead(json, Default.UnitState, out state);

    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out SourceState? state) => TryRead(json, Default.SourceState, out state);

    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out GitOpsEvent? gitOpsEvent) => TryRead(json, Default.GitOpsEvent, out gitOpsEvent);

    private static bool TryRead<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value)
        where T : class
    {
        try
        {
            value = JsonSerializer.Deserialize(json.Span, type);
            return value is not null;
        }
        catch (JsonException)
        {
            // Written by another version, or damaged: it counts as not there.
            value = null;
            return false;
        }
    }
}
