using System.Diagnostics.CodeAnalysis;
using GitOps;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds sources, units, validators and notifiers to the engine.</summary>
public static class GitOpsBuilderExtensions
{
    /// <summary>Adds a directory on disk as a source.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The source's name.</param>
    /// <param name="configure">Sets the options; those of the configuration section <c>DirectorySources:{name}</c> come first.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddDirectorySource(this IGitOpsBuilder builder, string name, Action<DirectorySourceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddNamedOptions(name, "DirectorySources", static (section, options) => section.Bind(options), configure);
        return builder.AddSource(name, "Directory", services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<DirectorySourceOptions>>().Get(name);
            return new SourceDefinition
            {
                Source = () => new DirectorySource(options),
                Interval = options.Interval,
                Timeout = options.Timeout,
                Errors = [.. options.Validate()],
            };
        });
    }

    /// <summary>Adds a source of the host's own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The source's name.</param>
    /// <param name="create">Makes the source; called once.</param>
    /// <param name="interval">How often it is probed. Default one minute.</param>
    /// <param name="timeout">How long one probe or fetch may take. Default one minute.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddSource(this IGitOpsBuilder builder, string name, Func<IServiceProvider, ISource> create, TimeSpan? interval = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        return builder.AddSource(name, "Custom", services => new SourceDefinition
        {
            Source = () => create(services),
            Interval = interval ?? TimeSpan.FromMinutes(1),
            Timeout = timeout ?? TimeSpan.FromMinutes(1),
        });
    }

    /// <summary>Adds a source of a kind that a package brings.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The source's name.</param>
    /// <param name="kind">The kind of source, for people.</param>
    /// <param name="create">Makes the source's definition.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddSource(this IGitOpsBuilder builder, string name, string kind, Func<IServiceProvider, SourceDefinition> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        if (!builder.IsConfigured(name, kind))
        {
            builder.Services.AddSingleton(new SourceRegistration(name, kind, create));
        }

        return builder;
    }

    /// <summary>Adds a unit of plain YAML files.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The unit's name.</param>
    /// <param name="configure">Sets the options; those of the configuration section <c>Manifests:{name}</c> come first.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddManifests(this IGitOpsBuilder builder, string name, Action<ManifestsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddNamedOptions(name, "Manifests", static (section, options) => section.Bind(options), configure);
        return builder.AddUnit(name, "Manifests", services => new UnitDefinition(
            services.GetRequiredService<IOptionsMonitor<ManifestsOptions>>().Get(name),
            services.GetRequiredService<ManifestsRenderer>()));
    }

    /// <summary>Adds a unit with a renderer of the host's own.</summary>
    /// <typeparam name="TRenderer">The renderer.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The unit's name.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddUnit<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRenderer>(this IGitOpsBuilder builder, string name, Action<ManifestsOptions> configure)
        where TRenderer : class, IRenderer
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.TryAddSingleton<TRenderer>();
        return builder.AddUnit(name, typeof(TRenderer).Name, services =>
        {
            var options = new ManifestsOptions();
            configure(options);
            return new UnitDefinition(options, services.GetRequiredService<TRenderer>());
        });
    }

    /// <summary>Adds a unit of a kind that a package brings.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The unit's name.</param>
    /// <param name="kind">The kind of unit.</param>
    /// <param name="create">Makes the unit's definition.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddUnit(this IGitOpsBuilder builder, string name, string kind, Func<IServiceProvider, UnitDefinition> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        if (!builder.IsConfigured(name, kind))
        {
            builder.Services.AddSingleton(new UnitRegistration(name, kind, create));
        }

        return builder;
    }

    /// <summary>Adds a notifier.</summary>
    /// <typeparam name="TNotifier">The notifier.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddNotifier<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TNotifier>(this IGitOpsBuilder builder)
        where TNotifier : class, INotifier
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<INotifier, TNotifier>());
        return builder;
    }

    /// <summary>Adds a validator; all validators must agree before anything is written.</summary>
    /// <typeparam name="TValidator">The validator.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddValidator<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TValidator>(this IGitOpsBuilder builder)
        where TValidator : class, IManifestValidator
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IManifestValidator, TValidator>());
        return builder;
    }

    /// <summary>Uses an applier of the host's own.</summary>
    /// <typeparam name="TApplier">The applier.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder UseApplier<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TApplier>(this IGitOpsBuilder builder)
        where TApplier : class, IApplier
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Replace(ServiceDescriptor.Singleton<IApplier, TApplier>());
        return builder;
    }

    /// <summary>The configuration section that <c>AddGitOps</c> was given; empty when the host configures in code only.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The configuration.</returns>
    public static GitOpsConfiguration GetConfiguration(this IGitOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.LastOrDefault(s => s.ServiceType == typeof(GitOpsConfiguration))?.ImplementationInstance as GitOpsConfiguration
            ?? new GitOpsConfiguration(new ConfigurationBuilder().Build());
    }

    /// <summary>Says that a package reads a subsection of the configuration.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="subsection">The subsection's name.</param>
    /// <returns><see langword="false"/> when it was said before.</returns>
    public static bool TryAddSubsection(this IGitOpsBuilder builder, string subsection)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var known = builder.Services.Any(s => s.ImplementationInstance is KnownSubsection k && string.Equals(k.Name, subsection, StringComparison.Ordinal));
        if (!known)
        {
            builder.Services.AddSingleton(new KnownSubsection(subsection));
        }

        return !known;
    }

    /// <summary>Sets up the options of a named source or unit: its configuration section first, then the code.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name.</param>
    /// <param name="subsection">The subsection that holds the section <paramref name="name"/>, or the settings themselves when the name is empty.</param>
    /// <param name="bind">Binds the section; written by the package so that the binder can be generated for its type.</param>
    /// <param name="configure">The host's code.</param>
    public static void AddNamedOptions<TOptions>(this IGitOpsBuilder builder, string name, string subsection, Action<IConfiguration, TOptions> bind, Action<TOptions>? configure)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.TryAddSubsection(subsection);
        var options = builder.Services.AddOptions<TOptions>(name);
        var bound = new BoundOptions(typeof(TOptions), name);
        if (!builder.Services.Any(s => bound.Equals(s.ImplementationInstance)))
        {
            builder.Services.AddSingleton(bound);
            options.Configure<GitOpsConfiguration>((o, configuration) => bind(SectionOf(configuration, subsection, name), o));
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }
    }

    private static IConfigurationSection SectionOf(GitOpsConfiguration configuration, string subsection, string name)
    {
        // Settings that there is only one set of stand in the subsection itself.
        var section = configuration.Section.GetSection(subsection);
        return name.Length == 0 ? section : section.GetSection(name);
    }

    // Binding twice would double every list, so each named set of options remembers that it is bound.
    private sealed record BoundOptions(Type Type, string Name);

    // A unit that stands in the configuration and in code is one unit: the code refines it.
    private static bool IsConfigured(this IGitOpsBuilder builder, string name, string kind) =>
        builder.Services.Any(s => s.ImplementationInstance switch
        {
            SourceRegistration source => source.Name == name && source.Kind == kind && builder.GetConfiguration().Section.GetSection($"{kind}Sources").GetSection(name).Exists(),
            UnitRegistration unit => unit.Name == name && unit.Kind == kind && builder.GetConfiguration().Section.GetSection(Plural(kind)).GetSection(name).Exists(),
            _ => false,
        });

    private static string Plural(string kind) => kind.EndsWith('s') ? kind : $"{kind}s";
}
