using GitOps.Core.Tests.Engine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Core.Tests.Registration;

/// <summary>Services of a host with a configuration and a fake cluster.</summary>
internal static class GitOpsServices
{
    public static ServiceProvider Create(Dictionary<string, string?> settings, Action<IGitOpsBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<IApplier>(new FakeApplier());
        var builder = services.AddGitOps(Section(settings));
        configure?.Invoke(builder);
        return services.BuildServiceProvider();
    }

    public static IConfigurationSection Section(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection("GitOps");

    /// <summary>The mistakes with which the engine refuses to start; none when it starts.</summary>
    public static IReadOnlyList<string> Mistakes(this ServiceProvider services)
    {
        try
        {
            services.GetRequiredService<GitOpsEngine>();
            return [];
        }
        catch (GitOpsConfigurationException e)
        {
            return e.Errors;
        }
    }
}
