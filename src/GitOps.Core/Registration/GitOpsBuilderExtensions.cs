using System.Diagnostics.CodeAnalysis;
using GitOps;
using GitOps.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds sources, units, validators and notifiers to the engine.</summary>
public static class GitOpsBuilderExtensions
{
    private static readonly SettingsSchema DirectorySourceSchema = SettingsSchema.Of<DirectorySourceOptions>();
    private static readonly SettingsSchema ManifestsSchema = SettingsSchema.Of<ManifestsOptions>(SettingsSchema.Of<IgnoreRuleOptions>());

    /// <summary>Adds a directory on disk as a source.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The source's name.</param>
    /// <param name="configure">Sets the options; those of the configuration section <c>DirectorySources:{name}</c> come first.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddDirectorySource(this IGitOpsBuilder builder, string name, Action<DirectorySourceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddNamedOptions(name, "DirectorySources", DirectorySourceSchema, static (section, options) => section.Bind(options), configure);
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
        var registration = new SourceRegistration(name, kind, create) { IsConfigured = builder.IsFromConfiguration() };
        if (!registration.IsConfigured || !builder.Services.Any(s => s.ImplementationInstance is SourceRegistration { IsConfigured: true } known && known.Name == name && known.Kind == kind))
        {
            builder.Services.AddSingleton(registration);
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
        builder.AddNamedOptions(name, "Manifests", ManifestsSchema, static (section, options) => section.Bind(options), configure);
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
        var registration = new UnitRegistration(name, kind, create) { IsConfigured = builder.IsFromConfiguration() };
        if (!registration.IsConfigured || !builder.Services.Any(s => s.ImplementationInstance is UnitRegistration { IsConfigured: true } known && known.Name == name && known.Kind == kind))
        {
            builder.Services.AddSingleton(registration);
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
        return builder.Services.FindConfiguration() ?? GitOpsConfiguration.None;
    }

    /// <summary>Whether this builder adds what stands in the configuration, rather than the host's code.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns><see langword="true"/> inside the method that was given to <see cref="TryAddSubsection"/>.</returns>
    public static bool IsFromConfiguration(this IGitOpsBuilder builder) => builder is ConfiguredBuilder;

    /// <summary>Says that a package reads a subsection of the configuration, and adds the named items that stand in it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="subsection">The subsection's name.</param>
    /// <param name="add">
    /// Adds an item by its name; <see langword="null"/> when the subsection holds no named items. It is called again when <c>AddGitOps</c> is given a section later.
    /// </param>
    /// <returns><see langword="false"/> when it was said before.</returns>
    public static bool TryAddSubsection(this IGitOpsBuilder builder, string subsection, Action<IGitOpsBuilder, string>? add = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(s => s.ImplementationInstance is KnownSubsection known && string.Equals(known.Name, subsection, StringComparison.Ordinal)))
        {
            return false;
        }

        var added = new KnownSubsection(subsection) { Add = add };
        builder.Services.AddSingleton(added);
        builder.AddConfigured(added);
        return true;
    }

    /// <summary>Sets up the options of a named source or unit: its configuration section first, then the code.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name.</param>
    /// <param name="subsection">The subsection that holds the section <paramref name="name"/>, or the settings themselves when the name is empty.</param>
    /// <param name="schema">The settings that the section may have; others, and values that cannot be read, are reported when the engine is made.</param>
    /// <param name="bind">Binds the section, without what is wrong in it; written by the package so that the binder can be generated for its type.</param>
    /// <param name="configure">The host's code.</param>
    public static void AddNamedOptions<TOptions>(this IGitOpsBuilder builder, string name, string subsection, SettingsSchema schema, Action<IConfiguration, TOptions> bind, Action<TOptions>? configure)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(schema);
        builder.TryAddSubsection(subsection);
        var options = builder.Services.AddOptions<TOptions>(name);

        // Binding twice would double every list, so each named set of options remembers that it is bound.
        if (!builder.Services.Any(s => s.ImplementationInstance is BoundSection known && known.Options == typeof(TOptions) && known.Name == name))
        {
            var bound = new BoundSection(typeof(TOptions), name, subsection, schema);
            builder.Services.AddSingleton(bound);
            options.Configure<GitOpsConfiguration>((o, configuration) => bind(new CheckedSection(bound.In(configuration), bound.Setting), o));
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }
    }

    /// <summary>Adds everything that stands in the configuration, as far as packages have said that they read it.</summary>
    internal static void AddConfigured(this IGitOpsBuilder builder)
    {
        foreach (var subsection in builder.Services.Select(s => s.ImplementationInstance).OfType<KnownSubsection>().ToList())
        {
            builder.AddConfigured(subsection);
        }
    }

    internal static GitOpsConfiguration? FindConfiguration(this IServiceCollection services) =>
        services.LastOrDefault(s => s.ServiceType == typeof(GitOpsConfiguration))?.ImplementationInstance as GitOpsConfiguration;

    private static void AddConfigured(this IGitOpsBuilder builder, KnownSubsection subsection)
    {
        if (subsection.Add is not { } add)
        {
            return;
        }

        var configured = new ConfiguredBuilder(builder.Services);
        foreach (var (name, _) in builder.GetConfiguration().Items(subsection.Name))
        {
            add(configured, name);
        }
    }
}
