namespace GitOps.Kustomize.Loading;

/// <summary>The disk below a directory, for the command: links are followed and their ends known, and nothing is hashed.</summary>
internal sealed class DiskFileTree : IResolvingFileTree
{
    private const int MaxLinks = 255;
    private const long MaxFileSize = 256L * 1024 * 1024;

    private readonly string _root;
    private readonly Dictionary<string, TreePath?> _resolved = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public DiskFileTree(string root) => _root = Path.GetFullPath(root);

    public TreePath? Resolve(TreePath path)
    {
        lock (_lock)
        {
            if (!_resolved.TryGetValue(path.Value, out var result))
            {
                result = ResolveUncached(path);
                _resolved.Add(path.Value, result);
            }

            return result;
        }
    }

    public TreeEntry? Find(TreePath path)
    {
        if (Resolve(path) is not { } real)
        {
            return null;
        }

        var full = FullPath(real);
        if (Directory.Exists(full))
        {
            return new TreeEntry(path, TreeEntryKind.Directory, "", 0);
        }

        var file = new FileInfo(full);
        return file.Exists ? new TreeEntry(path, TreeEntryKind.File, "", file.Length) : null;
    }

    public IReadOnlyList<TreeEntry> List(TreePath directory)
    {
        if (Resolve(directory) is not { } real || !Directory.Exists(FullPath(real)))
        {
            return [];
        }

        var entries = new List<TreeEntry>();
        foreach (var name in Directory.EnumerateFileSystemEntries(FullPath(real)).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal))
        {
            if (Find(directory.Append(name)) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    public ReadOnlyMemory<byte> Read(TreePath file)
    {
        if (Resolve(file) is not { } real)
        {
            throw new GitOpsException(Reasons.NotFound, $"{file}: no such file.") { Location = new SourceLocation(file.Value) };
        }

        try
        {
            using var stream = new FileStream(FullPath(real), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            if (stream.Length > MaxFileSize)
            {
                throw new GitOpsException(Reasons.LimitExceeded, $"{file}: the file has {stream.Length} bytes, more than the limit of {MaxFileSize}.") { Location = new SourceLocation(file.Value) };
            }

            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitOpsException(Reasons.NotFound, $"{file}: cannot be read: {e.Message}", e) { Location = new SourceLocation(file.Value) };
        }
    }

    private string FullPath(TreePath path) => path.IsRoot ? _root : Path.Combine(_root, path.Value);

    private TreePath? ResolveUncached(TreePath path)
    {
        var pending = new Stack<string>(path.Value.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var done = new List<string>();
        var links = 0;
        while (pending.TryPop(out var segment))
        {
            if (segment is "" or ".")
            {
                continue;
            }

            if (segment == "..")
            {
                if (done.Count == 0)
                {
                    return null;
                }

                done.RemoveAt(done.Count - 1);
                continue;
            }

            var full = Path.Combine([_root, .. done, segment]);
            FileSystemInfo info = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
            if (info.LinkTarget is { } target)
            {
                if (++links > MaxLinks)
                {
                    return null;
                }

                if (Path.IsPathRooted(target))
                {
                    var relative = Path.GetRelativePath(_root, target);
                    if (relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative))
                    {
                        return null;
                    }

                    done.Clear();
                    target = relative;
                }

                foreach (var part in target.Split(Path.DirectorySeparatorChar, '/').Reverse())
                {
                    pending.Push(part);
                }
            }
            else if (info.Exists)
            {
                done.Add(segment);
            }
            else
            {
                return null;
            }
        }

        var result = TreePath.Root;
        foreach (var segment in done)
        {
            if (segment.Contains('\\', StringComparison.Ordinal))
            {
                return null;
            }

            result = result.Append(segment);
        }

        return result;
    }
}
