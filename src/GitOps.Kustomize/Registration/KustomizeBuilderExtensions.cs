using GitOps;
using GitOps.Kustomize;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds kustomizations as units.</summary>
public static class KustomizeBuilderExtensions
{
    private const string Subsection = "Kustomizations";

    private static readonly SettingsSchema Schema = SettingsSchema.Of<KustomizationOptions>(
        SettingsSchema.Of<IgnoreRuleOptions>(),
        SettingsSchema.Of<ManifestImageOptions>(),
        SettingsSchema.Of<ManifestPatchOptions>(SettingsSchema.Of<ManifestPatchTargetOptions>()));

    /// <summary>Adds the kustomize renderer and the kustomizations of the configuration section <c>Kustomizations</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddKustomize(this IGitOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<KustomizeRenderer>();
        builder.Services.TryAddSingleton<IManifestPatcher, ManifestPatcher>();
        builder.TryAddSubsection(Subsection, static (b, name) => b.AddKustomization(name));
        return builder;
    }

    /// <summary>Adds a kustomization as a unit.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The unit's name.</param>
    /// <param name="configure">Sets the options; those of the configuration section <c>Kustomizations:{name}</c> come first.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddKustomization(this IGitOpsBuilder builder, string name, Action<KustomizationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddKustomize();
        builder.AddNamedOptions(name, Subsection, Schema, static (section, options) => section.Bind(options), configure);
        return builder.AddUnit(name, "Kustomization", services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<KustomizationOptions>>().Get(name);
            var inflator = options.EnableHelm ? services.GetService<IHelmChartInflator>() : null;
            var render = options.ToRenderOptions() with
            {
                Transformers = [.. services.GetServices<IKustomizeTransformer>()],
                ChartInflator = inflator,
            };
            return new UnitDefinition(options, services.GetRequiredService<KustomizeRenderer>())
            {
                RenderOptions = render,
                Errors = options.EnableHelm && inflator is null ? ["EnableHelm is set, but there is no Helm renderer: reference GitOps.Helm and call AddHelm()."] : [],
            };
        });
    }
}
