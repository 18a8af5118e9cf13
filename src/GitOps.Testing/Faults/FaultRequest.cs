namespace GitOps.Testing;

/// <summary>What a fault rule may look at.</summary>
/// <param name="Verb">The API verb: get, list, watch, create, update, patch, delete, deletecollection.</param>
/// <param name="Group">The API group; empty for core.</param>
/// <param name="Resource">The plural resource name; empty for other paths.</param>
/// <param name="Subresource">The subresource; empty for none.</param>
/// <param name="Namespace">The namespace; empty for none.</param>
/// <param name="Name">The object's name; empty for none.</param>
/// <param name="Path">The path of the request.</param>
public sealed record FaultRequest(string Verb, string Group, string Resource, string Subresource, string Namespace, string Name, string Path);
