using Microsoft.Extensions.Options;

namespace GitOps.Kubernetes;

/// <summary>Checks the annotations of <see cref="KubernetesOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class KubernetesOptionsValidator : IValidateOptions<KubernetesOptions>;
