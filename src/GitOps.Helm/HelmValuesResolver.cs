namespace GitOps.Helm;

/// <summary>Reads the text a <see cref="HelmValuesReference"/> stands for.</summary>
/// <param name="reference">The reference.</param>
/// <param name="cancellationToken">Ends the call early.</param>
/// <returns>The text of the key; <see langword="null"/> when object or key do not exist.</returns>
public delegate ValueTask<string?> HelmValuesResolver(HelmValuesReference reference, CancellationToken cancellationToken);
