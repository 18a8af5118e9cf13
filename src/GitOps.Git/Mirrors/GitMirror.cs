using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GitOps.Limits;
using LibGit2Sharp;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace GitOps.Git;

/// <summary>
/// The local copy of one repository: the full history of the references somebody asked for, never a work tree.
/// </summary>
/// <remarks>
/// On disk a mirror is a directory of generations (<c>g1</c>, <c>g2</c>, ...), each a bare repository. One is current; a damaged or bloated one is
/// replaced by the next and goes away when its last reader, in whichever process, is gone. One lock file lets one process write at a time;
/// readers take no part in it.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Trees that were handed out read from the store after everybody else let go of it; finalization closes it.")]
internal sealed class GitMirror(string directory, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>From so many packs on, a mirror is written anew into one.</summary>
    private const int MaxPacks = 50;

    /// <summary>How often a fetch may fail in a way that damage here could explain before the mirror is built anew.</summary>
    private const int MaxSuspicions = 3;

    private const int MaxLooseObjects = 2_000;
    private static readonly TimeSpan UnusedReference = TimeSpan.FromDays(30);

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _opening = new();
    private readonly PackCheck _packs = new();
    private ObjectStore? _current;
    private int _suspicions;
    private string? _currentName;

    /// <summary>Names the mirror in the URL that libgit2 gets.</summary>
    public string Key { get; } = "m" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(directory))).AsSpan(0, 12));

    /// <summary>The objects that are here now.</summary>
    public bool TryOpen([NotNullWhen(true)] out ObjectStore? store)
    {
        store = null;
        lock (_opening)
        {
            // A generation may be replaced, by another process too, between reading its name and taking hold of it.
            for (var attempt = 0; attempt < 5; attempt++)
            {
                if (ReadCurrent() is not { } name)
                {
                    return false;
                }

                if (_current is not null && string.Equals(_currentName, name, StringComparison.Ordinal))
                {
                    store = _current;
                    return true;
                }

                var inUse = FileLock.TryAcquire(LockOf(name), isShared: true);
                if (inUse is not null && CanOpen(PathOf(name)))
                {
                    _current = new ObjectStore(PathOf(name), inUse, () => TryOpen(out var next) && !next.IsDamaged ? next : null);
                    _currentName = name;
                    store = _current;
                    return true;
                }

                inUse?.Dispose();
            }

            return false;
        }
    }

    /// <summary>Says that a reference is in use, so that it and its mirror are kept.</summary>
    public void Touch(string? reference)
    {
        if (ReadCurrent() is not { } name)
        {
            return;
        }

        var now = timeProvider.GetUtcNow().UtcDateTime;
        try
        {
            File.SetLastWriteTimeUtc(Path.Combine(directory, "current"), now);
            if (reference is not null && File.Exists(Path.Combine(PathOf(name), LocalReference(reference))))
            {
                File.SetLastWriteTimeUtc(Path.Combine(PathOf(name), LocalReference(reference)), now);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process replaced the file this very moment, which touches it as well; or the cache is read-only.
        }
    }

    /// <summary>Whether what was there once is damaged or gone.</summary>
    public bool NeedsRepair => _current is { } current && (current.IsDamaged || ReadCurrent() is null);

    /// <summary>Whether an object and what it needs to be shown is here.</summary>
    public bool Has(string objectId) =>
        TryOpen(out var store) && !store.IsDamaged && store.Use(repository => Leads(repository, objectId));

    /// <summary>Brings objects here.</summary>
    public async Task<ObjectStore> FetchAsync(GitOperation operation, IReadOnlyList<MirrorWant> wants)
    {
        MakeDirectory(directory);
        await _writing.WaitAsync(operation.CancellationToken).ConfigureAwait(false);
        try
        {
            using var held = await FileLock.AcquireAsync(Path.Combine(directory, "lock"), operation.TimeProvider, operation.CancellationToken).ConfigureAwait(false);
            await BlockingWork.RunAsync(
                () =>
                {
                    FetchLocked(operation, wants);
                    return true;
                },
                operation.CancellationToken).ConfigureAwait(false);
            return TryOpen(out var store) ? store : throw new GitOpsException(Reasons.FetchFailed, "The mirror went away while it was fetched into.");
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Runs work that writes objects into the current generation, with nobody else writing.</summary>
    public async Task<T> WriteAsync<T>(GitOperation operation, Func<Repository, Task<T>> work)
    {
        MakeDirectory(directory);
        await _writing.WaitAsync(operation.CancellationToken).ConfigureAwait(false);
        try
        {
            using var held = await FileLock.AcquireAsync(Path.Combine(directory, "lock"), operation.TimeProvider, operation.CancellationToken).ConfigureAwait(false);
            var name = ReadCurrent() ?? NewGeneration(operation);
            WriteCurrent(name);
            using var inUse = FileLock.TryAcquire(LockOf(name), isShared: true);
            using var repository = new Repository(PathOf(name));
            EnsureRemote(repository, operation);
            return await work(repository).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The local name of a server's reference: no two can collide the way <c>a</c> and <c>a/b</c> do.</summary>
    public static string LocalReference(string name) => $"refs/gitops/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 10))}";

    private static bool CanOpen(string path)
    {
        try
        {
            using var repository = new Repository(path);
            return true;
        }
        catch (LibGit2SharpException)
        {
            return false;
        }
    }

    private static bool Leads(Repository repository, string objectId)
    {
        try
        {
            return repository.FindCommit(objectId)?.Tree is not null;
        }
        catch (LibGit2SharpException)
        {
            return false;
        }
    }

    private void FetchLocked(GitOperation operation, IReadOnlyList<MirrorWant> wants)
    {
        RemoveOldGenerations();
        var isDamaged = _current?.IsDamaged ?? false;
        if (ReadCurrent() is { } name && !isDamaged && CanOpen(PathOf(name)))
        {
            RemoveLeftovers(PathOf(name));
            isDamaged = !IsSound(name);
        }
        else
        {
            name = null;
        }

        if (name is not null && !isDamaged)
        {
            try
            {
                FetchInto(name, operation, wants);
                _suspicions = 0;
                CompactWhenDue(name, operation);
                return;
            }
            catch (Exception exception) when (operation.Failure is null && !operation.CancellationToken.IsCancellationRequested && wants.All(w => w.Name is not null) && IsDamage(name, exception))
            {
                logger.MirrorRebuilt(operation.Connector.Address.Display, exception.Message);
            }
        }
        else if (isDamaged)
        {
            logger.MirrorRebuilt(operation.Connector.Address.Display, "an object was missing or broken");
        }

        // The old generation keeps serving until the new one holds what is wanted.
        var next = NewGeneration(operation);
        FetchInto(next, operation, wants);
        WriteCurrent(next);
        RemoveOldGenerations();
    }

    /// <summary>
    /// Whether a fetch failed because of what is here rather than because of the server. A pack that was cut and one whose base is missing here look
    /// alike; the second is believed when what is here shows gaps, or when it happens again and again.
    /// </summary>
    private bool IsDamage(string name, Exception exception)
    {
        if (exception is MirrorDamagedException)
        {
            return true;
        }

        if (exception is not LibGit2SharpException native)
        {
            return false;
        }

        const int Net = 12, Indexer = 15, Ssl = 16, Callback = 26;
        if (native.Data["libgit2.category"] is not (Net or Indexer or Ssl or Callback))
        {
            return true;
        }

        return !IsWhole(name) || ++_suspicions >= MaxSuspicions;
    }

    /// <summary>
    /// Whether what is here can be built on: a fetch sends only what it thinks is missing. Packs are checked once in a process, byte by byte; files are
    /// checked when they are read.
    /// </summary>
    private bool IsSound(string name)
    {
        try
        {
            using var repository = new Repository(PathOf(name));
            return repository.Refs.FromGlob("refs/gitops/*").All(r => repository.FindCommit(r.TargetIdentifier)?.Tree is not null)
                && _packs.AreWhole(Path.Combine(PathOf(name), "objects", "pack"));
        }
        catch (Exception exception) when (exception is LibGit2SharpException or IOException)
        {
            return false;
        }
    }

    private bool IsWhole(string name)
    {
        using var store = new ObjectStore(PathOf(name));
        try
        {
            var limits = new GitLimits { TreeDepth = int.MaxValue, TreeEntries = int.MaxValue, PathLength = int.MaxValue };
            var scan = new TreeScan(store);
            foreach (var tree in store.Use(repository => repository.Refs.FromGlob("refs/gitops/*").Select(r => repository.FindCommit(r.TargetIdentifier)?.Tree.Id).ToList()))
            {
                if (tree is null)
                {
                    return false;
                }

                scan.Scan(tree, limits, name);
            }

            return true;
        }
        catch (Exception exception) when (exception is LibGit2SharpException or GitOpsException)
        {
            return false;
        }
    }

    private void FetchInto(string name, GitOperation operation, IReadOnlyList<MirrorWant> wants)
    {
        using var repository = new Repository(PathOf(name));
        EnsureRemote(repository, operation);
        operation.MaxReceived = Math.Max(0, operation.Options.Limits.RepositorySize - DirectorySize(PathOf(name)));
        var specs = wants.Select(w => w.Name is null ? $"+{w.ObjectId}:{LocalReference(w.ObjectId)}" : $"+{w.Name}:{LocalReference(w.Name)}").Distinct(StringComparer.Ordinal).ToList();
        try
        {
            FetchNative(repository, operation, specs);
        }
        catch (LibGit2SharpException) when (operation.Advertisement is not null && !operation.CancellationToken.IsCancellationRequested && operation.Failure is not GitOpsException { Reason: Reasons.LimitExceeded })
        {
            // The list of references the probe saw may be out of date by now.
            operation.ForgetAdvertisement();
            FetchNative(repository, operation, specs);
        }

        operation.CancellationToken.ThrowIfCancellationRequested();
        foreach (var want in wants.Where(w => w.IsRequired))
        {
            var reference = repository.Refs[LocalReference(want.Name ?? want.ObjectId)];
            if (reference is null || !Leads(repository, reference.TargetIdentifier))
            {
                throw new MirrorDamagedException($"{want.Name ?? want.ObjectId} did not arrive whole");
            }
        }

        if (DirectorySize(PathOf(name)) > operation.Options.Limits.RepositorySize)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"{operation.Connector.Address.Display}: the repository is larger than the limit of {operation.Options.Limits.RepositorySize} bytes (RepositorySize).");
        }
    }

    private void FetchNative(Repository repository, GitOperation operation, List<string> specs)
    {
        using (NativeOperations.Enter(Key, operation))
        {
            Commands.Fetch(
                repository,
                "origin",
                specs,
                new FetchOptions
                {
                    TagFetchMode = TagFetchMode.None,
                    Prune = false,
                    OnProgress = text =>
                    {
                        operation.Hear(text);
                        return !operation.CancellationToken.IsCancellationRequested;
                    },
                    OnTransferProgress = _ => !operation.CancellationToken.IsCancellationRequested,
                },
                "");
        }
    }

    private void EnsureRemote(Repository repository, GitOperation operation)
    {
        var url = operation.Connector.NativeUrl(Key);
        if (repository.Network.Remotes["origin"] is not { } remote)
        {
            repository.Network.Remotes.Add("origin", url);
        }
        else if (!string.Equals(remote.Url, url, StringComparison.Ordinal))
        {
            repository.Network.Remotes.Update("origin", r => r.Url = url);
        }
    }

    /// <summary>Each fetch adds a pack; many small ones are slow and never lose what nothing leads to any more. A fresh copy has one pack.</summary>
    private void CompactWhenDue(string name, GitOperation operation)
    {
        var packs = Path.Combine(PathOf(name), "objects", "pack");
        var packCount = Directory.Exists(packs) ? Directory.EnumerateFiles(packs, "*.pack").Count() : 0;
        if (packCount <= MaxPacks && LooseObjects(name) <= MaxLooseObjects)
        {
            return;
        }

        var next = NewGeneration(operation);
        using (var repository = new Repository(PathOf(next)))
        {
            var oldest = timeProvider.GetUtcNow() - UnusedReference;
            using var from = new Repository(PathOf(name));
            var specs = from.Refs.FromGlob("refs/gitops/*")
                .Where(r => File.GetLastWriteTimeUtc(Path.Combine(PathOf(name), r.CanonicalName)) > oldest.UtcDateTime)
                .Select(r => $"+{r.CanonicalName}:{r.CanonicalName}")
                .ToList();
            repository.Network.Remotes.Add("previous", PathOf(name));
            Commands.Fetch(repository, "previous", specs, new FetchOptions { TagFetchMode = TagFetchMode.None, OnTransferProgress = _ => !operation.CancellationToken.IsCancellationRequested }, "");
            repository.Network.Remotes.Remove("previous");
        }

        operation.CancellationToken.ThrowIfCancellationRequested();
        WriteCurrent(next);
        logger.MirrorCompacted(operation.Connector.Address.Display, packCount);
        RemoveOldGenerations();
    }

    private int LooseObjects(string name) =>
        Directory.EnumerateDirectories(Path.Combine(PathOf(name), "objects")).Where(d => Path.GetFileName(d).Length == 2).Sum(d => Directory.EnumerateFiles(d).Count());

    private string NewGeneration(GitOperation operation)
    {
        var last = Generations().Select(g => int.Parse(g.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
        var name = $"g{(last + 1).ToString(CultureInfo.InvariantCulture)}";
        using var repository = new Repository(Repository.Init(PathOf(name), isBare: true));
        EnsureRemote(repository, operation);
        return name;
    }

    private IEnumerable<string> Generations() =>
        Directory.EnumerateDirectories(directory, "g*").Select(d => Path.GetFileName(d)!).Where(n => n.Length > 1 && n.Length < 10 && !n.AsSpan(1).ContainsAnyExceptInRange('0', '9'));

    private void RemoveOldGenerations()
    {
        var current = ReadCurrent();
        foreach (var name in Generations().ToList())
        {
            if (string.Equals(name, current, StringComparison.Ordinal))
            {
                continue;
            }

            // Readers, in this and other processes, hold a shared lock.
            using var alone = FileLock.TryAcquire(LockOf(name), isShared: false);
            if (alone is not null)
            {
                DeleteDirectory(PathOf(name));
                File.Delete(LockOf(name));
            }
        }
    }

    /// <summary>What a killed process left behind: nobody else writes now, so whatever is unfinished stays so.</summary>
    private static void RemoveLeftovers(string path)
    {
        var packs = Path.Combine(path, "objects", "pack");
        if (!Directory.Exists(packs))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(packs).ToList())
        {
            var isWhole = Path.GetExtension(file) switch
            {
                ".pack" => File.Exists(Path.ChangeExtension(file, ".idx")),
                ".idx" => File.Exists(Path.ChangeExtension(file, ".pack")),
                _ => false,
            };
            if (!isWhole)
            {
                File.Delete(file);
            }
        }

        foreach (var file in Directory.EnumerateFiles(path, "*.lock", SearchOption.AllDirectories).ToList())
        {
            File.Delete(file);
        }
    }

    private string? ReadCurrent()
    {
        try
        {
            var name = BoundedRead.Text(Path.Combine(directory, "current"), 4096).Trim();
            return name.Length > 1 && Directory.Exists(PathOf(name)) ? name : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void WriteCurrent(string name)
    {
        var path = Path.Combine(directory, "current");
        File.WriteAllText($"{path}.new", name);
        File.Move($"{path}.new", path, overwrite: true);
    }

    private string PathOf(string name) => Path.Combine(directory, name);

    private string LockOf(string name) => Path.Combine(directory, $"{name}.lock");

    private static long DirectorySize(string path) => new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    private static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void DeleteDirectory(string path)
    {
        // Git writes its objects read-only, which stops a deletion on Windows.
        foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
        {
            if (OperatingSystem.IsWindows())
            {
                File.SetAttributes(file, FileAttributes.Normal);
            }
        }

        Directory.Delete(path, recursive: true);
    }
}
