using GitOps.AspNetCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the engine to the host's health checks.</summary>
public static class GitOpsHealthChecksBuilderExtensions
{
    /// <summary>Adds a check that is healthy when all units are ready and degraded when some are not.</summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddGitOps(this IHealthChecksBuilder builder, string name = "gitops")
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<GitOpsHealthCheck>(name, tags: ["gitops"]);
    }
}
