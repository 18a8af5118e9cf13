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
    private const int MaxTreeSize = 64 * 1024 * 1024;
    private const int MaxCachedEntries = 400_000;

    private readonly ConcurrentBag<Repository> _pool = [];
    private readonly Lock _opening = new();
    private volatile NativeObjects? _objects;
    private readonly BoundedCache<ObjectId, GitDirectory> _directories = new(MaxCachedEntries);
    private readonly BoundedCache<ObjectId, long> _sizes = new(MaxCachedEntries);
    private TreeScan? _scan;
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
        if (_directories.TryGet(id, out var directory))
        {
            return directory;
        }

        if (Guard(id, "tree", objects => objects.FindSize(id, NativeObjects.Tree)) > MaxTreeSize)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"The tree {id.Sha} has more than {MaxTreeSize} bytes.");
        }

        directory = GitDirectory.Decode(Guard(id, "tree", objects => objects.Find(id, NativeObjects.Tree)))
            ?? throw new GitOpsException(Reasons.FetchFailed, $"The tree {id.Sha} cannot be read: the repository itself is broken there.");
        _directories.Keep(id, directory, directory.Count + 1);
        return directory;
    }

    public long GetSize(ObjectId blob)
    {
        if (_sizes.TryGet(blob, out var size))
        {
            return size;
        }

        size = Guard(blob, "blob", objects => objects.FindSize(blob, NativeObjects.Blob))!.Value;
        _sizes.Keep(blob, size);
        return size;
    }

    /// <summary>Notices a blob that is not there, without a look into it.</summary>
    public void Require(ObjectId blob)
    {
        if (!_sizes.TryGet(blob, out _))
        {
            Guard(blob, "blob", objects => objects.Contains(blob) ? blob : null);
        }
    }

    public byte[] ReadBlob(ObjectId id) => Guard(id, "blob", objects => objects.Find(id, NativeObjects.Blob));

    public void MarkDamaged() => _isDamaged = true;

    public void Dispose()
    {
        while (_pool.TryTake(out var repository))
        {
            repository.Dispose();
        }

        _objects?.Dispose();
        inUse?.Dispose();
    }

    private NativeObjects Objects
    {
        get
        {
            if (_objects is { } opened)
            {
                return opened;
            }

            lock (_opening)
            {
                return _objects ??= NativeObjects.Open(directory);
            }
        }
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

    private T Guard<T>(ObjectId id, string type, Func<NativeObjects, T?> read, bool isRebuilt = false)
    {
        Exception? cause = null;
        try
        {
            if (read(Objects) is { } result)
            {
                return result;
            }
        }
        catch (Exception exception) when (exception is MirrorDamagedException or OverflowException)
        {
            cause = exception;
        }

        // What the tree of a mirror before this one needs may be gone for good, which is no damage here.
        _isDamaged |= !isRebuilt || cause is not null;

        // A tree that was handed out before the mirror was rebuilt goes on with the new one: an object's id says what it holds.
        if (successor?.Invoke() is { } next && !ReferenceEquals(next, this))
        {
            return next.Guard(id, type, read, isRebuilt: true);
        }

        if (isRebuilt)
        {
            throw new GitOpsException(Reasons.FetchFailed, $"The {type} {id.Sha} is lost: the mirror of the repository was damaged, and the server did not have it any more when the mirror was built anew.", cause);
        }

        throw new GitOpsException(Reasons.FetchFailed, $"The mirror of the repository lost or damaged {type} {id.Sha}; it is rebuilt by the next fetch.", cause);
    }
}
