namespace GitOps.Testing.Kits;

/// <summary>Checks that a custom <see cref="ISource"/> keeps the promises that the engine relies on. Call it from a test of any framework.</summary>
public static class SourceConformance
{
    private const int MaxEntries = 10_000;

    /// <summary>Checks a source that holds at least one file and does not change meanwhile.</summary>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>The check.</returns>
    /// <exception cref="ConformanceFailedException">A promise is not kept.</exception>
    public static async Task CheckAsync(ISource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var first = await source.ProbeAsync(cancellationToken).ConfigureAwait(false);
        var second = await source.ProbeAsync(cancellationToken).ConfigureAwait(false);
        Require(first.SameContent(second), $"two probes of an unchanged source must give the same revision, but gave {first} and {second}");
        Require(Revision.TryParse(first.ToString(), out var parsed) && parsed.SameContent(first), $"the revision '{first}' must survive being written and read");

        var artifact = await source.FetchAsync(first, cancellationToken).ConfigureAwait(false);
        var again = await source.FetchAsync(first, cancellationToken).ConfigureAwait(false);
        Require(artifact.Revision.SameContent(first), $"fetching {first} must give that revision, but gave {artifact.Revision}");
        var files = CheckTree(artifact.Tree, cancellationToken);
        Require(files.Count > 0, "the source must hold at least one file to be checked");
        foreach (var (path, id) in files)
        {
            var other = again.Tree.Find(TreePath.Parse(path));
            Require(other?.ContentId == id, $"'{path}' must have the same content id in two fetches of one revision");
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync().ConfigureAwait(false);
        await RequireCancelledAsync(async () => await source.ProbeAsync(cancelled.Token).ConfigureAwait(false), "ProbeAsync").ConfigureAwait(false);
    }

    /// <summary>Checks a file tree: what it lists it finds and reads, and nothing leaves it.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>The content id of every file by its path.</returns>
    /// <exception cref="ConformanceFailedException">A promise is not kept.</exception>
    public static IReadOnlyDictionary<string, string> CheckTree(IFileTree tree, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var directories = new Queue<TreePath>([TreePath.Root]);
        while (directories.TryDequeue(out var directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in tree.List(directory))
            {
                Require(entry.Path.IsWithin(directory), $"List({directory}) must not name '{entry.Path}', which lies outside");
                if (entry.Kind == TreeEntryKind.Link)
                {
                    Require(tree.Find(entry.Path) is null, $"Find('{entry.Path}') must give null: the link leads nowhere or outside");
                    continue;
                }

                Require(tree.Find(entry.Path)?.ContentId == entry.ContentId, $"Find('{entry.Path}') must give what List({directory}) lists");
                Require(entry.ContentId.Length > 0 || entry.Kind != TreeEntryKind.File, $"the file '{entry.Path}' must have a content id");
                if (entry.Kind == TreeEntryKind.Directory)
                {
                    directories.Enqueue(entry.Path);
                }
                else if (entry.Kind == TreeEntryKind.File && files.Count < MaxEntries)
                {
                    var content = tree.Read(entry.Path);
                    Require(content.Length == entry.Size, $"'{entry.Path}' must have the {entry.Size} bytes its entry says, but has {content.Length}");
                    files[entry.Path.Value] = entry.ContentId;
                }
            }
        }

        Require(tree.Find(TreePath.Parse("gitops-conformance-no-such-file")) is null, "Find must give null for a path that does not exist");
        return files;
    }

    internal static void Require(bool kept, string promise)
    {
        if (!kept)
        {
            throw new ConformanceFailedException(promise);
        }
    }

    internal static async Task RequireCancelledAsync(Func<Task> call, string what)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new ConformanceFailedException($"{what} must end with an OperationCanceledException when its token is cancelled");
    }
}
