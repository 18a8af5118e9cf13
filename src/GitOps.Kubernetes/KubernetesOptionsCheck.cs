using Microsoft.Extensions.Options;

namespace GitOps.Kubernetes;

/// <summary>Reports mistakes in the options together with those of sources and units.</summary>
internal sealed class KubernetesOptionsCheck(IOptionsMonitor<KubernetesOptions> options) : IConfigurationCheck
{
    public IEnumerable<string> Check()
    {
        try
        {
            _ = options.CurrentValue;
            return [];
        }
        catch (OptionsValidationException e)
        {
            return e.Failures.Select(f => $"Kubernetes: {f}");
        }
    }
}
