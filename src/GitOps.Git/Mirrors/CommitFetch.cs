using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Fetches a commit that perhaps no reference names: by a name that leads to it, else by itself, else by fetching all branches and tags.</summary>
internal static class CommitFetch
{
    public static async Task FetchAsync(
        GitMirror mirror,
        GitConnection connection,
        GitSourceOptions options,
        TimeProvider timeProvider,
        RefAdvertisement advertisement,
        string commit,
        string? branch,
        CancellationToken cancellationToken)
    {
        var address = connection.Connector.Address;
        if (branch is not null)
        {
            var head = advertisement.TryGet($"refs/heads/{branch}", out var found) ? found : throw new GitOpsException(Reasons.NotFound, $"{address.Display}: there is no branch '{branch}'.");
            await Try([new MirrorWant(head.Name, head.ObjectId)]).ConfigureAwait(false);
            if (!mirror.TryOpen(out var store) || !store.Use(repository => IsAncestor(repository, commit, head.ObjectId)))
            {
                throw new GitOpsException(Reasons.NotFound, $"{address.Display}: branch '{branch}' does not hold commit {commit}.");
            }

            return;
        }

        if (advertisement.References.Values.FirstOrDefault(r => string.Equals(r.CommitId, commit, StringComparison.Ordinal)) is { } named)
        {
            await Try([new MirrorWant(named.Name, named.ObjectId)]).ConfigureAwait(false);
            return;
        }

        if (address.Protocol != GitProtocol.Local)
        {
            try
            {
                await Try([new MirrorWant(null, commit)]).ConfigureAwait(false);
                return;
            }
            catch (GitOpsException exception) when (exception.Reason == Reasons.FetchFailed)
            {
                // Many servers give out only what a reference names.
            }
        }

        await Try([.. advertisement.References.Values
            .Where(r => r.Name.StartsWith("refs/heads/", StringComparison.Ordinal) || r.Name.StartsWith("refs/tags/", StringComparison.Ordinal))
            .Select(r => new MirrorWant(r.Name, r.ObjectId, IsRequired: false))]).ConfigureAwait(false);
        if (!mirror.Has(commit))
        {
            throw new GitOpsException(Reasons.NotFound, $"{address.Display}: no branch or tag holds commit {commit}.");
        }

        async Task Try(IReadOnlyList<MirrorWant> wants)
        {
            using var operation = new GitOperation("fetch", connection.Connector, options, timeProvider, cancellationToken);
            try
            {
                await mirror.FetchAsync(operation, wants).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                throw operation.Explain(exception);
            }
        }
    }

    private static bool IsAncestor(Repository repository, string commit, string head) =>
        repository.Lookup<Commit>(commit) is { } ancestor
        && repository.Lookup<Commit>(head) is { } descendant
        && repository.ObjectDatabase.FindMergeBase(ancestor, descendant)?.Id == ancestor.Id;
}
