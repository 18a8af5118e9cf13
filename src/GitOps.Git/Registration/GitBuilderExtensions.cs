using GitOps;
using GitOps.Git;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Git repositories as sources.</summary>
public static class GitBuilderExtensions
{
    private const string Subsection = "GitSources";

    /// <summary>Adds the Git sources of the configuration section <c>GitSources</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddGit(this IGitOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddPool(builder);
        builder.TryAddSubsection(Subsection, static (b, name) => b.AddGitSource(name));
        return builder;
    }

    /// <summary>Adds a Git repository as a source.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The source's name.</param>
    /// <param name="configure">Sets the options; those of the configuration section <c>GitSources:{name}</c> come first.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddGitSource(this IGitOpsBuilder builder, string name, Action<GitSourceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddGit();
        builder.AddNamedOptions<GitSourceOptions>(name, Subsection, GitSourceBinding.Schema, GitSourceBinding.Bind, configure);
        return builder.AddSource(name, "Git", services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<GitSourceOptions>>().Get(name);
            return new SourceDefinition
            {
                Source = () => new GitSource(options, services.GetRequiredService<GitRepositoryPool>()),
                Interval = options.Interval,
                Timeout = options.Limits.OperationTime,
                Errors = [.. GitSourceOptionsValidation.Check(options)],
            };
        });
    }

    private static void AddPool(IGitOpsBuilder builder) =>
        builder.Services.TryAddSingleton(services => new GitRepositoryPool(
            services.GetService<TimeProvider>(),
            services.GetService<ILogger<GitRepositoryPool>>(),
            services.GetService<ISecretReader>()));
}
