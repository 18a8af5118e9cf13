using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>The files of one commit, read from the object database. Content ids are Git's object ids, so that what did not change has the same id in every commit.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class GitFileTree(ObjectStore store, ObjectId root, GitTreeOptions options) : IFileTree
{
    private const int MaxLinks = 40;
    private const int MaxLinkLength = 4096;
    private const int MaxKept = 100_000;

    private readonly Node _root = new(store, root, GitEntryKind.Directory, TreePath.Root, null);

    /// <summary>Directories that were found, by the path that was asked for: files are read one after the other from the same ones.</summary>
    private readonly BoundedCache<TreePath, Node> _directories = new(MaxKept);

    /// <inheritdoc/>
    public TreeEntry? Find(TreePath path) => Resolve(path) is { } found ? Describe(path, found) : null;

    /// <inheritdoc/>
    public IReadOnlyList<TreeEntry> List(TreePath directory)
    {
        if (Resolve(directory) is not { Kind: GitEntryKind.Directory } found)
        {
            return [];
        }

        var children = found.Store.GetDirectory(found.Id);
        var entries = new List<TreeEntry>(children.Count);
        string[] segments = [.. found.Segments, ""];
        foreach (var child in children.Entries)
        {
            segments[^1] = child.Name;
            var path = directory.Append(child.Name);
            var entry = child.Kind == GitEntryKind.Link ? FindLinked(found, child, segments, path)
                : Enter(found, child, segments) is { } node ? Describe(path, node)
                : null;
            if (entry is not null)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(TreePath file)
    {
        if (Resolve(file) is not { Kind: GitEntryKind.File } found)
        {
            throw new GitOpsException(Reasons.NotFound, $"{file}: no such file.") { Location = new SourceLocation(file.Value) };
        }

        var size = found.Store.GetSize(found.Id);
        if (size > options.MaxBlobSize)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"{file}: the file has {size} bytes, more than the limit of {options.MaxBlobSize}.") { Location = new SourceLocation(file.Value) };
        }

        var content = found.Store.ReadBlob(found.Id);
        if (!options.AllowLfsPointers && LfsPointer.TryParse(content, out var pointer))
        {
            throw new GitOpsException(
                GitReasons.LfsPointer,
                $"{file}: the file is a Git LFS pointer to {pointer.Size} bytes ({pointer.ObjectId[..Math.Min(19, pointer.ObjectId.Length)]}...) that are not in the repository; take the file out of LFS, or leave it out with .sourceignore.")
            {
                Location = new SourceLocation(file.Value),
            };
        }

        return content;
    }

    private Node? Resolve(TreePath path)
    {
        if (path.IsRoot)
        {
            return _root;
        }

        if (_directories.TryGet(path, out var known))
        {
            return known;
        }

        var parent = path.Parent;
        if (!_directories.TryGet(parent, out var directory))
        {
            directory = Keep(parent, Walk(_root, parent.Value));
        }

        return directory is null ? null : Keep(path, Walk(directory, path.Name));
    }

    private Node? Keep(TreePath path, Node? found)
    {
        if (found is { Kind: GitEntryKind.Directory })
        {
            _directories.Keep(path, found);
        }

        return found;
    }

    private Node? Walk(Node from, string path)
    {
        var current = from;
        var pending = new Stack<string>();
        Push(pending, path);
        var links = 0;
        while (pending.TryPop(out var segment))
        {
            if (segment == "..")
            {
                // Only links hold "..": a link that climbs above the root leads outside.
                if (current.Parent is not { } parent)
                {
                    return null;
                }

                current = parent;
                continue;
            }

            if (segment is "" or ".")
            {
                continue;
            }

            if (current.Kind != GitEntryKind.Directory || !current.Store.GetDirectory(current.Id).TryFind(segment, out var entry))
            {
                return null;
            }

            string[] segments = [.. current.Segments, segment];
            if (entry.Kind == GitEntryKind.Link)
            {
                if (++links > MaxLinks || ReadLink(current, entry, segments) is not { } target)
                {
                    return null;
                }

                Push(pending, target);
                continue;
            }

            if (Enter(current, entry, segments) is not { } next)
            {
                return null;
            }

            current = next;
        }

        return current;
    }

    private static void Push(Stack<string> pending, string path)
    {
        var segments = path.Split('/');
        for (var i = segments.Length - 1; i >= 0; i--)
        {
            pending.Push(segments[i]);
        }
    }

    /// <summary>The entry of a directory that is no link, or null when it is left out.</summary>
    private Node? Enter(Node directory, GitEntry entry, ReadOnlySpan<string> segments)
    {
        var path = directory.RealPath.Append(entry.Name);
        var isIgnored = options.IsIgnored(segments, isDirectory: entry.Kind != GitEntryKind.File);
        if (entry.Kind == GitEntryKind.Submodule)
        {
            return isIgnored ? null
                : options.Submodules.TryGetValue(path, out var submodule) ? new Node(submodule.Store, submodule.Root, GitEntryKind.Directory, path, directory)
                : new Node(directory.Store, entry.Id, GitEntryKind.Submodule, path, directory);
        }

        var node = new Node(directory.Store, entry.Id, entry.Kind, path, directory);
        return isIgnored && (entry.Kind == GitEntryKind.File || !options.HasInclusions || !HasFiles(node)) ? null : node;
    }

    /// <summary>Whether an ignored directory holds a file that a later rule takes back in.</summary>
    private bool HasFiles(Node directory)
    {
        string[] segments = [.. directory.Segments, ""];
        foreach (var child in directory.Store.GetDirectory(directory.Id).Entries)
        {
            segments[^1] = child.Name;
            if (child.Kind == GitEntryKind.Directory
                ? HasFiles(new Node(directory.Store, child.Id, GitEntryKind.Directory, directory.RealPath.Append(child.Name), directory))
                : !options.IsIgnored(segments, isDirectory: false))
            {
                return true;
            }
        }

        return false;
    }

    private TreeEntry? FindLinked(Node directory, GitEntry link, ReadOnlySpan<string> segments, TreePath path) =>
        options.IsIgnored(segments, isDirectory: false) ? null
        : Walk(directory, link.Name) is { } node ? Describe(path, node)
        : new TreeEntry(path, TreeEntryKind.Link, link.Id.Sha, 0);

    private string? ReadLink(Node directory, GitEntry link, ReadOnlySpan<string> segments)
    {
        if (options.IsIgnored(segments, isDirectory: false) || directory.Store.GetSize(link.Id) > MaxLinkLength)
        {
            return null;
        }

        var target = System.Text.Encoding.UTF8.GetString(directory.Store.ReadBlob(link.Id));
        return target.StartsWith('/') || target.AsSpan().ContainsAny('\0', '\\') ? null : target;
    }

    private TreeEntry Describe(TreePath path, Node node) => node.Kind switch
    {
        GitEntryKind.File => new TreeEntry(path, TreeEntryKind.File, node.Id.Sha, node.Store.GetSize(node.Id)),
        GitEntryKind.Submodule => new TreeEntry(path, TreeEntryKind.Submodule, node.Id.Sha, 0),
        _ => new TreeEntry(path, TreeEntryKind.Directory, options.DirectoryId(node.Id, node.RealPath), 0),
    };

    /// <summary>Where a look-up stands: the object, its real path (links followed), which is what ignore rules speak of, and the directory it is in.</summary>
    private sealed class Node(ObjectStore store, ObjectId id, GitEntryKind kind, TreePath realPath, Node? parent)
    {
        private string[]? _segments;

        public ObjectStore Store => store;

        public ObjectId Id => id;

        public GitEntryKind Kind => kind;

        public TreePath RealPath => realPath;

        public Node? Parent => parent;

        public string[] Segments => _segments ??= realPath.IsRoot ? [] : realPath.Value.Split('/');
    }
}
