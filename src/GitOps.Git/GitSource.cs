using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Follows a reference of a Git repository.</summary>
/// <remarks>
/// Thread-safe. A fetch costs what changed: a mirror keeps the history of what was asked for, and the tree that is handed out reads from it.
/// A revision that was fetched before is served without the network, so the last good one stays available when the server is down.
/// </remarks>
public sealed class GitSource : ISource, IDisposable
{
    private const long MaxIgnoreFile = 1024 * 1024;

    private static readonly MemoryFileTree EmptyTree = new(Array.Empty<KeyValuePair<string, string>>());

    private readonly GitSourceOptions _options;
    private readonly GitAddress _address;
    private readonly GitRepositoryPool _pool;
    private readonly bool _ownsPool;
    private readonly GitMirror _mirror;
    private volatile ResolvedReference? _lastProbed;
    private volatile bool _isConfirmed;
    private volatile IReadOnlyList<HandedOut> _handedOut = [];
    private long _keptAt;

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
        if (_options.Reference is { Commit: { } commit, Branch: null } && _isConfirmed && _mirror.Has(commit))
        {
            // A commit does not move: having been let in once is enough.
            KeepInUse(null);
            return new Revision("", "sha1", commit);
        }

        var resolved = await ResolveAsync(connection, cancellationToken).ConfigureAwait(false);
        _lastProbed = resolved;
        KeepInUse(resolved.Name);
        if (_mirror.NeedsRepair)
        {
            // Nobody fetches a revision twice, so that it is mended here, for trees that are still in use.
            await FetchAsync(resolved.Revision, resolved, cancellationToken).ConfigureAwait(false);
        }

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
            resolved = await FetchAsync(revision, resolved, cancellationToken).ConfigureAwait(false);
        }

        _isConfirmed = true;
        _mirror.KeepInUse(resolved?.Name);
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

    /// <summary>A repository in which nothing moves is only probed, and is in use all the same; once a day is enough to say so.</summary>
    private void KeepInUse(string? reference)
    {
        var now = _pool.TimeProvider.GetUtcNow().UtcTicks;
        if (now - Interlocked.Read(ref _keptAt) >= TimeSpan.TicksPerDay)
        {
            Interlocked.Exchange(ref _keptAt, now);
            _mirror.KeepInUse(reference);
            foreach (var handedOut in _handedOut)
            {
                handedOut.Mirror.KeepInUse(handedOut.Revision, handedOut.ObjectId);
            }
        }
    }

    private async Task<ResolvedReference> FetchAsync(Revision revision, ResolvedReference? resolved, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (_options.Reference is { Commit: { } commit })
        {
            var advertisement = await connection.ListReferencesAsync(_options, cancellationToken).ConfigureAwait(false);
            await CommitFetch.FetchAsync(_mirror, connection, _options, _pool.TimeProvider, advertisement, commit, _options.Reference.Branch, cancellationToken).ConfigureAwait(false);
            return new ResolvedReference(revision, null, commit);
        }

        resolved ??= await ResolveAsync(connection, cancellationToken).ConfigureAwait(false);
        await FetchAsync(connection, [new MirrorWant(resolved.Name, resolved.ObjectId)], cancellationToken).ConfigureAwait(false);
        return resolved;
    }

    private bool IsComplete(Revision revision, ResolvedReference? resolved) =>
        _mirror.Has(revision.Digest) && (resolved is null || resolved.ObjectId == revision.Digest || _mirror.Has(resolved.ObjectId));

    private async ValueTask<GitConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var credentials = await _pool.ReadAsync(_options.Credentials, _address, cancellationToken).ConfigureAwait(false);
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
        using var operation = new GitOperation("fetch", connection.Connector, _options, _pool.TimeProvider, cancellationToken) { Advertisement = connection.LastAdvertisement?.Raw };
        try
        {
            await _mirror.FetchAsync(operation, wants).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw operation.Explain(exception);
        }
    }

    private async Task<Artifact> OpenAsync(Revision revision, ResolvedReference? resolved, CancellationToken cancellationToken)
    {
        if (!_mirror.TryOpen(out var store))
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{_address.Display}: revision {revision} is not here; it may have been replaced on the server. Probe again.");
        }

        var objectId = resolved?.ObjectId ?? store.Use(repository => FindObject(repository, revision)) ?? revision.Digest;
        var signer = await VerifyAsync(store, revision, objectId, cancellationToken).ConfigureAwait(false);
        var (artifact, tree, summary) = await BlockingWork.RunAsync(() => Describe(store, revision), cancellationToken).ConfigureAwait(false);
        var submodules = _options.RecurseSubmodules
            ? await new SubmoduleFetcher(_pool, _options, _address).FetchAsync(store, tree, summary, cancellationToken).ConfigureAwait(false)
            : new Dictionary<TreePath, GitSubmodule>();
        var options = new GitTreeOptions
        {
            MaxBlobSize = _options.Limits.BlobSize,
            AllowLfsPointers = _options.AllowLfsPointers,
            Ignore = SourceIgnore.Create(summary.IgnoreFiles.Select(f => (TreePath.Parse(f.Directory), ReadText(store, f.File))), _options.Ignore),
            Submodules = submodules,
        };

        // Only what passed: a revision that is refused must not take the place of a good one.
        _handedOut = [new HandedOut(_mirror, revision, objectId), .. submodules.Values.Select(s => new HandedOut(s.Mirror, s.Revision, s.Revision.Digest))];
        foreach (var handedOut in _handedOut)
        {
            handedOut.Mirror.KeepInUse(handedOut.Revision, handedOut.ObjectId);
        }

        return artifact with { Tree = new GitFileTree(store, tree, options), VerifiedBy = signer };
    }

    private async ValueTask<string?> VerifyAsync(ObjectStore store, Revision revision, string objectId, CancellationToken cancellationToken)
    {
        if (_options.Verification is not { } verification)
        {
            return null;
        }

        var verifier = await SignatureVerifier.CreateAsync(verification, _pool.TimeProvider, new SecretReading(_pool.Secrets), cancellationToken).ConfigureAwait(false);
        try
        {
            return await BlockingWork.RunAsync(
                () => store.Use(repository => repository.Lookup<Commit>(revision.Digest) is { } commit
                    ? verifier.Verify(repository, commit, objectId)
                    : throw new GitOpsException(Reasons.FetchFailed, $"{_address.Display}: revision {revision} is no longer on the server: the reference moved on. Probe again.")),
                cancellationToken).ConfigureAwait(false);
        }
        catch (GitOpsException exception) when (exception.Reason == Reasons.VerificationFailed)
        {
            throw new GitOpsException(exception.Reason, $"{_address.Display} {revision}: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// The object that led to a revision, for one that is served without asking the server: a tag that was moved since leads elsewhere, so that what was
    /// kept when the revision was handed out comes first.
    /// </summary>
    private static string? FindObject(Repository repository, Revision revision)
    {
        foreach (var name in new[] { MirrorReferences.NameOf(revision), MirrorReferences.NameOf($"refs/tags/{revision.Name}"), MirrorReferences.NameOf(revision.Name) })
        {
            try
            {
                if (repository.Refs[name]?.TargetIdentifier is { } id && repository.FindCommit(id)?.Sha == revision.Digest)
                {
                    return id;
                }
            }
            catch (LibGit2SharpException)
            {
                // A reference that is damaged names nothing; the next fetch rebuilds what is.
            }
        }

        return null;
    }

    private (Artifact Artifact, ObjectId Tree, TreeSummary Summary) Describe(ObjectStore store, Revision revision)
    {
        try
        {
            var (artifact, tree) = store.Use(repository => repository.Lookup<Commit>(revision.Digest) is { } commit
                ? (new Artifact(revision, EmptyTree)
                {
                    Author = $"{commit.Author.Name} <{commit.Author.Email}>",
                    Message = commit.Message,
                    CommittedAt = commit.Committer.When,
                }, commit.Tree.Id)
                : throw new GitOpsException(Reasons.FetchFailed, $"{_address.Display}: revision {revision} is no longer on the server: the reference moved on. Probe again."));
            return (artifact, tree, store.Scan.Scan(tree, _options.Limits, $"{_address.Display} {revision}"));
        }
        catch (LibGit2SharpException exception)
        {
            store.MarkDamaged();
            throw new GitOpsException(Reasons.FetchFailed, $"{_address.Display}: the mirror is damaged; it is rebuilt by the next fetch.", exception);
        }
    }

    private string ReadText(ObjectStore store, ObjectId file) =>
        store.GetSize(file) <= Math.Min(_options.Limits.BlobSize, MaxIgnoreFile)
            ? System.Text.Encoding.UTF8.GetString(store.ReadBlob(file))
            : throw new GitOpsException(Reasons.LimitExceeded, $"{_address.Display}: a {SourceIgnore.FileName} file has more than {MaxIgnoreFile} bytes.");

    /// <summary>What was handed out last, and where it is: as long as the source is asked for news, it is in use.</summary>
    private sealed record HandedOut(GitMirror Mirror, Revision Revision, string ObjectId);
}
