namespace GitOps;

/// <summary>Turns files into manifests: plain YAML, kustomize, Helm, the host's own.</summary>
/// <remarks>
/// Implementations are thread-safe and deterministic: the same tree, path and options give the same manifests.
/// They read through <see cref="RenderRequest.Tree"/> only. Bad input gives diagnostics, not exceptions.
/// </remarks>
public interface IRenderer
{
    /// <summary>Renders.</summary>
    /// <param name="request">What to render.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The manifests, or errors with file, line and column.</returns>
    ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken);
}
