using System.Text;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>
/// Walks a tree once before it is handed out: enforces the limits, finds what a mirror lost, and collects <c>.sourceignore</c> files and submodules.
/// What was found of a directory is kept by its id, so that the next commit costs what it changed.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TreeScan(ObjectStore store)
{
    private const int MaxKept = 100_000;

    private readonly BoundedCache<ObjectId, TreeSummary> _summaries = new(MaxKept);

    public TreeSummary Scan(ObjectId tree, GitLimits limits, string what)
    {
        var summary = Scan(tree, limits, what, 0);
        if (summary.LongestPath > limits.PathLength)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"{what}: a path has {summary.LongestPath} bytes, more than the limit of {limits.PathLength} (PathLength).");
        }

        return summary;
    }

    private TreeSummary Scan(ObjectId tree, GitLimits limits, string what, int depth)
    {
        if (depth > limits.TreeDepth)
        {
            throw TooDeep(limits, what);
        }

        if (_summaries.TryGet(tree, out var known))
        {
            return depth + known.Depth > limits.TreeDepth ? throw TooDeep(limits, what) : known;
        }

        var directory = store.GetDirectory(tree);
        var summary = new TreeSummary { Entries = directory.Count };
        foreach (var entry in directory.Entries)
        {
            var length = Encoding.UTF8.GetByteCount(entry.Name);
            summary.LongestPath = Math.Max(summary.LongestPath, length);
            switch (entry.Kind)
            {
                case GitEntryKind.Directory:
                    summary.Add(entry.Name, length, Scan(entry.Id, limits, what, depth + 1));
                    break;
                case GitEntryKind.Submodule:
                    summary.Submodules.Add((entry.Name, entry.Id));
                    break;
                case GitEntryKind.File:
                    store.Require(entry.Id);
                    if (entry.Name == SourceIgnore.FileName)
                    {
                        summary.IgnoreFiles.Add(("", entry.Id));
                    }

                    break;
            }

            if (summary.Entries > limits.TreeEntries)
            {
                throw new GitOpsException(Reasons.LimitExceeded, $"{what}: the directories hold more entries than the limit of {limits.TreeEntries} (TreeEntries).");
            }
        }

        _summaries.Keep(tree, summary);
        return summary;
    }

    private static GitOpsException TooDeep(GitLimits limits, string what) =>
        new(Reasons.LimitExceeded, $"{what}: directories nest deeper than the limit of {limits.TreeDepth} (TreeDepth).");
}
