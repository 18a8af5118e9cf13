using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Core.Tests.Engine;

/// <summary>Units of plain manifests, each in the folder of the fixture's source that has the unit's name.</summary>
internal static class FolderUnits
{
    public static IGitOpsBuilder AddFolder(this IGitOpsBuilder builder, string name, params string[] dependsOn) => builder.AddFolder(name, unit =>
    {
        foreach (var dependency in dependsOn)
        {
            unit.DependsOn.Add(dependency);
        }
    });

    public static IGitOpsBuilder AddFolder(this IGitOpsBuilder builder, string name, Action<ManifestsOptions> configure) => builder.AddManifests(name, unit =>
    {
        unit.Source = "fleet";
        unit.Path = name;
        configure(unit);
    });
}
