namespace GitOps;

/// <summary>Where desired state comes from: a Git repository, a directory, the host's own.</summary>
/// <remarks>
/// Implementations are thread-safe. An expected failure (unreachable, refused, not found) is a <see cref="GitOpsException"/> with a stable reason;
/// its message never holds a secret. The engine keeps serving the last good artifact.
/// </remarks>
public interface ISource
{
    /// <summary>Finds out which revision is newest; cheap enough to be asked often.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The newest revision.</returns>
    ValueTask<Revision> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Makes a revision available locally.</summary>
    /// <param name="revision">A revision that <see cref="ProbeAsync"/> returned.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The artifact.</returns>
    ValueTask<Artifact> FetchAsync(Revision revision, CancellationToken cancellationToken);
}
