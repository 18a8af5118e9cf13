namespace GitOps.Schema;

/// <summary>A resource of an API: what discovery tells.</summary>
/// <param name="Group">The API group; empty for core.</param>
/// <param name="Version">The version.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Name">The plural name, with <c>/subresource</c> for a subresource.</param>
/// <param name="Singular">The singular name.</param>
/// <param name="Namespaced">Whether its objects live in namespaces.</param>
/// <param name="ShortNames">Short names: <c>deploy</c>.</param>
/// <param name="Verbs">What can be done with it.</param>
/// <param name="Categories">Groups of resources it belongs to: <c>all</c>.</param>
internal sealed record ResourceInfo(
    string Group, string Version, string Kind, string Name, string Singular, bool Namespaced, IReadOnlyList<string> ShortNames, IReadOnlyList<string> Verbs, IReadOnlyList<string> Categories);
