using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace GitOps.Kubernetes.Client;

/// <summary>
/// Which kinds the cluster has and where: two requests where the server aggregates discovery (1.26 and later), one per group version that is asked for elsewhere.
/// </summary>
/// <remarks>Thread-safe. An unknown kind makes it look again, at most once in a while, so a CRD that appears is found without a restart.</remarks>
internal sealed class Discovery(DynamicClient client, TimeProvider time) : IDisposable
{
    private const string AggregatedAccept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private static readonly TimeSpan s_refreshPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly ConcurrentDictionary<string, FrozenDictionary<string, ApiResource>> _lazy = new(StringComparer.Ordinal);
    private State? _state;
    private DateTimeOffset _loadedAt;

    /// <summary>Finds a kind by apiVersion.</summary>
    /// <returns>The mapping, <see langword="null"/> when the cluster has no such kind, or the error that kept us from knowing.</returns>
    public async ValueTask<(ApiResource? Resource, ApiError? Error)> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (state, error) = await StateAsync(cancellationToken).ConfigureAwait(false);
            if (state is null)
            {
                return (null, error);
            }

            if (state.Aggregated && state.Kinds.TryGetValue((apiVersion, kind), out var listed))
            {
                return (listed, null);
            }

            // What an aggregated API served at last is listed as stale; asking it tells whether the kind is missing or the API is broken.
            if (!state.Aggregated || state.Stale.Contains(apiVersion))
            {
                (var resources, error) = await GroupVersionAsync(apiVersion, state, cancellationToken).ConfigureAwait(false);
                if (error is not null)
                {
                    return (null, error);
                }

                if (resources!.TryGetValue(kind, out var found))
                {
                    return (found, null);
                }
            }

            if (attempt > 0 || !MayRefresh())
            {
                return (null, null);
            }

            Invalidate();
        }
    }

    /// <summary>Finds a kind by group in the version that an inventory names, or in the server's preferred one.</summary>
    public async ValueTask<(ApiResource? Resource, ApiError? Error)> FindAsync(GroupKind kind, string version, CancellationToken cancellationToken)
    {
        var apiVersion = kind.Group.Length == 0 ? version : $"{kind.Group}/{version}";
        var (found, error) = version.Length == 0 ? default : await FindAsync(apiVersion, kind.Kind, cancellationToken).ConfigureAwait(false);
        if (found is not null || error is not null)
        {
            return (found, error);
        }

        (var state, error) = await StateAsync(cancellationToken).ConfigureAwait(false);
        foreach (var candidate in state?.Versions.GetValueOrDefault(kind.Group) ?? [])
        {
            (found, error) = await FindAsync(candidate, kind.Kind, cancellationToken).ConfigureAwait(false);
            if (found is not null || error is not null)
            {
                return (found, error);
            }
        }

        return (null, error);
    }

    /// <summary>Forgets what is known, because a CRD was written.</summary>
    public void Invalidate()
    {
        _lazy.Clear();
        Volatile.Write(ref _state, null);
    }

    public void Dispose() => _loading.Dispose();

    private bool MayRefresh() => time.GetUtcNow() - _loadedAt >= s_refreshPause;

    private async ValueTask<(State? State, ApiError? Error)> StateAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _state) is { } known)
        {
            return (known, null);
        }

        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref _state) is { } loaded)
            {
                return (loaded, null);
            }

            var (state, error) = await LoadAsync(cancellationToken).ConfigureAwait(false);
            if (state is not null)
            {
                _loadedAt = time.GetUtcNow();
                Volatile.Write(ref _state, state);
            }

            return (state, error);
        }
        finally
        {
            _loading.Release();
        }
    }

    private async ValueTask<(State? State, ApiError? Error)> LoadAsync(CancellationToken cancellationToken)
    {
        var groups = await client.GetPathAsync("apis", AggregatedAccept, cancellationToken).ConfigureAwait(false);
        if (!groups.Succeeded)
        {
            return (null, groups.Error);
        }

        Dictionary<string, List<string>> versions = new(StringComparer.Ordinal) { [""] = ["v1"] };
        if (groups.Body.GetString("kind") != "APIGroupDiscoveryList")
        {
            foreach (var group in Maps(groups.Body, "groups"))
            {
                var preferred = group.GetMap("preferredVersion")?.GetString("groupVersion");
                versions[group.GetString("name") ?? ""] =
                    [.. Maps(group, "versions").Select(v => v.GetString("groupVersion") ?? "").Where(v => v.Length > 0).OrderBy(v => v == preferred ? 0 : 1)];
            }

            return (new State(false, FrozenDictionary<(string, string), ApiResource>.Empty, versions, []), null);
        }

        var core = await client.GetPathAsync("api", AggregatedAccept, cancellationToken).ConfigureAwait(false);
        if (!core.Succeeded)
        {
            return (null, core.Error);
        }

        Dictionary<(string, string), ApiResource> kinds = [];
        HashSet<string> stale = new(StringComparer.Ordinal);
        ReadAggregated(groups.Body, kinds, versions, stale);
        ReadAggregated(core.Body, kinds, versions, stale);
        return (new State(true, kinds.ToFrozenDictionary(), versions, stale), null);
    }

    private static void ReadAggregated(MapNode list, Dictionary<(string, string), ApiResource> kinds, Dictionary<string, List<string>> versions, HashSet<string> stale)
    {
        foreach (var group in Maps(list, "items"))
        {
            var name = group.GetMap("metadata")?.GetString("name") ?? "";
            List<string> known = [];
            foreach (var version in Maps(group, "versions"))
            {
                var text = version.GetString("version") ?? "";
                var apiVersion = name.Length == 0 ? text : $"{name}/{text}";
                known.Add(apiVersion);
                if (version.GetString("freshness") == "Stale")
                {
                    stale.Add(apiVersion);
                }

                foreach (var resource in Maps(version, "resources"))
                {
                    var response = resource.GetMap("responseKind");
                    var kind = response?.GetString("kind");
                    var plural = resource.GetString("resource");
                    if (string.IsNullOrEmpty(kind) || string.IsNullOrEmpty(plural))
                    {
                        continue;
                    }

                    kinds.TryAdd((apiVersion, kind), new ApiResource(name, text, kind, plural, resource.GetString("scope") == "Namespaced"));
                }
            }

            versions[name] = known;
        }
    }

    private async ValueTask<(FrozenDictionary<string, ApiResource>? Resources, ApiError? Error)> GroupVersionAsync(string apiVersion, State state, CancellationToken cancellationToken)
    {
        if (_lazy.TryGetValue(apiVersion, out var known))
        {
            return (known, null);
        }

        var group = Manifest.GroupOf(apiVersion);
        if (!state.Versions.TryGetValue(group, out var versions) || !versions.Contains(apiVersion))
        {
            return (FrozenDictionary<string, ApiResource>.Empty, null);
        }

        var result = await client.GetPathAsync(group.Length == 0 ? $"api/{apiVersion}" : $"apis/{apiVersion}", null, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return result.Error.IsNotFound ? (FrozenDictionary<string, ApiResource>.Empty, null) : (null, result.Error);
        }

        var version = apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];
        Dictionary<string, ApiResource> resources = new(StringComparer.Ordinal);
        foreach (var resource in Maps(result.Body, "resources"))
        {
            var plural = resource.GetString("name") ?? "";
            var kind = resource.GetString("kind") ?? "";
            if (plural.Length > 0 && kind.Length > 0 && !plural.Contains('/', StringComparison.Ordinal))
            {
                var namespaced = resource["namespaced"] is ScalarNode scalar && scalar.AsBoolean();
                resources.TryAdd(kind, new ApiResource(group, version, kind, plural, namespaced));
            }
        }

        var frozen = resources.ToFrozenDictionary(StringComparer.Ordinal);
        _lazy[apiVersion] = frozen;
        return (frozen, null);
    }

    private static IEnumerable<MapNode> Maps(MapNode map, string key) => (map.GetList(key) ?? []).OfType<MapNode>();

    private sealed record State(bool Aggregated, FrozenDictionary<(string, string), ApiResource> Kinds, Dictionary<string, List<string>> Versions, HashSet<string> Stale);
}
