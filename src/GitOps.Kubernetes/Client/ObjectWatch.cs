using System.Runtime.CompilerServices;

namespace GitOps.Kubernetes.Client;

/// <summary>
/// List, then watch, for ever: it resumes from bookmarks, lists anew when the server forgot the resource version, and backs off when it cannot be reached.
/// </summary>
internal static class ObjectWatch
{
    private static readonly TimeSpan s_maximumBackoff = TimeSpan.FromSeconds(30);

    /// <summary>Runs until it is cancelled, or until the server refuses for a reason that does not pass (the last event is then an error).</summary>
    public static async IAsyncEnumerable<WatchEvent> RunAsync(DynamicClient client, ApiResource resource, ListOptions options, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            List<MapNode> items = [];
            var (resourceVersion, error) = await client.ListAsync(resource, options, items.Add, cancellationToken).ConfigureAwait(false);
            if (error is not null)
            {
                yield return new WatchEvent(WatchEventKind.Error, null, error);
                if (IsFinal(error))
                {
                    yield break;
                }

                await BackOffAsync(failures++, error, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            yield return new WatchEvent(WatchEventKind.Relisting, null);
            foreach (var item in items)
            {
                yield return new WatchEvent(WatchEventKind.Added, item);
            }

            items.Clear();
            items.TrimExcess();
            yield return new WatchEvent(WatchEventKind.Synced, null);

            var relist = false;
            while (!relist && !cancellationToken.IsCancellationRequested)
            {
                ApiError? broken = null;
                var any = false;
                await foreach (var seen in client.WatchOnceAsync(resource, options, resourceVersion, cancellationToken).ConfigureAwait(false))
                {
                    if (seen.Kind == WatchEventKind.Error)
                    {
                        broken = seen.Error;
                        break;
                    }

                    any = true;
                    failures = 0;
                    resourceVersion = seen.Object?.GetMap("metadata")?.GetString("resourceVersion") ?? resourceVersion;
                    if (seen.Kind != WatchEventKind.Bookmark)
                    {
                        yield return seen;
                    }
                }

                if (broken is not null)
                {
                    relist = broken.IsGone;
                    if (!relist)
                    {
                        yield return new WatchEvent(WatchEventKind.Error, null, broken);
                        if (IsFinal(broken))
                        {
                            yield break;
                        }

                        await BackOffAsync(failures++, broken, time, cancellationToken).ConfigureAwait(false);
                    }
                }
                else if (!any)
                {
                    // A server that ends watches at once must not be asked in a tight loop.
                    await BackOffAsync(Math.Min(failures++, 4), null, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Whether a watch ends with an error for good. Credentials that are not accepted may be renewed any moment, so that is none of them.</summary>
    public static bool IsFinal(ApiError error) => error.StatusCode is 403 or 404 or 405;

    private static Task BackOffAsync(int failures, ApiError? error, TimeProvider time, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromMilliseconds(250 * Math.Pow(2, Math.Min(failures, 8)));
        wait = error?.RetryAfter is { } asked && asked > wait ? asked : wait;
        return Task.Delay(wait < s_maximumBackoff ? wait : s_maximumBackoff, time, cancellationToken);
    }
}
