using System.Collections.Concurrent;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Hooks;

/// <summary>Keeps the release records of units with hooks: one ConfigMap for each, beside the unit's inventory.</summary>
internal sealed class ReleaseStore(DynamicClient client, KubernetesOptions options)
{
    private const string DataKey = "release.json";

    private static readonly ApiResource s_configMaps = new("", "v1", "ConfigMap", "configmaps", true);

    private readonly ConcurrentDictionary<string, string> _done = new(StringComparer.Ordinal);

    private readonly PatchOptions _write = new() { FieldManager = options.FieldManager, Force = true };

    /// <summary>Whether the record of a unit was last seen to say that all is done for a set: enough for whoever watches the unit, and costs no request.</summary>
    public bool WasDone(string unitName, string digest) => _done.TryGetValue(unitName, out var done) && string.Equals(done, digest, StringComparison.Ordinal);

    /// <summary>Reads a unit's record; <see langword="null"/> and no error when there is none.</summary>
    public async ValueTask<(ReleaseRecord? Record, ApiError? Error)> LoadAsync(string unitName, CancellationToken cancellationToken)
    {
        var result = await client.GetAsync(s_configMaps, options.InventoryNamespace, NameOf(unitName), cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return (null, result.Error.IsNotFound ? null : result.Error);
        }

        if (result.Body.GetMap("data")?.GetString(DataKey) is not { Length: > 0 } content)
        {
            return (null, null);
        }

        var record = ReleaseRecord.Of(JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(content)));
        Remember(unitName, record);
        return (record, null);
    }

    /// <summary>Writes a unit's record. The lease, and the inventory's own check, keep two hosts from writing one unit.</summary>
    public async ValueTask<ApiError?> SaveAsync(string unitName, ReleaseRecord record, CancellationToken cancellationToken)
    {
        var body = new MapNode();
        body.Set("apiVersion", "v1");
        body.Set("kind", "ConfigMap");
        var metadata = body.GetOrAddMap("metadata");
        metadata.Set("name", NameOf(unitName));
        metadata.Set("namespace", options.InventoryNamespace);
        metadata.GetOrAddMap("labels").Set(Keys.Release, Owner.LabelValue(unitName));
        body.GetOrAddMap("data").Set(DataKey, JsonTreeWriter.WriteText(record.ToTree()));
        var json = JsonTreeWriter.Write(body);
        var written = await PatchAsync(unitName, json, cancellationToken).ConfigureAwait(false);
        if (written.Error is { IsNamespaceMissing: true })
        {
            var made = await Namespaces.CreateAsync(client, options.InventoryNamespace, _write, cancellationToken).ConfigureAwait(false);
            if (made is not null)
            {
                return made;
            }

            written = await PatchAsync(unitName, json, cancellationToken).ConfigureAwait(false);
        }

        if (written.Succeeded)
        {
            Remember(unitName, record);
        }

        return written.Error;
    }

    /// <summary>Removes a unit's record, if there is one.</summary>
    public async ValueTask<ApiError?> DeleteAsync(string unitName, CancellationToken cancellationToken)
    {
        _done.TryRemove(unitName, out _);
        var result = await client.DeleteAsync(s_configMaps, options.InventoryNamespace, NameOf(unitName), new DeleteOptions(), cancellationToken).ConfigureAwait(false);
        return result.Error is { IsNotFound: false } error ? error : null;
    }

    private void Remember(string unitName, ReleaseRecord record)
    {
        if (record.IsDone)
        {
            _done[unitName] = record.Digest;
        }
        else
        {
            _done.TryRemove(unitName, out _);
        }
    }

    private ValueTask<ApiResult> PatchAsync(string unitName, byte[] body, CancellationToken cancellationToken) =>
        client.PatchAsync(s_configMaps, options.InventoryNamespace, NameOf(unitName), PatchKind.Apply, body, _write, cancellationToken);

    private static string NameOf(string unitName) => $"gitops-release-{InventoryStore.DnsName(unitName)}";
}
