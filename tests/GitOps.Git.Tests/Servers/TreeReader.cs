namespace GitOps.Git.Tests.Servers;

/// <summary>Reads all files of a tree.</summary>
internal static class TreeReader
{
    public static int ReadAll(IFileTree tree) => ReadAll(tree, TreePath.Root);

    private static int ReadAll(IFileTree tree, TreePath directory)
    {
        var count = 0;
        foreach (var entry in tree.List(directory))
        {
            if (entry.Kind == TreeEntryKind.Directory)
            {
                count += ReadAll(tree, entry.Path);
            }
            else if (entry.Kind == TreeEntryKind.File)
            {
                tree.Read(entry.Path);
                count++;
            }
        }

        return count;
    }
}
