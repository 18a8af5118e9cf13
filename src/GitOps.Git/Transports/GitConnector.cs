namespace GitOps.Git;

/// <summary>Reaches one repository with one set of credentials.</summary>
internal abstract class GitConnector(GitAddress address) : IDisposable
{
    public GitAddress Address => address;

    /// <summary>Asks the server for its references.</summary>
    public abstract Task<RefAdvertisement> ListReferencesAsync(GitOperation operation);

    /// <summary>The URL that libgit2 gets for a mirror: a private scheme, so that the host's own use of libgit2 is left alone.</summary>
    public abstract string NativeUrl(string mirrorKey);

    public virtual void Dispose()
    {
    }
}
