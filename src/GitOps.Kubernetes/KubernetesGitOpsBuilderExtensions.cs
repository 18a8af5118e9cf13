using GitOps;
using GitOps.Kubernetes;
using GitOps.Kubernetes.Reading;
using GitOps.Kubernetes.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Kubernetes as the target to a GitOps host.</summary>
public static class KubernetesGitOpsBuilderExtensions
{
    private const string Subsection = "Kubernetes";

    private static readonly SettingsSchema Schema = SettingsSchema.Of<KubernetesOptions>();

    /// <summary>
    /// Applies to a Kubernetes cluster, with the options of the configuration section <c>Kubernetes</c>.
    /// Without any option it is the cluster of the default kubeconfig or of the pod.
    /// </summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Sets the options; <see langword="null"/> for those of the configuration alone.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>May be called again: later settings win. The options are checked when the host starts.</remarks>
    public static IGitOpsBuilder UseKubernetes(this IGitOpsBuilder builder, Action<KubernetesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddNamedOptions(Options.Options.DefaultName, Subsection, Schema, static (section, options) => section.Bind(options), configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KubernetesOptions>, KubernetesOptionsValidator>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigurationCheck, KubernetesOptionsCheck>());
        builder.Services.TryAddSingleton(static services => new KubernetesApplier(
            services.GetRequiredService<IOptions<KubernetesOptions>>().Value,
            services.GetRequiredService<TimeProvider>(),
            services.GetService<ILogger<KubernetesApplier>>(),
            services.GetServices<IHealthAssessor>()));
        builder.Services.TryAddSingleton<IApplier>(static services => services.GetRequiredService<KubernetesApplier>());
        builder.Services.TryAddSingleton<IObjectReader>(static services => new KubernetesObjectReader(services.GetRequiredService<KubernetesApplier>));
        builder.Services.TryAddSingleton<ISecretReader>(static services => new KubernetesSecretReader(services.GetRequiredService<KubernetesApplier>));

        // A host that is alone needs no lease and then there is no election: the container hands the null on.
        builder.Services.TryAddSingleton<ILeaderElection>(static services => services.GetRequiredService<IOptions<KubernetesOptions>>().Value.LeaderElection
            ? services.GetRequiredService<KubernetesApplier>().CreateElection()
            : null!);
        return builder;
    }
}
