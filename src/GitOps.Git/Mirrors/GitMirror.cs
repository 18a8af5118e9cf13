using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>Without a mapping of its own, a remote gets one that makes a second copy of each branch.</summary>
    private const string NoMapping = "+refs/gitops-none/*:refs/gitops-none/*";

    private static readonly TimeSpan UnusedReference = TimeSpan.FromDays(30);

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _opening = new();
    private readonly MirrorGenerations _generations = new(directory);
    private readonly MirrorCheck _check = new();
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
                if (_generations.ReadCurrent() is not { } name)
                {
                    return false;
                }

                if (_current is not null && string.Equals(_currentName, name, StringComparison.Ordinal))
                {
                    store = _current;
                    return true;
                }

                var inUse = FileLock.TryAcquire(_generations.LockOf(name), isShared: true);
                if (inUse is not null && MirrorCheck.CanOpen(_generations.PathOf(name)))
                {
                    _current = new ObjectStore(_generations.PathOf(name), inUse, () => TryOpen(out var next) && !next.IsDamaged ? next : null);
                    _currentName = name;
                    store = _current;
                    return true;
                }

                inUse?.Dispose();
            }

            return false;
        }
    }

    /// <summary>Says that the mirror is in use, and a reference of the server in it.</summary>
    public void KeepInUse(string? reference) =>
        Keep((repository, now) =>
        {
            if (reference is not null)
            {
                MirrorReferences.Touch(repository, MirrorReferences.NameOf(reference), now);
            }
        });

    /// <summary>Says that a revision was handed out or is in use still: it stays here whatever becomes of the server's references.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="objectId">The object that led to it: its commit or an annotated tag.</param>
    public void KeepInUse(Revision revision, string objectId) =>
        Keep((repository, now) =>
        {
            if (Has(objectId))
            {
                MirrorReferences.Keep(repository, revision, objectId, now);
            }
        });

    /// <summary>Whether what was there once is damaged or gone.</summary>
    public bool NeedsRepair => _current is { } current && (current.IsDamaged || _generations.ReadCurrent() is null);

    /// <summary>Whether an object and what it needs to be shown is here.</summary>
    public bool Has(string objectId) =>
        TryOpen(out var store) && !store.IsDamaged && store.Use(repository => MirrorCheck.Leads(repository, objectId));

    /// <summary>Brings objects here.</summary>
    public async Task<ObjectStore> FetchAsync(GitOperation operation, IReadOnlyList<MirrorWant> wants)
    {
        _generations.Prepare();
        await _writing.WaitAsync(operation.CancellationToken).ConfigureAwait(false);
        try
        {
            using var held = await FileLock.AcquireAsync(_generations.WriteLock, operation.TimeProvider, operation.CancellationToken).ConfigureAwait(false);
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
        _generations.Prepare();
        await _writing.WaitAsync(operation.CancellationToken).ConfigureAwait(false);
        try
        {
            using var held = await FileLock.AcquireAsync(_generations.WriteLock, operation.TimeProvider, operation.CancellationToken).ConfigureAwait(false);
            var name = _generations.ReadCurrent() ?? _generations.MakeNext();
            _generations.WriteCurrent(name);
            using var inUse = FileLock.TryAcquire(_generations.LockOf(name), isShared: true);
            using var repository = new Repository(_generations.PathOf(name));
            EnsureRemote(repository, operation);
            return await work(repository).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Keep(Action<string, DateTime> keep)
    {
        if (_generations.ReadCurrent() is not { } name)
        {
            return;
        }

        var now = timeProvider.GetUtcNow().UtcDateTime;
        try
        {
            _generations.Touch(now);
            keep(_generations.PathOf(name), now);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or GitOpsException)
        {
            // Another process replaced the files this very moment, which is a use as well; or the cache is read-only; or it is damaged, which the next fetch mends.
        }
    }

    private void FetchLocked(GitOperation operation, IReadOnlyList<MirrorWant> wants)
    {
        _generations.RemoveOld();
        var isDamaged = _current?.IsDamaged ?? false;
        if (_generations.ReadCurrent() is { } name && !isDamaged && MirrorCheck.CanOpen(_generations.PathOf(name)))
        {
            _generations.RemoveLeftovers(name);
            isDamaged = !_check.IsSound(_generations.PathOf(name));
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
        var next = _generations.MakeNext();
        FetchInto(next, operation, wants);
        new MirrorSalvage(_generations.PathOf(next), operation.Connector.Address.Display, logger)
            .Save(_generations.PathsBut(next), (timeProvider.GetUtcNow() - UnusedReference).UtcDateTime, operation.CancellationToken);
        _generations.WriteCurrent(next);
        _generations.RemoveOld();
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

        return !MirrorCheck.IsWhole(_generations.PathOf(name)) || ++_suspicions >= MaxSuspicions;
    }

    private void FetchInto(string name, GitOperation operation, IReadOnlyList<MirrorWant> wants)
    {
        using var repository = new Repository(_generations.PathOf(name));
        EnsureRemote(repository, operation);
        operation.MaxReceived = Math.Max(0, operation.Options.Limits.RepositorySize - _generations.SizeOf(name));
        try
        {
            FetchNative(repository, operation, wants);
        }
        catch (LibGit2SharpException) when (operation.Advertisement is not null && !operation.CancellationToken.IsCancellationRequested && operation.Failure is not GitOpsException { Reason: Reasons.LimitExceeded })
        {
            // The list of references the probe saw may be out of date by now.
            operation.ForgetAdvertisement();
            FetchNative(repository, operation, wants);
        }

        operation.CancellationToken.ThrowIfCancellationRequested();
        foreach (var want in wants.Where(w => w.IsRequired))
        {
            var reference = repository.Refs[MirrorReferences.NameOf(want.Name ?? want.ObjectId)];
            if (reference is null || !MirrorCheck.Leads(repository, reference.TargetIdentifier))
            {
                throw new MirrorDamagedException($"{want.Name ?? want.ObjectId} did not arrive whole");
            }
        }

        var now = timeProvider.GetUtcNow().UtcDateTime;
        foreach (var want in wants)
        {
            MirrorReferences.Touch(_generations.PathOf(name), MirrorReferences.NameOf(want.Name ?? want.ObjectId), now);
        }

        if (_generations.SizeOf(name) > operation.Options.Limits.RepositorySize)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"{operation.Connector.Address.Display}: the repository is larger than the limit of {operation.Options.Limits.RepositorySize} bytes (RepositorySize).");
        }
    }

    private void FetchNative(Repository repository, GitOperation operation, IReadOnlyList<MirrorWant> wants)
    {
        if (operation.Connector is LocalConnector local)
        {
            local.CopyTo(repository, wants.Select(w => w.Name).OfType<string>(), operation.CancellationToken);
            return;
        }

        // libgit2 forgets them with each fetch.
        var shallow = ShallowCommits.Read(repository.Info.Path);
        var specs = wants.Select(w => $"+{w.Name ?? w.ObjectId}:{MirrorReferences.NameOf(w.Name ?? w.ObjectId)}").Distinct(StringComparer.Ordinal).ToList();
        try
        {
            using var running = NativeOperations.Enter(Key, operation);
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
        finally
        {
            ShallowCommits.Add(repository.Info.Path, shallow);
        }
    }

    private void EnsureRemote(Repository repository, GitOperation operation)
    {
        var url = operation.Connector.NativeUrl(Key);
        if (repository.Network.Remotes["origin"] is not { } remote)
        {
            repository.Network.Remotes.Add("origin", url, NoMapping);
        }
        else if (!string.Equals(remote.Url, url, StringComparison.Ordinal))
        {
            repository.Network.Remotes.Update("origin", r => r.Url = url);
        }
    }

    /// <summary>Each fetch adds a pack; many small ones are slow and never lose what nothing leads to any more. A fresh copy has one pack.</summary>
    private void CompactWhenDue(string name, GitOperation operation)
    {
        var packs = Path.Combine(_generations.PathOf(name), "objects", "pack");
        var packCount = Directory.Exists(packs) ? Directory.EnumerateFiles(packs, "*.pack").Count() : 0;
        if (packCount <= MaxPacks && LooseObjects(name) <= MaxLooseObjects)
        {
            return;
        }

        var next = _generations.MakeNext();
        using (var from = new Repository(_generations.PathOf(name)))
        {
            var used = MirrorReferences.UsedSince(from, (timeProvider.GetUtcNow() - UnusedReference).UtcDateTime);
            ObjectCopy.Copy(_generations.PathOf(name), _generations.PathOf(next), used.Select(r => r.Target), operation.CancellationToken);
            foreach (var (reference, target, usedAt) in used)
            {
                // Being copied is no use: what nobody follows any more must go away in the end.
                MirrorReferences.Write(_generations.PathOf(next), reference, target, usedAt);
            }
        }

        operation.CancellationToken.ThrowIfCancellationRequested();
        _generations.WriteCurrent(next);
        logger.MirrorCompacted(operation.Connector.Address.Display, packCount);
        _generations.RemoveOld();
    }

    private int LooseObjects(string name) =>
        Directory.EnumerateDirectories(Path.Combine(_generations.PathOf(name), "objects")).Where(d => Path.GetFileName(d).Length == 2).Sum(d => Directory.EnumerateFiles(d).Count());
}
