using GitOps.Kubernetes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GitOps;

/// <summary>Adds Kubernetes as the target to a GitOps host.</summary>
public static class KubernetesGitOpsBuilderExtensions
{
    /// <summary>Applies to a Kubernetes cluster. Without options it is the cluster of the default kubeconfig or of the pod.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Sets the options; <see langword="null"/> for their defaults.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>May be called again: later settings win. The options are checked when the host starts.</remarks>
    public static IGitOpsBuilder UseKubernetes(this IGitOpsBuilder builder, Action<KubernetesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        var options = builder.Services.AddOptions<KubernetesOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KubernetesOptions>, KubernetesOptionsValidator>());
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddSingleton(static services => new KubernetesApplier(
            services.GetRequiredService<IOptions<KubernetesOptions>>().Value,
            services.GetRequiredService<TimeProvider>(),
            services.GetService<ILogger<KubernetesApplier>>(),
            services.GetServices<IHealthAssessor>()));
        builder.Services.TryAddSingleton<IApplier>(static services => services.GetRequiredService<KubernetesApplier>());
        return builder;
    }
}
