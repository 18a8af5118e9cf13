using GitOps.Limits;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Reaches a repository on this machine's disk.</summary>
internal sealed class LocalConnector(GitAddress address) : GitConnector(address)
{
    /// <inheritdoc/>
    public override string NativeUrl(string mirrorKey) => Address.Path;

    /// <inheritdoc/>
    public override Task<RefAdvertisement> ListReferencesAsync(GitOperation operation) => BlockingWork.RunAsync(() => Read(operation), operation.CancellationToken);

    /// <summary>
    /// Copies what a mirror does not have yet of some references, and sets the mirror's. libgit2's own transport copies all that any reference of a directory
    /// leads to, whichever was asked for and whatever is there.
    /// </summary>
    public void CopyTo(Repository mirror, IEnumerable<string> references, CancellationToken cancellationToken)
    {
        using var repository = new Repository(Address.Path);
        var targets = references.Distinct(StringComparer.Ordinal)
            .Select(name => (Name: name, Target: repository.Refs[name]?.ResolveToDirectReference()?.TargetIdentifier))
            .Where(r => r.Target is not null)
            .ToList();
        ObjectCopy.Copy(RootOf(repository), mirror.Info.Path, targets.Select(t => t.Target!), cancellationToken);
        foreach (var (name, target) in targets)
        {
            mirror.Refs.Add(MirrorReferences.NameOf(name), target, allowOverwrite: true);
        }
    }

    /// <summary>Where the objects are: a linked work tree has them elsewhere.</summary>
    private static string RootOf(Repository repository)
    {
        var common = Path.Combine(repository.Info.Path, "commondir");
        return Path.GetFullPath(File.Exists(common) ? Path.Combine(repository.Info.Path, BoundedRead.Text(common, 4096).Trim()) : repository.Info.Path);
    }

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
