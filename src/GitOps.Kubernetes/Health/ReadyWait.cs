using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Health;

/// <summary>Waits for one object to be ready: a watch on that object, ended by its state, the limit or the caller.</summary>
internal static class ReadyWait
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    /// <returns><see langword="null"/> when it is ready, else why it is not.</returns>
    public static ValueTask<string?> RunAsync(DynamicClient client, ApiResource resource, ResourceId id, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken) =>
        RunAsync(client, resource, id, limit, time, Judge, cancellationToken);

    /// <param name="client">As whom to look.</param>
    /// <param name="resource">The object's kind.</param>
    /// <param name="id">The object.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="judge">Says of the object whether the wait ends, and what it waits for; it gets <see langword="null"/> when the object was deleted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="null"/> when the judge ended the wait, else what was waited for.</returns>
    public static async ValueTask<string?> RunAsync(
        DynamicClient client, ApiResource resource, ResourceId id, TimeSpan limit, TimeProvider time, Func<MapNode?, (bool Ends, string Why)?> judge, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var last = "it was not seen";
        try
        {
            var result = await client.GetAsync(resource, id.Namespace, id.Name, linked.Token).ConfigureAwait(false);
            if (result.Succeeded && judge(result.Body) is var (ready, why))
            {
                if (ready)
                {
                    return null;
                }

                last = why;
            }

            var options = new ListOptions { Namespace = id.Namespace, FieldSelector = $"metadata.name={id.Name}" };
            await foreach (var seen in ObjectWatch.RunAsync(client, resource, options, time, linked.Token).ConfigureAwait(false))
            {
                if (seen.Kind == WatchEventKind.Error)
                {
                    last = last.Length > 0 ? last : seen.Error!.Message;
                }
                else if (seen.Kind is WatchEventKind.Added or WatchEventKind.Modified or WatchEventKind.Deleted
                    && judge(seen.Kind == WatchEventKind.Deleted ? null : seen.Object) is var (done, reason))
                {
                    if (done)
                    {
                        return null;
                    }

                    last = reason;
                }
            }

            // An account that may read but not watch looks again and again instead.
            var pause = TimeSpan.FromMilliseconds(100);
            while (true)
            {
                await Task.Delay(pause, time, linked.Token).ConfigureAwait(false);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
                result = await client.GetAsync(resource, id.Namespace, id.Name, linked.Token).ConfigureAwait(false);
                if ((result.Succeeded || result.Error.IsNotFound) && judge(result.Body) is var (done, reason))
                {
                    if (done)
                    {
                        return null;
                    }

                    last = reason;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return last;
        }
    }

    private static (bool Ends, string Why)? Judge(MapNode? live)
    {
        if (live is null)
        {
            return null;
        }

        var health = HealthRules.Assess(live);
        return (health.Status is HealthStatus.Current or HealthStatus.Suspended, health.Message.Length > 0 ? health.Message : health.Status.ToString());
    }
}
