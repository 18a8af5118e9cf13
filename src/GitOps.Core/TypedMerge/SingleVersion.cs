using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>A kind that has one version.</summary>
/// <param name="apiVersion">The version.</param>
/// <param name="type">Its schema.</param>
internal sealed class SingleVersion(string apiVersion, SchemaType type) : IVersionConverter
{
    /// <inheritdoc/>
    public SchemaType? TypeAt(string version) => string.Equals(version, apiVersion, StringComparison.Ordinal) ? type : null;

    /// <inheritdoc/>
    public MapNode? Convert(MapNode value, string version) => string.Equals(version, apiVersion, StringComparison.Ordinal) ? value : null;
}
