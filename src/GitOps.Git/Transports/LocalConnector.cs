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
    /// Makes a repository that borrows all objects of this one but has some of its references only. libgit2 copies what any reference of a directory
    /// leads to, whichever was asked for.
    /// </summary>
    public void MakeView(string directory, IEnumerable<string> references)
    {
        using var repository = new Repository(Address.Path);
        Repository.Init(directory, isBare: true);
        var common = Path.Combine(repository.Info.Path, "commondir");
        var root = File.Exists(common) ? Path.Combine(repository.Info.Path, BoundedRead.Text(common, 4096).Trim()) : repository.Info.Path;
        Write(Path.Combine(directory, "objects", "info", "alternates"), Path.GetFullPath(Path.Combine(root, "objects")));
        foreach (var name in references)
        {
            if (repository.Refs[name]?.ResolveToDirectReference()?.TargetIdentifier is not { } target)
            {
                continue;
            }

            Write(Path.Combine(directory, name), target);
            if (repository.FindCommit(target)?.Sha is { } commit && commit != target)
            {
                // Of an annotated tag it copies one commit only, without the history.
                Write(Path.Combine(directory, $"{MirrorReferences.NameOf(name)}-commit"), commit);
            }
        }

        static void Write(string file, string line)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, line + "\n");
        }
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
