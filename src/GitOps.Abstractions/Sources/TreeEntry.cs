namespace GitOps;

/// <summary>One entry of a file tree.</summary>
/// <param name="Path">The path that was asked for or listed.</param>
/// <param name="Kind">What it is; symbolic links are resolved where that is possible.</param>
/// <param name="ContentId">An id of the content: two entries with one id hold the same bytes (files) or the same entries (directories). Ids of different sources are not comparable.</param>
/// <param name="Size">A file's size in bytes; 0 for all else.</param>
public sealed record TreeEntry(TreePath Path, TreeEntryKind Kind, string ContentId, long Size);
