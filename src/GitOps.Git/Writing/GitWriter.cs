using GitOps.Limits;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Commits to a branch of a repository and pushes; when the branch moved meanwhile, the commit is made anew on top of it and pushed again.</summary>
/// <remarks>Thread-safe. It shares mirror and connection with the sources of its pool.</remarks>
public sealed class GitWriter : IDisposable
{
    private const int MaxAttempts = 10;

    private readonly GitSourceOptions _options;
    private readonly GitAddress _address;
    private readonly GitRepositoryPool _pool;
    private readonly bool _ownsPool;
    private readonly GitMirror _mirror;

    /// <summary>Makes a writer.</summary>
    /// <param name="options">The repository, and how to reach it; what its <see cref="GitSourceOptions.Reference"/> follows plays no part.</param>
    /// <param name="pool">What it shares with sources; one of its own when <see langword="null"/>.</param>
    public GitWriter(GitSourceOptions options, GitRepositoryPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        GitSourceOptionsValidation.Validate(options);
        _options = options;
        _address = GitAddress.Parse(options.Url);
        _ownsPool = pool is null;
        _pool = pool ?? new GitRepositoryPool();
        _mirror = _pool.MirrorOf(_address, options.CacheDirectory);
    }

    /// <summary>Writes a commit and pushes it.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The branch's revision afterwards; the same as before when the commit would change nothing.</returns>
    /// <exception cref="ArgumentException">The name of the branch, the author or the message cannot be written.</exception>
    /// <exception cref="GitOpsException">
    /// Somebody else changed one of the same files (<see cref="Reasons.Conflict"/>), the server refused the push (<see cref="GitReasons.PushRefused"/>),
    /// or it could not be reached.
    /// </exception>
    public async ValueTask<Revision> CommitAsync(GitCommit commit, CancellationToken cancellationToken = default)
    {
        CommitWriter.Validate(commit);
        var name = $"refs/heads/{commit.Branch}";
        var basis = commit.Base?.Digest;
        for (var attempt = 1; ; attempt++)
        {
            var credentials = await _pool.ReadAsync(_options.Credentials, _address, cancellationToken).ConfigureAwait(false);
            var connection = _pool.ConnectionOf(_address, credentials, _options);
            var advertisement = await connection.ListReferencesAsync(_options, cancellationToken).ConfigureAwait(false);
            advertisement.TryGet(name, out var tip);
            using var operation = new GitOperation("push", connection.Connector, _options, _pool.TimeProvider, cancellationToken);
            try
            {
                if (tip is not null)
                {
                    await _mirror.FetchAsync(operation, [new MirrorWant(name, tip.ObjectId)]).ConfigureAwait(false);
                }

                basis ??= tip?.ObjectId;
                if (await _mirror.WriteAsync(operation, repository => PushAsync(repository, operation, commit, tip?.ObjectId, basis)).ConfigureAwait(false) is { } pushed)
                {
                    return new Revision(commit.Branch, "sha1", pushed);
                }
            }
            catch (Exception exception)
            {
                throw operation.Explain(exception);
            }

            if (attempt == MaxAttempts)
            {
                throw new GitOpsException(Reasons.Conflict, $"{_address.Display}: the branch '{commit.Branch}' moved each of the {MaxAttempts} times the commit was pushed.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsPool)
        {
            _pool.Dispose();
        }
    }

    /// <returns>The commit the branch has now, or null when the branch moved meanwhile.</returns>
    private async Task<string?> PushAsync(Repository repository, GitOperation operation, GitCommit commit, string? tip, string? basis)
    {
        var parent = tip is null ? null : repository.Lookup<Commit>(tip) ?? throw new MirrorDamagedException($"{tip} did not arrive");
        RefuseConflicts(repository, commit, parent, basis);
        var written = await CommitWriter.WriteAsync(repository, parent, commit, _pool.TimeProvider.GetUtcNow(), operation.CancellationToken).ConfigureAwait(false);
        if (parent is not null && written.Id == parent.Id)
        {
            return parent.Sha;
        }

        var local = $"refs/gitops-push/{Guid.NewGuid():N}";
        repository.Refs.Add(local, written.Id);
        try
        {
            return await BlockingWork.RunAsync(() => TryPush(repository, operation, $"{local}:refs/heads/{commit.Branch}"), operation.CancellationToken).ConfigureAwait(false) ? written.Sha : null;
        }
        finally
        {
            repository.Refs.Remove(local);
        }
    }

    private bool TryPush(Repository repository, GitOperation operation, string refspec)
    {
        string? refusal = null;
        try
        {
            // libgit2 pushes into a directory without looking again at what it replaces, so that pushes must come one at a time.
            using var alone = _address.Protocol == GitProtocol.Local
                ? Blocking.Wait(FileLock.AcquireAsync(Path.Combine(_address.Path, "gitops-push.lock"), operation.TimeProvider, operation.CancellationToken))
                : null;
            using (NativeOperations.Enter(_mirror.Key, operation))
            {
                repository.Network.Push(repository.Network.Remotes["origin"], refspec, new PushOptions { OnPushStatusError = error => refusal = error.Message });
            }
        }
        catch (NonFastForwardException)
        {
            return false;
        }

        if (refusal is null)
        {
            return true;
        }

        return refusal.Contains("fast-forward", StringComparison.OrdinalIgnoreCase)
            || refusal.Contains("fetch first", StringComparison.OrdinalIgnoreCase)
            || refusal.Contains("failed to update ref", StringComparison.OrdinalIgnoreCase)
            || refusal.Contains("failed to lock", StringComparison.OrdinalIgnoreCase)
            || refusal.Contains("cannot lock ref", StringComparison.OrdinalIgnoreCase)
            ? false
            : throw new GitOpsException(GitReasons.PushRefused, $"{_address.Display}: the server refused the push: {ReferenceAdvertisementReader.Printable(refusal)}");
    }

    private void RefuseConflicts(Repository repository, GitCommit commit, Commit? parent, string? basis)
    {
        if (basis is null || string.Equals(parent?.Sha, basis, StringComparison.Ordinal))
        {
            return;
        }

        var from = repository.Lookup<Commit>(basis)?.Tree
            ?? throw new GitOpsException(Reasons.Conflict, $"{_address.Display}: the revision {basis} that the changes were made against is not in branch '{commit.Branch}' any more.");
        foreach (var change in commit.Changes)
        {
            var entry = parent?.Tree[change.Path.Value];
            if (from[change.Path.Value]?.Target.Id != entry?.Target.Id && !IsMade(repository, change, entry))
            {
                throw new GitOpsException(Reasons.Conflict, $"{_address.Display}: {change.Path} was changed by somebody else in branch '{commit.Branch}' since {basis[..12]}.")
                {
                    Location = new SourceLocation(change.Path.Value),
                };
            }
        }
    }

    /// <summary>Whether the branch has the change already: a push whose answer was lost on the way is tried again.</summary>
    private static bool IsMade(Repository repository, GitFileChange change, LibGit2Sharp.TreeEntry? entry) => change.Content is { } content
        ? entry is { TargetType: TreeEntryTargetType.Blob } && repository.ObjectDatabase.Write<Blob>(content.ToArray()) == entry.Target.Id
        : entry is null;
}
