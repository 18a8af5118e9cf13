namespace GitOps.Git;

/// <summary>Which object of a revision must be signed.</summary>
public enum GitVerificationMode
{
    /// <summary>The commit.</summary>
    Head,

    /// <summary>The annotated tag that is followed.</summary>
    Tag,

    /// <summary>The annotated tag that is followed, and the commit it names.</summary>
    TagAndHead,
}
