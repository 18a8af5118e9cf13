using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>Sees an object at another version of its kind.</summary>
internal interface IVersionConverter
{
    /// <summary>The schema of a version.</summary>
    /// <param name="apiVersion">The version.</param>
    /// <returns>The schema, or <see langword="null"/> when the version is not served.</returns>
    SchemaType? TypeAt(string apiVersion);

    /// <summary>Converts an object.</summary>
    /// <param name="value">The object; it is not changed.</param>
    /// <param name="apiVersion">The version wanted.</param>
    /// <returns>The object at that version, itself when it has it already; <see langword="null"/> when it cannot be converted.</returns>
    MapNode? Convert(MapNode value, string apiVersion);
}
