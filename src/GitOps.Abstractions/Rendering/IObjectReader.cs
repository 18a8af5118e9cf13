namespace GitOps;

/// <summary>Reads objects of the cluster that the host works with, for renderers that may look at it, such as Helm's <c>lookup</c>.</summary>
/// <remarks>Implementations are thread-safe and read anew each time.</remarks>
public interface IObjectReader
{
    /// <summary>Reads an object, or all objects of a kind.</summary>
    /// <param name="apiVersion">The group and version, such as <c>apps/v1</c>.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="namespace">The namespace; empty for kinds that have none, and for a list from all namespaces.</param>
    /// <param name="name">The object's name; empty for a list.</param>
    /// <param name="serviceAccount">The service account to read as, <c>namespace/name</c>; <see langword="null"/> for the host's own identity.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The object, or a list with <c>items</c>; <see langword="null"/> when there is no such object or kind.</returns>
    /// <exception cref="GitOpsException">The cluster cannot be reached, or does not allow it.</exception>
    ValueTask<MapNode?> ReadAsync(string apiVersion, string kind, string @namespace, string name, string? serviceAccount, CancellationToken cancellationToken);
}
