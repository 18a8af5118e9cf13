using GitOps;
using GitOps.Helm;
using GitOps.Helm.Rendering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Helm charts as units.</summary>
public static class HelmBuilderExtensions
{
    private const string Subsection = "HelmReleases";
    private const string Repositories = "HelmRepositories";

    private static readonly SettingsSchema Schema = SettingsSchema.Of<HelmReleaseOptions>(
        SettingsSchema.Of<IgnoreRuleOptions>(),
        SettingsSchema.Of<HelmValuesFromOptions>(),
        SettingsSchema.Of<ManifestPatchOptions>(SettingsSchema.Of<ManifestPatchTargetOptions>()),
        SettingsSchema.Of<ManifestImageOptions>());

    private static readonly SettingsSchema RepositorySchema = SettingsSchema.Of<HelmRepositorySourceOptions>();

    /// <summary>Adds the Helm renderer, and the releases and chart repositories of the configuration sections <c>HelmReleases</c> and <c>HelmRepositories</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddHelm(this IGitOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<HelmRenderer>();
        builder.Services.TryAddSingleton<IHelmChartInflator, HelmChartInflator>();
        builder.Services.TryAddSingleton<HelmRepositoryPool>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigurationCheck, HelmRepositoryCheck>());
        builder.TryAddSubsection(Repositories, static (b, name) => b.AddHelmRepository(name));
        builder.TryAddSubsection(Subsection, static (b, name) => b.AddHelmRelease(name));
        return builder;
    }

    /// <summary>Adds a chart repository; releases name it as their <see cref="UnitOptions.Source"/> and say which <see cref="HelmReleaseOptions.Chart"/> they want.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The repository's name.</param>
    /// <param name="configure">Sets the options; those of the configuration section <c>HelmRepositories:{name}</c> come first.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddHelmRepository(this IGitOpsBuilder builder, string name, Action<HelmRepositorySourceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        builder.AddHelm();
        builder.AddNamedOptions(name, Repositories, RepositorySchema, static (section, options) => section.Bind(options), configure);
        var known = new KnownHelmRepository(name);
        if (!builder.Services.Any(s => known.Equals(s.ImplementationInstance)))
        {
            builder.Services.AddSingleton(known);
        }

        return builder;
    }

    /// <summary>Adds a Helm chart as a unit.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The unit's name, and the release's unless the options say otherwise.</param>
    /// <param name="configure">Sets the options; those of the configuration section <c>HelmReleases:{name}</c> come first.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddHelmRelease(this IGitOpsBuilder builder, string name, Action<HelmReleaseOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddHelm();
        builder.AddNamedOptions(name, Subsection, Schema, static (section, options) => section.Bind(options), configure);
        return builder.AddUnit(name, "HelmRelease", services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<HelmReleaseOptions>>().Get(name);
            var patcher = services.GetService<IManifestPatcher>();
            return new UnitDefinition(options, services.GetRequiredService<HelmRenderer>())
            {
                RenderOptions = options.ToRenderOptions(name, services.GetService<ISecretReader>(), services.GetService<IObjectReader>(), patcher),
                OwnSource = services.GetRequiredService<HelmRepositoryPool>().FindSource(name, options),
                Errors = patcher is null && options.Patches.Count + options.Images.Count > 0
                    ? ["It has Patches or Images, which kustomize applies: reference GitOps.Kustomize and call AddKustomize()."]
                    : [],
            };
        });
    }
}
