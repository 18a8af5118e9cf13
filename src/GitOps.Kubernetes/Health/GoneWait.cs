using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Health;

/// <summary>Waits until one object is gone, or another of its name is there.</summary>
internal static class GoneWait
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    /// <returns><see langword="null"/> when it is gone, else what holds it, for the end of a sentence.</returns>
    public static async ValueTask<string?> RunAsync(DynamicClient client, ApiResource resource, ResourceId id, string uid, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + limit;
        var pause = TimeSpan.FromMilliseconds(20);
        while (true)
        {
            var live = await client.GetAsync(resource, id.Namespace, id.Name, cancellationToken).ConfigureAwait(false);
            if (live.Error is { IsNotFound: true } || (live.Succeeded && live.Body.GetMap("metadata")?.GetString("uid") != uid))
            {
                return null;
            }

            if (time.GetUtcNow() >= until)
            {
                var finalizers = live.Succeeded ? LiveState.Finalizers(live.Body) : [];
                return finalizers.Count == 0 ? "" : $": its finalizers {string.Join(", ", finalizers)} are still set, so the controller that owns them must run";
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }
}
