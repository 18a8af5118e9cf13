using System.Security.Cryptography;
using System.Text;

namespace GitOps;

/// <summary>A file tree over a directory on disk. Symbolic links are followed inside the directory only.</summary>
/// <remarks>
/// Thread-safe. It reads the disk on each call and does not freeze it: for a directory that may change while it is rendered,
/// the directory source compares content ids before and after.
/// </remarks>
public sealed class DirectoryFileTree : IFileTree
{
    private readonly string _root;
    private readonly long _maxFileSize;

    /// <summary>Makes a tree over a directory.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="maxFileSize">The largest file that may be read, in bytes. Default 25 MiB.</param>
    public DirectoryFileTree(string root, long maxFileSize = 25 * 1024 * 1024)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxFileSize);

        // The root itself may be reached through links (/tmp on macOS); what counts is what lies below it.
        _root = RealPath(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)), 0) ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _maxFileSize = maxFileSize;
    }

    /// <inheritdoc/>
    public TreeEntry? Find(TreePath path)
    {
        if (Resolve(path) is not { } real)
        {
            return null;
        }

        if (Directory.Exists(real))
        {
            return new TreeEntry(path, TreeEntryKind.Directory, DirectoryId(path), 0);
        }

        var file = new FileInfo(real);
        return file.Exists ? new TreeEntry(path, TreeEntryKind.File, FileId(file), file.Length) : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TreeEntry> List(TreePath directory)
    {
        if (Resolve(directory) is not { } real || !Directory.Exists(real))
        {
            return [];
        }

        var entries = new List<TreeEntry>();
        foreach (var name in Names(real))
        {
            var path = directory.Append(name);
            if (Find(path) is { } entry)
            {
                entries.Add(entry);
            }
            else if (new FileInfo(Path.Combine(real, name)).LinkTarget is not null)
            {
                entries.Add(new TreeEntry(path, TreeEntryKind.Link, "", 0));
            }
        }

        return entries;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(TreePath file)
    {
        if (Resolve(file) is not { } real || !File.Exists(real))
        {
            throw new GitOpsException(Reasons.NotFound, $"{file}: no such file.") { Location = new SourceLocation(file.Value) };
        }

        using var stream = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        if (stream.Length > _maxFileSize)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"{file}: the file has {stream.Length} bytes, more than the limit of {_maxFileSize}.") { Location = new SourceLocation(file.Value) };
        }

        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).Select(e => Path.GetFileName(e)!).Where(n => !n.Contains('\\', StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static string FileId(FileInfo file)
    {
        using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 4096);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private string DirectoryId(TreePath directory)
    {
        // Names and kinds only: the id of a directory says whether its listing changed; the files below have ids of their own.
        var text = new StringBuilder();
        if (Resolve(directory) is { } real)
        {
            foreach (var name in Names(real))
            {
                text.Append(Directory.Exists(Path.Combine(real, name)) ? 'd' : 'f').Append(name).Append('\n');
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private string? Resolve(TreePath path)
    {
        var real = RealPath(path.IsRoot ? _root : Path.Combine(_root, path.Value), 0);
        return real is not null && (string.Equals(real, _root, StringComparison.Ordinal) || real.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            ? real
            : null;
    }

    /// <summary>The path with every link on the way followed, or null when it leads nowhere.</summary>
    private static string? RealPath(string path, int depth)
    {
        const int maxLinks = 40;
        if (depth > maxLinks)
        {
            return null;
        }

        var current = Path.GetPathRoot(path)!;
        foreach (var segment in path[current.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            if (segment == ".")
            {
                continue;
            }

            var next = Path.Combine(current, segment);
            FileSystemInfo info = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            if (info.LinkTarget is { } target)
            {
                var resolved = RealPath(Path.IsPathRooted(target) ? target : Path.Combine(current, target), depth + 1);
                if (resolved is null)
                {
                    return null;
                }

                current = resolved;
            }
            else if (info.Exists)
            {
                current = next;
            }
            else
            {
                return null;
            }
        }

        return current;
    }
}
