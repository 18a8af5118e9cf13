using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Secrets;

/// <summary>Reads Secrets with the applier's own connection and rights.</summary>
/// <param name="applier">Gives the applier; not before the first read, for until then the options may still have mistakes that are to be reported.</param>
internal sealed class KubernetesSecretReader(Func<KubernetesApplier> applier) : ISecretReader
{
    private static readonly ApiResource Secrets = new("", "v1", "Secret", "secrets", Namespaced: true);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>?> ReadAsync(string? @namespace, string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var client = applier().Client;
        var from = @namespace ?? client.DefaultNamespace ?? "default";
        var result = await client.GetAsync(Secrets, from, name, cancellationToken).ConfigureAwait(false);
        if (result.Succeeded)
        {
            return Decode(result.Body, from, name);
        }

        return result.Error switch
        {
            { IsNotFound: true } => null,
            { IsForbidden: true } or { StatusCode: 401 } => throw new GitOpsException(Reasons.Forbidden, $"Secret {from}/{name} cannot be read: {result.Error.Message}"),
            _ => throw new GitOpsException(Reasons.ClusterUnavailable, $"Secret {from}/{name} cannot be read: {result.Error.Message}"),
        };
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Decode(MapNode secret, string @namespace, string name)
    {
        var values = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var entry in (IEnumerable<MapEntry>?)secret.GetMap("data") ?? [])
        {
            if (entry.Value is not ScalarNode { Kind: ScalarKind.String } text)
            {
                continue;
            }

            try
            {
                values[entry.Key] = Convert.FromBase64String(text.Text);
            }
            catch (FormatException)
            {
                throw new GitOpsException(Reasons.ValidationFailed, $"Secret {@namespace}/{name}: the value of '{entry.Key}' is not base64.");
            }
        }

        return values;
    }
}
