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

    private static readonly SettingsSchema Schema = SettingsSchema.Of<HelmReleaseOptions>(SettingsSchema.Of<IgnoreRuleOptions>(), SettingsSchema.Of<HelmValuesFromOptions>());

    /// <summary>Adds the Helm renderer and the releases of the configuration section <c>HelmReleases</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddHelm(this IGitOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<HelmRenderer>();
        builder.Services.TryAddSingleton<IHelmChartInflator, HelmChartInflator>();
        builder.TryAddSubsection(Subsection, static (b, name) => b.AddHelmRelease(name));
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
            return new UnitDefinition(options, services.GetRequiredService<HelmRenderer>()) { RenderOptions = options.ToRenderOptions(name, services.GetService<ISecretReader>()) };
        });
    }
}
