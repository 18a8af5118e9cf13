using Microsoft.Extensions.DependencyInjection;

namespace GitOps;

/// <summary>The builder that adds what stands in the configuration, so that it can be told from what the host's code adds.</summary>
internal sealed class ConfiguredBuilder(IServiceCollection services) : IGitOpsBuilder
{
    public IServiceCollection Services { get; } = services;
}
