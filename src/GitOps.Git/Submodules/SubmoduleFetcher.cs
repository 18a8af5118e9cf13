using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Fetches the commits that a tree pins its submodules to, and theirs in turn.</summary>
internal sealed class SubmoduleFetcher(GitRepositoryPool pool, GitSourceOptions options, GitAddress root)
{
    /// <summary>The trees to show in the place of submodules, by their full path.</summary>
    public async Task<IReadOnlyDictionary<TreePath, GitSubmodule>> FetchAsync(ObjectStore store, ObjectId tree, TreeSummary summary, CancellationToken cancellationToken)
    {
        var found = new Dictionary<TreePath, GitSubmodule>();
        await FetchAsync(store, tree, summary, root, TreePath.Root, 1, found, cancellationToken).ConfigureAwait(false);
        return found;
    }

    private async Task FetchAsync(
        ObjectStore store, ObjectId tree, TreeSummary summary, GitAddress address, TreePath at, int depth, Dictionary<TreePath, GitSubmodule> found, CancellationToken cancellationToken)
    {
        if (summary.Submodules.Count == 0)
        {
            return;
        }

        if (depth > options.Limits.SubmoduleDepth)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"{address.Display}: submodules nest deeper than the limit of {options.Limits.SubmoduleDepth} (SubmoduleDepth).");
        }

        var urls = store.GetDirectory(tree).TryFind(".gitmodules", out var file) && file.Kind == GitEntryKind.File && store.GetSize(file.Id) <= options.Limits.BlobSize
            ? SubmoduleList.Parse(store.ReadBlob(file.Id))
            : new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, commit) in summary.Submodules)
        {
            if (!urls.TryGetValue(path, out var url))
            {
                // Git itself leaves an entry without a URL empty.
                continue;
            }

            var module = Address(SubmoduleList.Resolve(url, address), path, address);
            var fetched = await FetchAsync(module, commit, cancellationToken).ConfigureAwait(false);
            at.TryCombine(path, out var full);
            found[full] = fetched;
            var moduleSummary = fetched.Store.Scan.Scan(fetched.Root, options.Limits, module.Display);
            await FetchAsync(fetched.Store, fetched.Root, moduleSummary, module, full, depth + 1, found, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<GitSubmodule> FetchAsync(GitAddress module, ObjectId commit, CancellationToken cancellationToken)
    {
        var mirror = pool.MirrorOf(module, options.CacheDirectory);
        if (!mirror.Has(commit.Sha))
        {
            var credentials = HasSameHost(module) ? await pool.ReadAsync(options.Credentials, module, cancellationToken).ConfigureAwait(false) : ResolvedCredentials.None;
            var connection = pool.ConnectionOf(module, credentials, options);
            var advertisement = await connection.ListReferencesAsync(options, cancellationToken).ConfigureAwait(false);
            await CommitFetch.FetchAsync(mirror, connection, options, pool.TimeProvider, advertisement, commit.Sha, null, cancellationToken).ConfigureAwait(false);
        }

        return mirror.TryOpen(out var store) && store.Use(repository => repository.Lookup<Commit>(commit)?.Tree.Id) is { } tree
            ? new GitSubmodule(mirror, new Revision("", "sha1", commit.Sha), store, tree)
            : throw new GitOpsException(Reasons.FetchFailed, $"{module.Display}: the commit {commit.Sha} that a submodule is pinned to is not there.");
    }

    private GitAddress Address(string url, string path, GitAddress parent)
    {
        GitAddress module;
        try
        {
            module = GitAddress.Parse(url);
        }
        catch (FormatException exception)
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{parent.Display}: submodule '{path}': {exception.Message}", exception);
        }

        // A repository must not be able to name files of the machine that follows it.
        return module.Protocol == GitProtocol.Local && root.Protocol != GitProtocol.Local
            ? throw new GitOpsException(Reasons.FetchFailed, $"{parent.Display}: submodule '{path}' is on the local disk, which a repository on a server may not name.")
            : module;
    }

    private bool HasSameHost(GitAddress module) =>
        module.Protocol == root.Protocol && string.Equals(module.Host, root.Host, StringComparison.OrdinalIgnoreCase) && module.Port == root.Port;
}
