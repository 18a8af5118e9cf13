using System.Collections.Concurrent;
using System.Text;

namespace GitOps;

/// <summary>Records every look-up in a file tree, also those that found nothing, so that a render can be skipped when none would change.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class RecordingFileTree : IFileTree
{
    private const string Nothing = "-";

    private readonly IFileTree _inner;
    private readonly ConcurrentDictionary<(TreePath, TreeReadKind), string> _reads = new();

    /// <summary>Makes a recorder.</summary>
    /// <param name="inner">The tree to look in.</param>
    public RecordingFileTree(IFileTree inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
    }

    /// <summary>The look-ups so far, each once, in ordinal order of their paths.</summary>
    /// <returns>The read set.</returns>
    public IReadOnlyList<TreeRead> GetReads() =>
        [.. _reads.Select(r => new TreeRead(r.Key.Item1, r.Key.Item2, r.Value)).OrderBy(r => r.Path).ThenBy(r => r.Kind)];

    /// <summary>Whether every look-up of a read set would give the same answer in a tree.</summary>
    /// <param name="reads">The read set.</param>
    /// <param name="tree">The tree, of the same source as the one that was recorded.</param>
    /// <returns><see langword="true"/> when a render would read the same bytes.</returns>
    public static bool IsUnchanged(IReadOnlyList<TreeRead> reads, IFileTree tree)
    {
        ArgumentNullException.ThrowIfNull(reads);
        ArgumentNullException.ThrowIfNull(tree);
        foreach (var read in reads)
        {
            var answer = read.Kind switch
            {
                TreeReadKind.List => ListAnswer(tree.List(read.Path)),
                TreeReadKind.Read => tree.Find(read.Path) is { Kind: TreeEntryKind.File } file ? file.ContentId : Nothing,
                _ => FindAnswer(tree.Find(read.Path)),
            };
            if (!string.Equals(answer, read.Answer, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public TreeEntry? Find(TreePath path)
    {
        var entry = _inner.Find(path);
        _reads[(path, TreeReadKind.Find)] = FindAnswer(entry);
        return entry;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TreeEntry> List(TreePath directory)
    {
        var entries = _inner.List(directory);
        _reads[(directory, TreeReadKind.List)] = ListAnswer(entries);
        return entries;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(TreePath file)
    {
        _reads[(file, TreeReadKind.Read)] = _inner.Find(file) is { Kind: TreeEntryKind.File } entry ? entry.ContentId : Nothing;
        return _inner.Read(file);
    }

    // A find or a listing depends on names and kinds, not on what the files hold.
    private static string FindAnswer(TreeEntry? entry) => entry is null ? Nothing : entry.Kind.ToString();

    private static string ListAnswer(IReadOnlyList<TreeEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            text.Append(entry.Kind).Append(' ').Append(entry.Path.Name).Append('\n');
        }

        return text.ToString();
    }
}
