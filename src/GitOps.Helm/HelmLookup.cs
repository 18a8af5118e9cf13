namespace GitOps.Helm;

/// <summary>Answers the template function <c>lookup</c> from a live cluster.</summary>
/// <param name="apiVersion">The group and version, such as <c>apps/v1</c>.</param>
/// <param name="kind">The kind.</param>
/// <param name="namespaceName">The namespace; empty for cluster-scoped kinds or for all namespaces.</param>
/// <param name="name">The object's name; empty for a list.</param>
/// <param name="cancellationToken">Ends the call early.</param>
/// <returns>The object or list; <see langword="null"/> when there is none.</returns>
public delegate MapNode? HelmLookup(string apiVersion, string kind, string namespaceName, string name, CancellationToken cancellationToken);
