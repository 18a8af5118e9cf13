namespace GitOps;

/// <summary>
/// The files of one revision: read-only and content-addressed. Nothing outside the tree can be reached through it:
/// symbolic links are followed inside the tree only; one that leads elsewhere is listed (<see cref="TreeEntryKind.Link"/>) and not found.
/// </summary>
/// <remarks>Implementations are thread-safe. Calls are synchronous because an artifact is local by the time it is handed out.</remarks>
public interface IFileTree
{
    /// <summary>Looks a path up; symbolic links are resolved.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The entry, or <see langword="null"/> when there is none or a link leads nowhere or outside the tree.</returns>
    TreeEntry? Find(TreePath path);

    /// <summary>Lists a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>Its entries in ordinal order of their names; empty when there is no such directory.</returns>
    IReadOnlyList<TreeEntry> List(TreePath directory);

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="GitOpsException">There is no such file (<see cref="Reasons.NotFound"/>), or it is larger than the tree's limit (<see cref="Reasons.LimitExceeded"/>).</exception>
    ReadOnlyMemory<byte> Read(TreePath file);
}
