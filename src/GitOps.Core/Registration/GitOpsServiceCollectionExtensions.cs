using GitOps;
using GitOps.Configuration;
using GitOps.Engine;
using GitOps.Validation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the GitOps engine to a host.</summary>
public static class GitOpsServiceCollectionExtensions
{
    /// <summary>Adds the engine; sources, units and the cluster are added to what it returns. May be called any number of times.</summary>
    /// <remarks>The host must have logging and metrics, as the generic host does.</remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the engine's settings; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddGitOps(this IServiceCollection services, Action<GitOpsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<GitOpsOptions>();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(GitOpsConfiguration.None);
        services.TryAddSingleton<ManifestsRenderer>();
        services.TryAddSingleton<IStateStore>(CreateStateStore);
        services.TryAddSingleton<GitOpsEngine>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IManifestValidator, ManifestSetValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<INotifier, LogNotifier>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigurationCheck, SettingsCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigurationCheck, SubsectionCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, GitOpsHostedService>());
        var builder = new GitOpsBuilder(services);
        builder.TryAddSubsection("DirectorySources", static (b, name) => b.AddDirectorySource(name));
        builder.TryAddSubsection("Manifests", static (b, name) => b.AddManifests(name));
        return builder;
    }

    /// <summary>Adds the engine with a configuration section; packages find their sources and units in it, also those that were added before.</summary>
    /// <remarks>May be called any number of times with the same section.</remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="section">
    /// The section, usually <c>GitOps</c>: the engine's settings at its root, and subsections <c>DirectorySources</c>, <c>Manifests</c>,
    /// <c>GitSources</c>, <c>Kustomizations</c>, <c>HelmReleases</c>, <c>Kubernetes</c>, <c>Notifications</c>.
    /// </param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddGitOps(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        if (services.FindConfiguration() is { } earlier && !ReferenceEquals(earlier, GitOpsConfiguration.None) && !string.Equals(PathOf(earlier.Section), PathOf(section), StringComparison.OrdinalIgnoreCase))
        {
            services.AddSingleton<IConfigurationCheck>(new SecondSectionCheck(PathOf(earlier.Section), PathOf(section)));
        }

        services.RemoveAll<GitOpsConfiguration>();
        services.AddSingleton(new GitOpsConfiguration(section));
        var builder = services.AddGitOps(options => EngineSettings.Bind(section, options));
        builder.AddConfigured();
        return builder;
    }

    private static string PathOf(IConfiguration configuration) => configuration is IConfigurationSection section ? section.Path : "";

    private static IStateStore CreateStateStore(IServiceProvider services) =>
        services.GetRequiredService<IOptions<GitOpsOptions>>().Value.StateDirectory is { Length: > 0 } directory
            ? new FileStateStore(directory, services.GetRequiredService<ILogger<FileStateStore>>())
            : new MemoryStateStore();
}
