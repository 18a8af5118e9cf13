using Microsoft.Extensions.DependencyInjection;

namespace GitOps;

/// <summary>What <c>AddGitOps()</c> returns: packages and hosts add sources, units, renderers and notifiers to it.</summary>
public interface IGitOpsBuilder
{
    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }
}
