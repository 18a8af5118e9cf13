using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Follows a reference of a Git repository.</summary>
/// <remarks>
/// Thread-safe. A fetch costs what changed: a mirror keeps the history of what was asked for, and the tree that is handed out reads from it.
/// A revision that was fetched before is served without the network, so the last good one stays available when the server is down.
/// </remarks>
public sealed class GitSource : ISource, IDisposable
{
    private readonly GitSourceOptions _options;
    private readonly GitAddress _address;
    private readonly GitRepositoryPool _pool;
    private readonly bool _ownsPool;
    private readonly GitMirror _mirror;
    private volatile ResolvedReference? _lastProbed;
    private volatile string? _confirmedFingerprint;

    /// <summary>Makes a source.</summary>
    /// <param name="options">What to follow, and how to reach it.</param>
    /// <param name="pool">What it shares with other sources; one of its own when <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public GitSource(GitSourceOptions options, GitRepositoryPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        GitSourceOptionsValidation.Validate(options);
        _options = options;
        _address = GitAddress.Parse(options.Url);
        _ownsPool = pool is null;
        _pool = pool ?? new GitRepositoryPool();
        _mirror = _pool.MirrorOf(_address, options.CacheDirectory);
    }

    /// <summary>What the source follows.</summary>
    public GitSourceOptions Options => _options;

    /// <inheritdoc/>
    public async ValueTask<Revision> ProbeAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (_options.Reference is { Commit: { } commit, Branch: null } && _confirmedFingerprint is not null && _mirror.Has(commit))
        {
            // A commit does not move: having been let in once is enough.
            return new Revision("", "sha1", commit);
        }

        var resolved = await ResolveAsync(connection, cancellationToken).ConfigureAwait(false);
        _lastProbed = resolved;
        return resolved.Revision;
    }

    /// <inheritdoc/>
    public async ValueTask<Artifact> FetchAsync(Revision revision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(revision);
        if (revision.Algorithm != "sha1" || revision.Digest.Length != 40)
        {
            throw new ArgumentException($"'{revision}' is not a revision of a Git repository.", nameof(revision));
        }

        var resolved = _lastProbed is { } probed && probed.Revision.SameContent(revision) ? probed : null;
        if (!IsComplete(revision, resolved))
        {
            var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            resolved ??= await ResolveAsync(connection, cancellationToken).ConfigureAwait(false);
            await FetchAsync(connection, [Want(resolved, revision)], cancellationToken).ConfigureAwait(false);
        }

        _confirmedFingerprint ??= "";
        return await OpenAsync(revision, resolved, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsPool)
        {
            _pool.Dispose();
        }
    }

    private static MirrorWant Want(ResolvedReference resolved, Revision revision) =>
        new(resolved.Name, resolved.Name is null ? revision.Digest : resolved.ObjectId);

    private bool IsComplete(Revision revision, ResolvedReference? resolved) =>
        _mirror.Has(revision.Digest) && (resolved is null || resolved.ObjectId == revision.Digest || _mirror.Has(resolved.ObjectId));

    private async ValueTask<GitConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var credentials = await ResolvedCredentials.ReadAsync(_options.Credentials, cancellationToken).ConfigureAwait(false);
        return _pool.ConnectionOf(_address, credentials, _options);
    }

    private async Task<ResolvedReference> ResolveAsync(GitConnection connection, CancellationToken cancellationToken)
    {
        var advertisement = await connection.ListReferencesAsync(_options, cancellationToken).ConfigureAwait(false);
        var found = ReferenceResolver.Resolve(_options.Reference, advertisement, _address);
        if (found.Count == 1)
        {
            return found[0];
        }

        // Versions that differ in build metadata only compare as equal; the newer commit decides.
        await FetchAsync(connection, [.. found.Select(f => new MirrorWant(f.Name, f.ObjectId))], cancellationToken).ConfigureAwait(false);
        return _mirror.TryOpen(out var store)
            ? store.Use(repository => found.MaxBy(f => repository.Lookup<Commit>(f.Revision.Digest)?.Committer.When ?? DateTimeOffset.MinValue)!)
            : found[^1];
    }

    private async Task FetchAsync(GitConnection connection, IReadOnlyList<MirrorWant> wants, CancellationToken cancellationToken)
    {
        using var operation = new GitOperation("fetch", connection.Connector, _options, _pool.TimeProvider, cancellationToken);
        try
        {
            await _mirror.FetchAsync(operation, wants).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw operation.Explain(exception);
        }
    }

    private Task<Artifact> OpenAsync(Revision revision, ResolvedReference? resolved, CancellationToken cancellationToken)
    {
        _ = resolved;
        if (!_mirror.TryOpen(out var store))
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{_address.Display}: revision {revision} is not here; it may have been replaced on the server. Probe again.");
        }

        return BlockingWork.RunAsync(
            () => store.Use(repository =>
            {
                if (repository.Lookup<Commit>(revision.Digest) is not { } commit)
                {
                    throw new GitOpsException(Reasons.FetchFailed, $"{_address.Display}: revision {revision} is no longer on the server: the reference moved on. Probe again.");
                }

                var options = new GitTreeOptions
                {
                    MaxBlobSize = _options.Limits.BlobSize,
                    AllowLfsPointers = _options.AllowLfsPointers,
                    Ignore = SourceIgnore.Create([], _options.Ignore),
                };
                return new Artifact(revision, new GitFileTree(store, commit.Tree.Id, options))
                {
                    Author = $"{commit.Author.Name} <{commit.Author.Email}>",
                    Message = commit.Message,
                    CommittedAt = commit.Committer.When,
                };
            }),
            cancellationToken);
    }
}
