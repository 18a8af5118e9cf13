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

    /// <summary>Adds the kustomize renderer and the kustomizations of the configuration section <c>Kustomizations</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddKustomize(this IGitOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<KustomizeRenderer>();
        builder.Services.TryAddSingleton<IManifestPatcher, ManifestPatcher>();
        if (builder.TryAddSubsection(Subsection))
        {
            foreach (var (name, _) in builder.GetConfiguration().Items(Subsection))
            {
                builder.AddKustomization(name);
            }
        }

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
        builder.AddNamedOptions(name, Subsection, static (section, options) => section.Bind(options), configure);
        return builder.AddUnit(name, "Kustomization", services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<KustomizationOptions>>().Get(name);
            var render = options.ToRenderOptions() with
            {
                Transformers = [.. services.GetServices<IKustomizeTransformer>()],
                ChartInflator = options.EnableHelm ? Inflator(services, name) : null,
            };
            return new UnitDefinition(options, services.GetRequiredService<KustomizeRenderer>()) { RenderOptions = render };
        });
    }

    private static IHelmChartInflator Inflator(IServiceProvider services, string name) =>
        services.GetService<IHelmChartInflator>()
        ?? throw new InvalidOperationException($"The kustomization '{name}' has EnableHelm set, but there is no Helm renderer: reference GitOps.Helm and call AddHelm().");
}
