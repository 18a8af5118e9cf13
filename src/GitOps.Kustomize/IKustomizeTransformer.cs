namespace GitOps.Kustomize;

/// <summary>
/// A transformer in managed code: a kustomization lists a configuration object under <c>transformers</c>, <c>generators</c> or <c>validators</c>,
/// and this runs in place of the program or container that kustomize would start.
/// </summary>
/// <remarks>Implementations are thread-safe and deterministic: builds run in parallel.</remarks>
public interface IKustomizeTransformer
{
    /// <summary>Whether this transformer is for a configuration object.</summary>
    /// <param name="apiVersion">The object's apiVersion.</param>
    /// <param name="kind">The object's kind.</param>
    /// <returns><see langword="true"/> to be called for it.</returns>
    bool Handles(string apiVersion, string kind);

    /// <summary>Transforms the resources so far, or generates some.</summary>
    /// <param name="configuration">The configuration object.</param>
    /// <param name="resources">The resources; empty for a generator. They may be changed in place.</param>
    /// <returns>The resources that the build goes on with, in order.</returns>
    /// <exception cref="GitOpsException">The configuration or a resource is wrong.</exception>
    IReadOnlyList<MapNode> Transform(MapNode configuration, IReadOnlyList<MapNode> resources);
}
