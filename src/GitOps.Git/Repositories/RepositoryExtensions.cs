using LibGit2Sharp;

namespace GitOps.Git;

internal static class RepositoryExtensions
{
    private const int MaxNestedTags = 16;

    /// <summary>The commit behind an object: itself, or what an annotated tag leads to.</summary>
    public static Commit? FindCommit(this Repository repository, string objectId)
    {
        var found = repository.Lookup(objectId);
        for (var depth = 0; found is TagAnnotation tag && depth < MaxNestedTags; depth++)
        {
            found = tag.Target;
        }

        return found as Commit;
    }
}
