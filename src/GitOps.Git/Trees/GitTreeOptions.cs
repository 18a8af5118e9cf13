using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>How a tree is shown: what is left out, what is put in the place of submodules, what may be read.</summary>
internal sealed class GitTreeOptions
{
    public long MaxBlobSize { get; init; } = 25 * 1024 * 1024;

    public bool AllowLfsPointers { get; init; }

    public SourceIgnore? Ignore { get; init; }

    public IReadOnlyDictionary<TreePath, GitSubmodule> Submodules { get; init; } = new Dictionary<TreePath, GitSubmodule>();

    public bool HasInclusions => Ignore?.HasInclusions ?? false;

    /// <summary>Whether an entry of a directory that is shown is left out.</summary>
    public bool IsIgnored(ReadOnlySpan<string> path, bool isDirectory) => Ignore?.IsIgnored(path, isDirectory) ?? false;

    /// <summary>A directory's content id: what is seen of it depends on its tree object, on the rules from above, and on the submodules below it.</summary>
    public string DirectoryId(ObjectId tree, TreePath path)
    {
        var id = tree.Sha;
        if (Ignore?.FingerprintFor(path) is { Length: > 0 } rules)
        {
            id = $"{id}-{rules}";
        }

        return id;
    }
}
