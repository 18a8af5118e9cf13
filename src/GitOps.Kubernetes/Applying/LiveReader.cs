using System.Collections.Concurrent;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Applying;

/// <summary>Reads the live state of objects that a unit is known to own: one list per kind rather than one request per object.</summary>
internal sealed class LiveReader(Cluster cluster, DynamicClient client, Owner owner)
{
    // A list has a fixed cost, and so has a request; for very few objects the requests are cheaper.
    private const int ListThreshold = 3;

    /// <summary>Reads. Objects that are not there are missing from the result.</summary>
    public async ValueTask<(ConcurrentDictionary<ResourceId, LiveState> Live, ApiError? Error)> ReadAsync(
        IReadOnlyDictionary<ResourceId, ApiResource> wanted, Func<ResourceId, MapNode, LiveState> select, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<ResourceId, LiveState> live = new();
        ApiError? failure = null;
        List<(ResourceId Id, ApiResource Resource)> single = [];
        List<(ApiResource Resource, List<ResourceId> Ids)> lists = [];
        foreach (var kind in wanted.GroupBy(w => w.Value, w => w.Key))
        {
            var ids = kind.ToList();
            if (ids.Count < ListThreshold)
            {
                single.AddRange(ids.Select(id => (id, kind.Key)));
            }
            else
            {
                lists.Add((kind.Key, ids));
            }
        }

        ConcurrentBag<(ResourceId Id, ApiResource Resource)> missed = [];
        await Task.WhenAll(
            Parallel.ForEachAsync(lists, Parallelism(cancellationToken), ListAllAsync),
            Parallel.ForEachAsync(single, Parallelism(cancellationToken), GetAsync)).ConfigureAwait(false);
        if (failure is null)
        {
            await Parallel.ForEachAsync(missed, Parallelism(cancellationToken), GetAsync).ConfigureAwait(false);
        }

        return (live, failure);

        async ValueTask ListAllAsync((ApiResource Resource, List<ResourceId> Ids) list, CancellationToken token)
        {
            HashSet<ResourceId> open = [.. list.Ids];
            var error = await ListAsync(list.Resource, list.Ids, item =>
            {
                var id = IdOf(item, list.Resource);
                if (open.Remove(id))
                {
                    live[id] = select(id, item);
                }
            }, token).ConfigureAwait(false);
            if (error is { IsForbidden: false, IsNotFound: false })
            {
                failure = error;
                return;
            }

            // Not in the list: gone, or its labels were taken away, or lists are forbidden. One look tells.
            foreach (var id in open)
            {
                missed.Add((id, list.Resource));
            }
        }

        async ValueTask GetAsync((ResourceId Id, ApiResource Resource) item, CancellationToken token)
        {
            var result = await client.GetAsync(item.Resource, item.Id.Namespace, item.Id.Name, token).ConfigureAwait(false);
            if (result.Succeeded)
            {
                live[item.Id] = select(item.Id, result.Body);
            }
            else if (!result.Error.IsNotFound)
            {
                failure = result.Error;
            }
        }
    }

    /// <summary>Which of some objects exist, whoever made them: metadata only, by lists where they are many.</summary>
    public async ValueTask<(IReadOnlyCollection<ResourceId> Found, ApiError? Error)> FindAsync(IReadOnlyList<(ResourceId Id, ApiResource Resource)> objects, CancellationToken cancellationToken)
    {
        ConcurrentBag<ResourceId> found = [];
        ApiError? failure = null;
        await Parallel.ForEachAsync(objects.GroupBy(o => (o.Resource, o.Id.Namespace), o => o.Id), Parallelism(cancellationToken), async (group, token) =>
        {
            var (resource, @namespace) = group.Key;
            HashSet<ResourceId> open = [.. group];
            if (open.Count >= ListThreshold)
            {
                var (_, error) = await client.ListAsync(resource, new ListOptions { Namespace = @namespace, MetadataOnly = true, PageSize = 2000 }, item =>
                {
                    var id = IdOf(item, resource);
                    if (open.Contains(id))
                    {
                        found.Add(id);
                    }
                }, token).ConfigureAwait(false);
                if (error is not { IsForbidden: true })
                {
                    failure = error is null or { IsNotFound: true } ? failure : error;
                    return;
                }
            }

            foreach (var id in open)
            {
                var result = await client.GetAsync(resource, id.Namespace, id.Name, token, metadataOnly: true).ConfigureAwait(false);
                if (result.Succeeded)
                {
                    found.Add(id);
                }
                else if (!result.Error.IsNotFound)
                {
                    failure = result.Error;
                }
            }
        }).ConfigureAwait(false);
        return (found, failure);
    }

    public static ResourceId IdOf(MapNode item, ApiResource resource)
    {
        var metadata = item.GetMap("metadata");
        return new ResourceId(resource.Group, resource.Kind, metadata?.GetString("namespace") ?? "", metadata?.GetString("name") ?? "");
    }

    private async ValueTask<ApiError?> ListAsync(ApiResource resource, List<ResourceId> ids, Action<MapNode> onItem, CancellationToken cancellationToken)
    {
        var namespaces = ids.Select(i => i.Namespace).Distinct(StringComparer.Ordinal).ToList();
        if (namespaces.Count > 1)
        {
            var (_, error) = await client.ListAsync(resource, new ListOptions { LabelSelector = owner.Selector }, onItem, cancellationToken).ConfigureAwait(false);
            if (error is not { IsForbidden: true })
            {
                return error;
            }
        }

        // Either all are in one namespace, or the identity may not see the whole cluster.
        foreach (var @namespace in namespaces)
        {
            var (_, error) = await client.ListAsync(resource, new ListOptions { Namespace = @namespace, LabelSelector = owner.Selector }, onItem, cancellationToken).ConfigureAwait(false);
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    private ParallelOptions Parallelism(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = cluster.Options.MaxConcurrency, CancellationToken = cancellationToken };
}
