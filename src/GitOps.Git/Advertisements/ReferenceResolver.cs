using System.Diagnostics.CodeAnalysis;

namespace GitOps.Git;

/// <summary>Finds what a source's reference leads to among what the server advertises. Order of precedence: commit, name, semver, tag, branch.</summary>
internal static class ReferenceResolver
{
    private const string Heads = "refs/heads/";
    private const string Tags = "refs/tags/";

    /// <summary>What the reference leads to. For a range of versions there may be several that compare as equal; all of them are given.</summary>
    public static IReadOnlyList<ResolvedReference> Resolve(GitReference reference, RefAdvertisement advertisement, GitAddress address)
    {
        if (reference.Commit is { } commit)
        {
            return [ResolveCommit(reference, commit, advertisement, address)];
        }

        if (reference.Name is { } name)
        {
            var found = advertisement.TryGet(name.EndsWith("^{}", StringComparison.Ordinal) ? name[..^3] : name, out var named) ? named : throw Missing(address, $"reference '{name}'");
            return [new ResolvedReference(Make(name, found), found.Name, found.ObjectId)];
        }

        if (reference.SemVer is { } range)
        {
            return ResolveSemVer(range, advertisement, address);
        }

        if (reference.Tag is { } tag)
        {
            var found = advertisement.TryGet(Tags + tag, out var tagged) ? tagged : throw Missing(address, $"tag '{tag}'");
            return [new ResolvedReference(Make(tag, found), found.Name, found.ObjectId)];
        }

        var branch = reference.Branch ?? DefaultBranch(advertisement, address);
        var head = advertisement.TryGet(Heads + branch, out var branched) ? branched : throw Missing(address, $"branch '{branch}'");
        return [new ResolvedReference(Make(branch, head), head.Name, head.ObjectId)];
    }

    private static ResolvedReference ResolveCommit(GitReference reference, string commit, RefAdvertisement advertisement, GitAddress address)
    {
        var revision = new Revision(reference.Branch ?? "", "sha1", commit);
        if (reference.Branch is { } branch)
        {
            return advertisement.TryGet(Heads + branch, out var head) ? new ResolvedReference(revision, head.Name, head.ObjectId) : throw Missing(address, $"branch '{branch}'");
        }

        // A commit that some reference names can be asked for by that name, which every server allows.
        var named = advertisement.References.Values.FirstOrDefault(r => string.Equals(r.CommitId, commit, StringComparison.Ordinal));
        return new ResolvedReference(revision, named?.Name, commit);
    }

    private static ResolvedReference[] ResolveSemVer(string range, RefAdvertisement advertisement, GitAddress address)
    {
        var constraint = SemVerConstraint.Parse(range);
        var best = new List<(SemVersion Version, AdvertisedRef Reference)>();
        foreach (var reference in advertisement.References.Values)
        {
            if (!reference.Name.StartsWith(Tags, StringComparison.Ordinal) || !TryParseVersion(reference.Name[Tags.Length..], out var version) || !constraint.Matches(version))
            {
                continue;
            }

            var order = best.Count == 0 ? 1 : version.CompareTo(best[0].Version);
            if (order > 0)
            {
                best.Clear();
            }

            if (order >= 0)
            {
                best.Add((version, reference));
            }
        }

        if (best.Count == 0)
        {
            throw new GitOpsException(Reasons.NotFound, $"{address.Display}: no tag is a version in '{range}'.");
        }

        return [.. best.OrderBy(b => b.Reference.Name, StringComparer.Ordinal).Select(b => new ResolvedReference(Make(b.Reference.Name[Tags.Length..], b.Reference), b.Reference.Name, b.Reference.ObjectId))];
    }

    /// <summary>As in Flux: a strict version, with or without a leading <c>v</c>.</summary>
    private static bool TryParseVersion(string tag, [NotNullWhen(true)] out SemVersion? version) => SemVersion.TryParseStrict(tag.StartsWith('v') ? tag[1..] : tag, out version);

    private static string DefaultBranch(RefAdvertisement advertisement, GitAddress address)
    {
        if (advertisement.HeadTarget is { } target && target.StartsWith(Heads, StringComparison.Ordinal) && advertisement.References.ContainsKey(target))
        {
            return target[Heads.Length..];
        }

        // Servers that are too old to say which branch HEAD names still say which commit it leads to.
        if (advertisement.TryGet("HEAD", out var head)
            && advertisement.References.Values.Where(r => r.Name.StartsWith(Heads, StringComparison.Ordinal) && r.ObjectId == head.ObjectId).Select(r => r.Name).Order(StringComparer.Ordinal).FirstOrDefault() is { } name)
        {
            return name[Heads.Length..];
        }

        throw advertisement.References.Count == 0
            ? new GitOpsException(Reasons.NotFound, $"{address.Display}: the repository is empty.")
            : Missing(address, "branch that HEAD names");
    }

    private static Revision Make(string name, AdvertisedRef reference) => new(name, "sha1", reference.CommitId);

    private static GitOpsException Missing(GitAddress address, string what) => new(Reasons.NotFound, $"{address.Display}: there is no {what}.");
}
