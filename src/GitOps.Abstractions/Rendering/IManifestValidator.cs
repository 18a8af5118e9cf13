namespace GitOps;

/// <summary>Checks a unit's whole set of manifests before anything is written.</summary>
/// <remarks>Implementations are thread-safe. All registered validators run; one error from any of them refuses the revision.</remarks>
public interface IManifestValidator
{
    /// <summary>Checks a set.</summary>
    /// <param name="unitName">The unit's name.</param>
    /// <param name="manifests">The set; do not change it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What was found; empty when all is well.</returns>
    ValueTask<IReadOnlyList<Diagnostic>> ValidateAsync(string unitName, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken);
}
