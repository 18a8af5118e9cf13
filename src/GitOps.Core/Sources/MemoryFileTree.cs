using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace GitOps;

/// <summary>A file tree held in memory: for tests, generated input and unpacked archives.</summary>
/// <remarks>Thread-safe: the files are fixed when it is made.</remarks>
public sealed class MemoryFileTree : IFileTree
{
    private readonly Dictionary<string, (ReadOnlyMemory<byte> Content, string Id)> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, bool>> _directories = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _directoryIds = new(StringComparer.Ordinal);

    /// <summary>Makes a tree of text files.</summary>
    /// <param name="files">Path to text; the text is stored as UTF-8.</param>
    public MemoryFileTree(IEnumerable<KeyValuePair<string, string>> files)
        : this(files.Select(f => KeyValuePair.Create(f.Key, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f.Value))))
    {
    }

    /// <summary>Makes a tree of files.</summary>
    /// <param name="files">Path to bytes.</param>
    /// <exception cref="ArgumentException">A path is absolute, leaves the tree, or stands for a file and a directory.</exception>
    public MemoryFileTree(IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> files)
        : this(files, [])
    {
    }

    /// <summary>Makes a tree of files and of symbolic links that lead nowhere or outside.</summary>
    internal MemoryFileTree(IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> files, IEnumerable<TreePath> links)
    {
        ArgumentNullException.ThrowIfNull(files);
        _directories[""] = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var (text, content) in files)
        {
            var path = TreePath.Parse(text);
            if (path.IsRoot || _directories.ContainsKey(path.Value))
            {
                throw new ArgumentException($"'{text}' is a directory and cannot be a file too.", nameof(files));
            }

            _files[path.Value] = (content, Convert.ToHexStringLower(SHA256.HashData(content.Span)));
            AddToParents(path);
        }

        foreach (var link in links)
        {
            AddToParents(link);
        }
    }

    /// <inheritdoc/>
    public TreeEntry? Find(TreePath path)
    {
        if (_files.TryGetValue(path.Value, out var file))
        {
            return new TreeEntry(path, TreeEntryKind.File, file.Id, file.Content.Length);
        }

        return _directories.ContainsKey(path.Value) ? new TreeEntry(path, TreeEntryKind.Directory, DirectoryId(path), 0) : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TreeEntry> List(TreePath directory) =>
        _directories.TryGetValue(directory.Value, out var names) ? [.. names.Keys.Select(n => Find(directory.Append(n)) ?? new TreeEntry(directory.Append(n), TreeEntryKind.Link, "", 0))] : [];

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(TreePath file) =>
        _files.TryGetValue(file.Value, out var found)
            ? found.Content
            : throw new GitOpsException(Reasons.NotFound, $"{file}: no such file.") { Location = new SourceLocation(file.Value) };

    private void AddToParents(TreePath path)
    {
        var child = path;
        var isDirectory = false;
        while (!child.IsRoot)
        {
            var parent = child.Parent;
            if (_files.ContainsKey(parent.Value))
            {
                throw new ArgumentException($"'{parent}' is a file and cannot hold '{child}'.", nameof(path));
            }

            if (!_directories.TryGetValue(parent.Value, out var names))
            {
                names = new SortedDictionary<string, bool>(StringComparer.Ordinal);
                _directories.Add(parent.Value, names);
            }

            names[child.Name] = isDirectory;
            child = parent;
            isDirectory = true;
        }
    }

    private string DirectoryId(TreePath directory)
    {
        // Each id covers all below it, so it is worked out once: listing the tree would otherwise hash it again at every level.
        if (_directoryIds.TryGetValue(directory.Value, out var known))
        {
            return known;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in List(directory))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{entry.Kind} {entry.Path.Name}\0{entry.ContentId}\n"));
        }

        var id = Convert.ToHexStringLower(hash.GetHashAndReset());
        _directoryIds.TryAdd(directory.Value, id);
        return id;
    }
}
