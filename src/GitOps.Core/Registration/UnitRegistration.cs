namespace GitOps;

/// <summary>A unit as a package or host registers it; the engine makes its definition once, when it starts.</summary>
/// <param name="Name">The unit's name; unique among all units of all kinds.</param>
/// <param name="Kind">The kind of unit: <c>Kustomization</c>, <c>HelmRelease</c>, <c>Manifests</c>.</param>
/// <param name="Create">Makes the unit's definition.</param>
public sealed record UnitRegistration(string Name, string Kind, Func<IServiceProvider, UnitDefinition> Create)
{
    /// <summary>Whether the unit stands in the configuration; code of the same name and kind refines it.</summary>
    public bool IsConfigured { get; init; }
}
