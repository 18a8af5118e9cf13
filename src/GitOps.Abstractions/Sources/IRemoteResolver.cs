namespace GitOps;

/// <summary>
/// Fetches what a kustomization names by URL. Without one, remote bases and files are refused: what a commit builds to should be decided by the commit.
/// </summary>
/// <remarks>
/// Implementations are thread-safe, and decide which hosts may be asked. What they hand out is not part of a unit's recorded reads: a remote branch that
/// moves is seen the next time the unit renders for another reason, so that remote bases should be named by tag or commit.
/// </remarks>
public interface IRemoteResolver
{
    /// <summary>Fetches a repository.</summary>
    /// <param name="repository">The repository, and what of it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The repository's files, good at least until the render that asked is over.</returns>
    /// <exception cref="GitOpsException">The repository cannot be fetched, or its host is not allowed.</exception>
    ValueTask<IFileTree> FetchRepositoryAsync(RemoteRepository repository, CancellationToken cancellationToken);

    /// <summary>Fetches a single file over HTTP.</summary>
    /// <param name="file">Its URL, <c>https</c> or <c>http</c>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The content; <see langword="null"/> when the server has no such file, as for the URL of a repository.</returns>
    /// <exception cref="GitOpsException">The file cannot be fetched, is too large, or its host is not allowed.</exception>
    ValueTask<ReadOnlyMemory<byte>?> FetchFileAsync(Uri file, CancellationToken cancellationToken);
}
