using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Finds out whether a repository on disk can be built on: a fetch sends only what it thinks is missing.</summary>
internal sealed class MirrorCheck
{
    private readonly PackCheck _packs = new();

    public static bool CanOpen(string path)
    {
        try
        {
            using var repository = new Repository(path);
            return true;
        }
        catch (LibGit2SharpException)
        {
            return false;
        }
    }

    /// <summary>Whether an object leads to a commit with a tree.</summary>
    public static bool Leads(Repository repository, string objectId)
    {
        try
        {
            return repository.FindCommit(objectId)?.Tree is not null;
        }
        catch (LibGit2SharpException)
        {
            return false;
        }
    }

    /// <summary>A look before each fetch. Packs are checked once in a process, byte by byte; files are checked when they are read.</summary>
    public bool IsSound(string path)
    {
        try
        {
            using var repository = new Repository(path);
            return repository.Refs.FromGlob(MirrorReferences.Fetched).All(r => repository.FindCommit(r.TargetIdentifier)?.Tree is not null)
                && _packs.AreWhole(Path.Combine(path, "objects", "pack"));
        }
        catch (Exception exception) when (exception is LibGit2SharpException or IOException)
        {
            return false;
        }
    }

    /// <summary>Whether nothing is missing of the trees that the references lead to.</summary>
    public static bool IsWhole(string path)
    {
        using var store = new ObjectStore(path);
        try
        {
            var limits = new GitLimits { TreeDepth = int.MaxValue, TreeEntries = int.MaxValue, PathLength = int.MaxValue };
            var scan = new TreeScan(store);
            foreach (var tree in store.Use(repository => repository.Refs.FromGlob(MirrorReferences.Fetched).Select(r => repository.FindCommit(r.TargetIdentifier)?.Tree.Id).ToList()))
            {
                if (tree is null)
                {
                    return false;
                }

                scan.Scan(tree, limits, path);
            }

            return true;
        }
        catch (Exception exception) when (exception is LibGit2SharpException or GitOpsException)
        {
            return false;
        }
    }
}
