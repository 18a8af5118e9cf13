namespace GitOps.Testing;

/// <summary>What somebody wants to do.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Group">The API group.</param>
/// <param name="Resource">The resource; empty for a path.</param>
/// <param name="Subresource">The subresource.</param>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Path">The path, when no resource is meant.</param>
internal sealed record AccessRequest(string Verb, string Group, string Resource, string Subresource, string Namespace, string Name, string Path);
