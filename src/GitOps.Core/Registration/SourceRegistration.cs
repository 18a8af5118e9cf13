namespace GitOps;

/// <summary>A source as a package or host registers it; the engine makes the source itself once, when it starts.</summary>
/// <param name="Name">The name by which units refer to it.</param>
/// <param name="Kind">The kind of source, for people: <c>Git</c>, <c>Directory</c>.</param>
/// <param name="Create">Makes the source's definition.</param>
public sealed record SourceRegistration(string Name, string Kind, Func<IServiceProvider, SourceDefinition> Create)
{
    /// <summary>Whether the source stands in the configuration; code of the same name and kind refines it.</summary>
    public bool IsConfigured { get; init; }
}
