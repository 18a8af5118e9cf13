namespace GitOps.Helm.Functions;

/// <summary>One call of <c>lookup</c>.</summary>
/// <param name="ApiVersion">The group and version.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace; empty for all or for cluster-scoped kinds.</param>
/// <param name="Name">The name; empty for a list.</param>
internal sealed record LookupRequest(string ApiVersion, string Kind, string Namespace, string Name);
