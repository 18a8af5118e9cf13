using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Reaches a repository on this machine's disk.</summary>
internal sealed class LocalConnector(GitAddress address) : GitConnector(address)
{
    /// <inheritdoc/>
    public override string NativeUrl(string mirrorKey) => Address.Path;

    /// <inheritdoc/>
    public override Task<RefAdvertisement> ListReferencesAsync(GitOperation operation) => BlockingWork.RunAsync(() => Read(operation), operation.CancellationToken);

    private RefAdvertisement Read(GitOperation operation)
    {
        if (!Directory.Exists(Address.Path) || !Repository.IsValid(Address.Path))
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: there is no Git repository in this directory.");
        }

        using var repository = new Repository(Address.Path);
        var references = new Dictionary<string, AdvertisedRef>(StringComparer.Ordinal);
        foreach (var reference in repository.Refs)
        {
            if (references.Count >= operation.Options.Limits.References)
            {
                throw ReferenceAdvertisementReader.TooMany(Address, operation.Options.Limits.References);
            }

            if (reference.ResolveToDirectReference() is { } direct)
            {
                var commit = repository.FindCommit(direct.TargetIdentifier)?.Sha;
                var peeled = string.Equals(commit, direct.TargetIdentifier, StringComparison.Ordinal) ? null : commit;
                references[reference.CanonicalName] = new AdvertisedRef(reference.CanonicalName, direct.TargetIdentifier, peeled);
            }
        }

        var head = repository.Refs.Head;
        if (head.ResolveToDirectReference() is { } target)
        {
            references["HEAD"] = new AdvertisedRef("HEAD", target.TargetIdentifier, null);
        }

        return new RefAdvertisement(references, (head as SymbolicReference)?.TargetIdentifier);
    }
}
