namespace GitOps.Testing;

/// <summary>One version that a resource is served at.</summary>
/// <param name="Name">The version: <c>v1</c>.</param>
/// <param name="Type">The schema of its objects.</param>
/// <param name="Subresources">The subresources: status, scale.</param>
internal sealed record ResourceVersion(string Name, SchemaType Type, IReadOnlySet<string> Subresources)
{
    /// <summary>A CRD version's entry of <c>spec.versions</c>; <see langword="null"/> for built-in resources.</summary>
    public MapNode? Source { get; init; }

    /// <summary>Whether clients may use it.</summary>
    public bool Served { get; init; } = true;
}
