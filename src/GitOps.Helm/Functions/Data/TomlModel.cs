using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Serialization;

namespace GitOps.Helm.Functions;

/// <summary>Gives Tomlyn's own table type to its reader without reflection, so that TOML works in native binaries too.</summary>
internal sealed class TomlModel : TomlSerializerContext
{
    /// <summary>How to read a document into a <see cref="TomlTable"/>.</summary>
    public static TomlTypeInfo<TomlTable> Table { get; } = GetBuiltInTypeInfo<TomlTable>(TomlSerializerOptions.Default);

    /// <inheritdoc/>
    public override TomlTypeInfo? GetTypeInfo(Type type, TomlSerializerOptions options) => type == typeof(TomlTable) ? Table : null;
}
