namespace GitOps.Engine;

/// <summary>The last good rendering of a unit and everything it read: it is used again until one of those look-ups would give another answer.</summary>
internal sealed record RenderCache(IReadOnlyList<TreeRead> Reads, IReadOnlyList<Manifest> Manifests)
{
    public bool IsCurrent(IFileTree tree) => RecordingFileTree.IsUnchanged(Reads, tree);
}
