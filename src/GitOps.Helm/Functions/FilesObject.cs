using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary><c>.Files</c>: the chart's files that are neither templates nor values, by path, with the methods Helm gives them.</summary>
internal sealed partial class FilesObject : TypedMap
{
    /// <summary>Makes the object.</summary>
    /// <param name="files">Path to content (<see cref="byte"/> arrays).</param>
    public FilesObject(Dictionary<string, object?> files)
        : base("engine.files", GoType.Bytes, files)
    {
    }
}
