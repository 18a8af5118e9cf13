using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Reading;

/// <summary>Reads objects over the applier's own connection.</summary>
internal sealed class KubernetesObjectReader(Func<KubernetesApplier> applier) : IObjectReader
{
    /// <inheritdoc/>
    public async ValueTask<MapNode?> ReadAsync(string apiVersion, string kind, string @namespace, string name, string? serviceAccount, CancellationToken cancellationToken)
    {
        var (client, discovery) = applier().Reading;
        var (resource, error) = await discovery.FindAsync(apiVersion, kind, cancellationToken).ConfigureAwait(false);
        if (error is not null)
        {
            throw Failure(error);
        }

        if (resource is null)
        {
            return null;
        }

        client = client.As(serviceAccount);
        return name.Length == 0
            ? await ListAsync(client, resource, @namespace, cancellationToken).ConfigureAwait(false)
            : await GetAsync(client, resource, @namespace, name, cancellationToken).ConfigureAwait(false);

        GitOpsException Failure(ApiError e) => new(
            e.IsForbidden || e.StatusCode == 401 ? Reasons.Forbidden : Reasons.ClusterUnavailable,
            $"{apiVersion} {kind} {(@namespace.Length == 0 ? "" : $"{@namespace}/")}{name} cannot be read: {Failures.Explain(e, client.ImpersonatedUser)}");

        async ValueTask<MapNode?> GetAsync(DynamicClient from, ApiResource what, string place, string one, CancellationToken token)
        {
            var result = await from.GetAsync(what, what.Namespaced ? place : "", one, token).ConfigureAwait(false);
            return result.Succeeded ? result.Body : result.Error is { IsNotFound: true } ? null : throw Failure(result.Error!);
        }

        async ValueTask<MapNode?> ListAsync(DynamicClient from, ApiResource what, string place, CancellationToken token)
        {
            var items = new ListNode();
            var (version, failed) = await from.ListAsync(what, new ListOptions { Namespace = what.Namespaced ? place : "" }, items.Add, token).ConfigureAwait(false);
            if (failed is not null)
            {
                return failed.IsNotFound ? null : throw Failure(failed);
            }

            var list = new MapNode();
            list.Set("apiVersion", apiVersion);
            list.Set("kind", $"{kind}List");
            list.GetOrAddMap("metadata").Set("resourceVersion", version);
            list.Set("items", items);
            return list;
        }
    }
}
