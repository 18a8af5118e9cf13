using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>What is known of a directory and all that lies below it. Paths are relative to it.</summary>
internal sealed class TreeSummary
{
    public long Entries { get; set; }

    public int Depth { get; set; }

    public int LongestPath { get; set; }

    /// <summary>Directories with a <c>.sourceignore</c> file, parents before children.</summary>
    public List<(string Directory, ObjectId File)> IgnoreFiles { get; } = [];

    public List<(string Path, ObjectId Commit)> Submodules { get; } = [];

    public void Add(string name, int nameLength, TreeSummary child)
    {
        Entries += child.Entries;
        Depth = Math.Max(Depth, child.Depth + 1);
        LongestPath = child.Entries == 0 ? LongestPath : Math.Max(LongestPath, nameLength + 1 + child.LongestPath);
        foreach (var (directory, file) in child.IgnoreFiles)
        {
            IgnoreFiles.Add((directory.Length == 0 ? name : $"{name}/{directory}", file));
        }

        foreach (var (path, commit) in child.Submodules)
        {
            Submodules.Add(($"{name}/{path}", commit));
        }
    }
}
