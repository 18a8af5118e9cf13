namespace GitOps.Engine;

/// <summary>The last good rendering of a unit and everything it read: it is used again until one of those look-ups would give another answer.</summary>
internal sealed record RenderCache(IReadOnlyList<TreeRead> Reads, RenderResult Result)
{
    public bool IsCurrent(IFileTree tree) => !Result.ReadsOutsideTheTree && RecordingFileTree.IsUnchanged(Reads, tree);
}
