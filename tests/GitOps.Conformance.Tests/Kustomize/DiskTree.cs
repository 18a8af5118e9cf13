using GitOps.Kustomize;

namespace GitOps.Conformance.Tests.Kustomize;

/// <summary>A directory tree that says where links lead, as the command's own tree does.</summary>
internal sealed class DiskTree : IResolvingFileTree
{
    private readonly string _root;

    public DiskTree(string root) => _root = Path.GetFullPath(root);

    public TreePath? Resolve(TreePath path)
    {
        var current = _root;
        var links = 0;
        var pending = new Stack<string>(path.Value.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (pending.TryPop(out var segment))
        {
            if (segment is "." or "")
            {
                continue;
            }

            var next = segment == ".." ? Path.GetDirectoryName(current)! : Path.Combine(current, segment);
            FileSystemInfo info = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            if (info.LinkTarget is { } target)
            {
                if (++links > 40)
                {
                    return null;
                }

                if (Path.IsPathRooted(target))
                {
                    return null;
                }

                foreach (var part in target.Split('/').Reverse())
                {
                    pending.Push(part);
                }

                continue;
            }

            if (!info.Exists)
            {
                return null;
            }

            current = next;
        }

        var relative = Path.GetRelativePath(_root, current).Replace('\\', '/');
        return relative == "." ? TreePath.Root : relative.StartsWith("..", StringComparison.Ordinal) ? null : TreePath.Parse(relative);
    }

    public TreeEntry? Find(TreePath path)
    {
        if (Resolve(path) is not { } real)
        {
            return null;
        }

        var full = Path.Combine(_root, real.Value);
        return Directory.Exists(full) ? new TreeEntry(path, TreeEntryKind.Directory, "", 0)
            : File.Exists(full) ? new TreeEntry(path, TreeEntryKind.File, "", new FileInfo(full).Length)
            : null;
    }

    public IReadOnlyList<TreeEntry> List(TreePath directory) =>
        [.. Directory.EnumerateFileSystemEntries(Path.Combine(_root, directory.Value)).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal).Select(n => Find(directory.Append(n))).OfType<TreeEntry>()];

    public ReadOnlyMemory<byte> Read(TreePath file) => File.ReadAllBytes(Path.Combine(_root, file.Value));
}
