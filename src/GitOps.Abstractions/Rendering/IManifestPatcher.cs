namespace GitOps;

/// <summary>Changes rendered objects with kustomize patches and images, so that a renderer can offer them without knowing kustomize.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface IManifestPatcher
{
    /// <summary>Changes objects.</summary>
    /// <param name="manifests">The objects; they are not changed themselves.</param>
    /// <param name="kustomization">The fields <c>patches</c> and <c>images</c> of a kustomization.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The changed objects, in the order in which they came.</returns>
    /// <exception cref="GitOpsException">A patch cannot be read or does not fit.</exception>
    ValueTask<IReadOnlyList<Manifest>> PatchAsync(IReadOnlyList<Manifest> manifests, MapNode kustomization, CancellationToken cancellationToken);
}
