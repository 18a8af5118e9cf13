using System.Collections.Concurrent;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Reads the objects of one repository on disk from many threads at once.</summary>
/// <remarks>
/// A LibGit2Sharp repository is not documented as thread-safe, so each reader borrows one of its own; what was decoded is shared.
/// Borrowed repositories go back to the pool and are closed with the store, by finalization when nobody closes it: trees that were handed out
/// stay readable as long as somebody holds them.
/// </remarks>
internal sealed class ObjectStore(string directory, IDisposable? inUse = null, Func<ObjectStore?>? successor = null) : IDisposable
{
    private const int MaxPooled = 8;
    private const int MaxCachedEntries = 400_000;

    private readonly ConcurrentBag<Repository> _pool = [];
    private readonly ConcurrentDictionary<ObjectId, GitDirectory> _directories = new();
    private readonly ConcurrentDictionary<ObjectId, long> _sizes = new();
    private TreeScan? _scan;
    private int _cachedEntries;
    private volatile bool _isDamaged;

    public string Directory => directory;

    /// <summary>What was found out about the trees in this store.</summary>
    public TreeScan Scan => _scan ??= new TreeScan(this);

    /// <summary>Whether an object that should be there was missing or broken: the repository must be rebuilt.</summary>
    public bool IsDamaged => _isDamaged;

    public T Use<T>(Func<Repository, T> read)
    {
        if (!_pool.TryTake(out var repository))
        {
            repository = Open();
        }

        var isHealthy = false;
        try
        {
            var result = read(repository);
            isHealthy = true;
            return result;
        }
        finally
        {
            if (isHealthy && _pool.Count < MaxPooled)
            {
                _pool.Add(repository);
            }
            else
            {
                repository.Dispose();
            }
        }
    }

    public GitDirectory GetDirectory(ObjectId id)
    {
        if (_directories.TryGetValue(id, out var directory))
        {
            return directory;
        }

        directory = Guard(id, "tree", repository => Decode(repository.Lookup<Tree>(id)));
        if (Interlocked.Add(ref _cachedEntries, directory.Count + 1) > MaxCachedEntries)
        {
            _directories.Clear();
            Interlocked.Exchange(ref _cachedEntries, directory.Count + 1);
        }

        return _directories.GetOrAdd(id, directory);
    }

    public long GetSize(ObjectId blob)
    {
        if (_sizes.TryGetValue(blob, out var size))
        {
            return size;
        }

        size = Guard(blob, "blob", repository => repository.ObjectDatabase.RetrieveObjectMetadata(blob) is { Type: ObjectType.Blob } found ? found.Size : -1);
        if (_sizes.Count > MaxCachedEntries)
        {
            _sizes.Clear();
        }

        return _sizes.GetOrAdd(blob, size);
    }

    public byte[] ReadBlob(ObjectId id) =>
        Guard(id, "blob", repository =>
        {
            if (repository.Lookup<Blob>(id) is not { } blob)
            {
                return null!;
            }

            using var stream = blob.GetContentStream();
            // The blob's own size would read it once more.
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        });

    public void MarkDamaged() => _isDamaged = true;

    public void Dispose()
    {
        while (_pool.TryTake(out var repository))
        {
            repository.Dispose();
        }

        inUse?.Dispose();
    }

    private static GitDirectory Decode(Tree? tree)
    {
        if (tree is null)
        {
            return null!;
        }

        var entries = new List<GitEntry>();
        foreach (var entry in tree)
        {
            // Names that cannot be part of a path are unreachable rather than an error: nobody can ask for them.
            if (entry.Name is "" or "." or ".." || entry.Name.AsSpan().ContainsAny('/', '\0', '\\'))
            {
                continue;
            }

            GitEntryKind? kind = entry.Mode switch
            {
                Mode.Directory => GitEntryKind.Directory,
                Mode.SymbolicLink => GitEntryKind.Link,
                Mode.GitLink => GitEntryKind.Submodule,
                Mode.NonExecutableFile or Mode.NonExecutableGroupWritableFile or Mode.ExecutableFile => GitEntryKind.File,
                _ => null,
            };
            if (kind is { } known)
            {
                entries.Add(new GitEntry(entry.Name, known, entry.Target.Id));
            }
        }

        var sorted = entries.ToArray();
        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return new GitDirectory(sorted);
    }

    private Repository Open()
    {
        try
        {
            return new Repository(directory);
        }
        catch (LibGit2SharpException exception)
        {
            _isDamaged = true;
            throw new GitOpsException(Reasons.FetchFailed, "The mirror of the repository cannot be opened; it is rebuilt by the next fetch.", exception);
        }
    }

    private T Guard<T>(ObjectId id, string type, Func<Repository, T> read)
    {
        Exception? cause = null;
        try
        {
            var result = Use(read);
            if (result is not null and not -1L)
            {
                return result;
            }
        }
        catch (Exception exception) when (exception is LibGit2SharpException or EndOfStreamException or GitOpsException { Reason: Reasons.FetchFailed })
        {
            cause = exception;
        }

        _isDamaged = true;

        // A tree that was handed out before the mirror was rebuilt goes on with the new one: an object's id says what it holds.
        if (successor?.Invoke() is { } next && !ReferenceEquals(next, this))
        {
            return next.Guard(id, type, read);
        }

        throw new GitOpsException(Reasons.FetchFailed, $"The mirror of the repository lost or damaged {type} {id.Sha}; it is rebuilt by the next fetch.", cause);
    }
}
