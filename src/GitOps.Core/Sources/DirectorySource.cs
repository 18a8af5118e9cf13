using System.Security.Cryptography;
using System.Text;

namespace GitOps;

/// <summary>A directory on disk as a source. Each revision is a copy in memory, so a change while a unit renders cannot tear it.</summary>
/// <remarks>Thread-safe. Meant for small trees: local development, a mounted ConfigMap; use Git for all else.</remarks>
public sealed class DirectorySource : ISource
{
    private readonly DirectorySourceOptions _options;
    private readonly string _directory;
    private (Revision Revision, MemoryFileTree Tree)? _latest;

    /// <summary>Makes the source.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">No directory is named.</exception>
    public DirectorySource(DirectorySourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Directory);
        _options = options;
        _directory = Path.GetFullPath(options.Directory);
    }

    /// <inheritdoc/>
    public ValueTask<Revision> ProbeAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Load(cancellationToken).Revision);

    /// <inheritdoc/>
    public ValueTask<Artifact> FetchAsync(Revision revision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(revision);
        var latest = _latest is { } known && known.Revision == revision ? known : Load(cancellationToken);
        return latest.Revision == revision
            ? ValueTask.FromResult(new Artifact(revision, latest.Tree))
            : throw new GitOpsException(Reasons.FetchFailed, $"{_directory} changed while it was read; the next look will see the new state.");
    }

    private (Revision Revision, MemoryFileTree Tree) Load(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_directory))
        {
            throw new GitOpsException(Reasons.NotFound, $"The directory {_directory} does not exist.");
        }

        var disk = new DirectoryFileTree(_directory, _options.MaxFileSize);
        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var links = new List<TreePath>();
        Collect(disk, TreePath.Root, files, links, 0, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, content) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{content.Length}\0"));
            hash.AppendData(content.Span);
        }

        foreach (var link in links)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{link}\0link\0"));
        }

        var revision = new Revision("", "sha256", Convert.ToHexStringLower(hash.GetHashAndReset()));
        var loaded = (revision, new MemoryFileTree(files, links));
        _latest = loaded;
        return loaded;
    }

    private void Collect(DirectoryFileTree disk, TreePath directory, SortedDictionary<string, ReadOnlyMemory<byte>> files, List<TreePath> links, int depth, CancellationToken cancellationToken)
    {
        const int maxDepth = 64;
        if (depth > maxDepth)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"{_directory}: directories are nested more than {maxDepth} deep at {directory}; is there a link that leads back up?");
        }

        foreach (var entry in disk.List(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == TreeEntryKind.Directory)
            {
                // A .git folder is a repository's own bookkeeping, not desired state.
                if (entry.Path.Name != ".git")
                {
                    Collect(disk, entry.Path, files, links, depth + 1, cancellationToken);
                }

                continue;
            }

            if (files.Count + links.Count >= _options.MaxFiles)
            {
                throw new GitOpsException(Reasons.LimitExceeded, $"{_directory} holds more than {_options.MaxFiles} files: point the source at a smaller directory or raise MaxFiles.");
            }

            if (entry.Kind == TreeEntryKind.Link)
            {
                links.Add(entry.Path);
                continue;
            }

            files.Add(entry.Path.Value, disk.Read(entry.Path));
        }
    }
}
