using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>The files of one commit, read from the object database. Content ids are Git's object ids, so that what did not change has the same id in every commit.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class GitFileTree(ObjectStore store, ObjectId root, GitTreeOptions options) : IFileTree
{
    private const int MaxLinks = 40;
    private const int MaxLinkLength = 4096;

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
        foreach (var child in children.Entries)
        {
            var path = directory.Append(child.Name);
            var entry = child.Kind == GitEntryKind.Link ? FindLinked(found, child, path)
                : Enter(found, child) is { } node ? Describe(path, node)
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

    /// <summary>Where a look-up stands: the object, and its real path (links followed), which is what ignore rules speak of.</summary>
    private sealed record Node(ObjectStore Store, ObjectId Id, GitEntryKind Kind, TreePath RealPath);

    private Node? Resolve(TreePath path)
    {
        var stack = new List<Node> { new(store, root, GitEntryKind.Directory, TreePath.Root) };
        var pending = new Stack<string>();
        Push(pending, path.Value);
        var links = 0;
        while (pending.TryPop(out var segment))
        {
            var current = stack[^1];
            if (segment == "..")
            {
                // Only links hold "..": a link that climbs above the root leads outside.
                if (stack.Count == 1)
                {
                    return null;
                }

                stack.RemoveAt(stack.Count - 1);
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

            if (entry.Kind == GitEntryKind.Link)
            {
                if (++links > MaxLinks || ReadLink(current, entry) is not { } target)
                {
                    return null;
                }

                Push(pending, target);
                continue;
            }

            if (Enter(current, entry) is not { } next)
            {
                return null;
            }

            stack.Add(next);
        }

        return stack[^1];
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
    private Node? Enter(Node directory, GitEntry entry)
    {
        var path = directory.RealPath.Append(entry.Name);
        if (entry.Kind == GitEntryKind.Submodule)
        {
            return options.IsIgnored(path, isDirectory: true) ? null
                : options.Submodules.TryGetValue(path, out var submodule) ? new Node(submodule.Store, submodule.Root, GitEntryKind.Directory, path)
                : new Node(directory.Store, entry.Id, GitEntryKind.Submodule, path);
        }

        if (entry.Kind == GitEntryKind.File)
        {
            return options.IsIgnored(path, isDirectory: false) ? null : new Node(directory.Store, entry.Id, GitEntryKind.File, path);
        }

        var node = new Node(directory.Store, entry.Id, GitEntryKind.Directory, path);
        return options.IsIgnored(path, isDirectory: true) && (!options.HasInclusions || !HasFiles(node)) ? null : node;
    }

    /// <summary>Whether an ignored directory holds a file that a later rule takes back in.</summary>
    private bool HasFiles(Node directory)
    {
        foreach (var child in directory.Store.GetDirectory(directory.Id).Entries)
        {
            var path = directory.RealPath.Append(child.Name);
            if (child.Kind == GitEntryKind.Directory
                ? HasFiles(new Node(directory.Store, child.Id, GitEntryKind.Directory, path))
                : !options.IsIgnored(path, isDirectory: false))
            {
                return true;
            }
        }

        return false;
    }

    private TreeEntry? FindLinked(Node directory, GitEntry link, TreePath path) =>
        options.IsIgnored(directory.RealPath.Append(link.Name), isDirectory: false) ? null
        : Find(path) ?? new TreeEntry(path, TreeEntryKind.Link, link.Id.Sha, 0);

    private string? ReadLink(Node directory, GitEntry link)
    {
        if (options.IsIgnored(directory.RealPath.Append(link.Name), isDirectory: false) || directory.Store.GetSize(link.Id) > MaxLinkLength)
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
}
