using System.Text;
using GitOps.Limits;

namespace GitOps.Helm;

/// <summary>What a release reads from the cluster: values in ConfigMaps and Secrets, and what its templates look up.</summary>
internal sealed class ReleaseCluster(HelmReleaseOptions options, ISecretReader? secrets, IObjectReader? objects)
{
    private string Namespace => options.TargetNamespace ?? "default";

    /// <summary>A value that <see cref="HelmReleaseOptions.ValuesFrom"/> names.</summary>
    public async ValueTask<string?> ReadValueAsync(HelmValuesReference reference, CancellationToken cancellationToken)
    {
        if (reference.Kind == "Secret")
        {
            return secrets is not null
                && await secrets.ReadAsync(options.TargetNamespace, reference.Name, cancellationToken).ConfigureAwait(false) is { } values
                && values.TryGetValue(reference.Key, out var value) ? Encoding.UTF8.GetString(value.Span) : null;
        }

        return objects is null ? null
            : (await objects.ReadAsync("v1", "ConfigMap", Namespace, reference.Name, null, cancellationToken).ConfigureAwait(false))?.GetMap("data")?.GetString(reference.Key);
    }

    /// <summary>Answers <c>lookup</c>. Templates run without a way to wait, so the thread waits for the answer.</summary>
    public MapNode? Look(string apiVersion, string kind, string namespaceName, string name, CancellationToken cancellationToken) =>
        Blocking.Wait(Task.Run(async () => await objects!.ReadAsync(apiVersion, kind, namespaceName, name, options.ServiceAccount, cancellationToken).ConfigureAwait(false), cancellationToken));
}
