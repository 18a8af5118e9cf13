namespace GitOps.Helm;

/// <summary>
/// Changes rendered objects before they are sorted: kustomize patches and images, or the host's own code.
/// Each object carries the annotation <c>postrenderer.helm.sh/postrender-filename</c>; one that comes back without it counts as new.
/// </summary>
/// <param name="manifests">The objects; the callee owns them.</param>
/// <param name="cancellationToken">Ends the call early.</param>
/// <returns>The objects to go on with.</returns>
public delegate ValueTask<IReadOnlyList<Manifest>> HelmPostRenderer(IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken);
