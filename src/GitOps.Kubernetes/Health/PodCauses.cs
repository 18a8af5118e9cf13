using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Health;

/// <summary>
/// Why a workload is not ready, as its pods tell: while it is not, its pods are watched; once it is, the watch ends.
/// </summary>
internal sealed class PodCauses(Cluster cluster, DynamicClient client, Action changed, CancellationToken cancellationToken)
{
    private static readonly ApiResource s_pods = new("", "v1", "Pod", "pods", true);
    private static readonly ApiResource s_events = new("", "v1", "Event", "events", true);

    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceId, Watch> _watches = [];

    /// <summary>The running watches, to be awaited at the end.</summary>
    public IReadOnlyList<Task> Running
    {
        get
        {
            lock (_lock)
            {
                return [.. _watches.Values.Select(w => w.Running)];
            }
        }
    }

    /// <summary>Takes note of a workload's state.</summary>
    public void Update(ResourceId id, MapNode? live, HealthStatus status)
    {
        var selector = live is not null && status is HealthStatus.InProgress or HealthStatus.Failed ? SelectorOf(live!) : null;
        lock (_lock)
        {
            if (selector is null)
            {
                if (_watches.Remove(id, out var finished))
                {
                    finished.Stop.Cancel();
                }
            }
            else if (!_watches.ContainsKey(id))
            {
                var watch = new Watch(CancellationTokenSource.CreateLinkedTokenSource(cancellationToken));
                _watches.Add(id, watch);
                watch.Running = Task.Run(() => RunAsync(id, selector, watch), CancellationToken.None);
            }
        }
    }

    /// <summary>What the pods tell; empty when they tell nothing.</summary>
    public string For(ResourceId id)
    {
        lock (_lock)
        {
            return _watches.TryGetValue(id, out var watch) ? watch.Cause : "";
        }
    }

    /// <summary>Why one pod is not ready; <see langword="null"/> when it is or is merely starting.</summary>
    public static string? CauseOf(MapNode pod)
    {
        var status = pod.GetMap("status");
        foreach (var container in Fields.Maps(status, "initContainerStatuses").Concat(Fields.Maps(status, "containerStatuses")))
        {
            if (BuiltInKinds.Waiting(container) is { } waiting)
            {
                var ended = Fields.At(container, "lastState", "terminated");
                return ended is null ? waiting : $"{waiting}; it ended with code {Fields.Number(ended, "exitCode")}{(Fields.Text(ended, "reason") is { Length: > 0 } reason ? $" ({reason})" : "")} before";
            }
        }

        if (Conditions.Find(pod, "PodScheduled") is { IsFalse: true } unscheduled)
        {
            return $"{(unscheduled.Reason.Length > 0 ? unscheduled.Reason : "Unschedulable")}: {unscheduled.Message}";
        }

        if (Fields.Text(status, "phase") == "Failed")
        {
            return HealthRules.Assess(pod).Message;
        }

        return Fields.Text(status, "phase") == "Running" && Conditions.Find(pod, "Ready") is { IsFalse: true } ready ? ready.Text : null;
    }

    /// <summary>The selector of a workload's pods; <see langword="null"/> when it has none.</summary>
    public static string? SelectorOf(MapNode live)
    {
        if (live.GetString("kind") is not ("Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" or "Job"))
        {
            return null;
        }

        var selector = Fields.At(live, "spec", "selector") as MapNode;
        var labels = selector?.GetMap("matchLabels") ?? (live.GetString("kind") == "Job" ? Fields.At(live, "spec", "template", "metadata", "labels") as MapNode : null);
        return labels is { Count: > 0 } ? string.Join(',', labels.Select(l => $"{l.Key}={(l.Value as ScalarNode)?.Text}")) : null;
    }

    private async Task RunAsync(ResourceId workload, string selector, Watch watch)
    {
        Dictionary<string, string> causes = new(StringComparer.Ordinal);
        var token = watch.Stop.Token;
        try
        {
            await foreach (var seen in ObjectWatch.RunAsync(client, s_pods, new ListOptions { Namespace = workload.Namespace, LabelSelector = selector }, cluster.Time, token).ConfigureAwait(false))
            {
                var name = seen.Object is null ? "" : LiveReader.IdOf(seen.Object, s_pods).Name;
                switch (seen.Kind)
                {
                    case WatchEventKind.Relisting:
                        causes.Clear();
                        break;
                    case WatchEventKind.Deleted:
                        causes.Remove(name);
                        break;
                    case WatchEventKind.Added or WatchEventKind.Modified:
                        if (CauseOf(seen.Object!) is { } cause)
                        {
                            causes[name] = cause;
                        }
                        else
                        {
                            causes.Remove(name);
                        }

                        break;
                    default:
                        break;
                }

                await TellAsync(workload, watch, causes, token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The workload is ready, or nobody waits for it any more.
        }
        finally
        {
            watch.Stop.Dispose();
        }
    }

    private async ValueTask TellAsync(ResourceId workload, Watch watch, Dictionary<string, string> causes, CancellationToken token)
    {
        var (pod, cause) = causes.OrderBy(static c => c.Key, StringComparer.Ordinal).FirstOrDefault();
        var text = pod is null ? "" : $"pod {pod}: {cause}{(causes.Count > 1 ? $" (and {causes.Count - 1} more pods)" : "")}";
        lock (_lock)
        {
            if (watch.Told == text)
            {
                return;
            }

            watch.Told = text;
        }

        var events = pod is null ? "" : await WarningsAsync(workload.Namespace, pod, cause, token).ConfigureAwait(false);
        lock (_lock)
        {
            watch.Cause = text + events;
        }

        changed();
    }

    /// <summary>The last warning about a pod, unless it says what is known already.</summary>
    private async ValueTask<string> WarningsAsync(string @namespace, string pod, string cause, CancellationToken token)
    {
        MapNode? last = null;
        var options = new ListOptions { Namespace = @namespace, FieldSelector = $"involvedObject.kind=Pod,involvedObject.name={pod},type=Warning", PageSize = 100 };
        await client.ListAsync(s_events, options, item => last = last is null || string.CompareOrdinal(TimeOf(item), TimeOf(last)) >= 0 ? item : last, token).ConfigureAwait(false);
        var message = last?.GetString("message");
        return string.IsNullOrEmpty(message) || cause.Contains(message, StringComparison.Ordinal) ? "" : $"; last event {last!.GetString("reason")}: {message}";

        static string TimeOf(MapNode item) => item.GetString("lastTimestamp") ?? item.GetString("eventTime") ?? item.GetMap("metadata")?.GetString("creationTimestamp") ?? "";
    }

    private sealed class Watch(CancellationTokenSource stop)
    {
        public CancellationTokenSource Stop { get; } = stop;

        public Task Running { get; set; } = Task.CompletedTask;

        public string Told { get; set; } = "";

        public string Cause { get; set; } = "";
    }
}
