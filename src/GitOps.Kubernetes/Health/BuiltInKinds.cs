using GitOps.Json;

namespace GitOps.Kubernetes.Health;

/// <summary>The rules for Kubernetes' own kinds.</summary>
internal static class BuiltInKinds
{
    public static Verdict? Assess(MapNode live)
    {
        var apiVersion = live.GetString("apiVersion") ?? "";
        var rule = (Manifest.GroupOf(apiVersion), live.GetString("kind")) switch
        {
            ("apps" or "extensions", "Deployment") => Deployment,
            ("apps", "StatefulSet") => StatefulSet,
            ("apps" or "extensions", "DaemonSet") => DaemonSet,
            ("apps" or "extensions", "ReplicaSet") => ReplicaSet,
            ("", "ReplicationController") => ReplicaSet,
            ("", "Pod") => Pod,
            ("", "PersistentVolumeClaim") => PersistentVolumeClaim,
            ("", "PersistentVolume") => PersistentVolume,
            ("", "Service") => Service,
            ("", "Namespace") => Namespace,
            ("batch", "Job") => Job,
            ("batch", "CronJob") => CronJob,
            ("policy", "PodDisruptionBudget") => PodDisruptionBudget,
            ("networking.k8s.io" or "extensions", "Ingress") => Ingress,
            ("autoscaling", "HorizontalPodAutoscaler") => Autoscaler,
            ("apiregistration.k8s.io", "APIService") => ApiService,
            ("apiextensions.k8s.io", "CustomResourceDefinition") => Definition,
            ("", "Secret" or "ConfigMap" or "ServiceAccount" or "Endpoints" or "LimitRange" or "ResourceQuota" or "Event") => Always,
            ("rbac.authorization.k8s.io" or "storage.k8s.io" or "scheduling.k8s.io" or "node.k8s.io", _) => Always,
            _ => (Func<MapNode, Verdict>?)null,
        };
        return rule is null ? null : GenericHealth.Common(live) ?? rule(live);
    }

    private static Verdict Always(MapNode live) => Current();

    private static Verdict Deployment(MapNode live)
    {
        var spec = live.GetMap("spec");
        var status = live.GetMap("status");
        if (IsTrue(spec?["paused"]))
        {
            return new Verdict(HealthStatus.Suspended, "Deployment is paused");
        }

        var progressing = Conditions.Find(live, "Progressing");
        if (progressing is { Reason: "ProgressDeadlineExceeded" } exceeded)
        {
            return Failed(exceeded.Text);
        }

        if (status is null || (live.GetMap("metadata")?["generation"] is not null && status["observedGeneration"] is null))
        {
            return InProgress("its controller has not seen it yet");
        }

        var wanted = Number(spec, "replicas", 1);
        var (replicas, updated, available, ready) = (Number(status, "replicas"), Number(status, "updatedReplicas"), Number(status, "availableReplicas"), Number(status, "readyReplicas"));
        if (updated < wanted)
        {
            return InProgress($"{updated} of {wanted} replicas are updated");
        }

        if (replicas > updated)
        {
            return InProgress($"{replicas - updated} old replicas are still there");
        }

        if (available < updated)
        {
            return InProgress($"{available} of {updated} updated replicas are available");
        }

        if (ready < wanted && status["readyReplicas"] is not null)
        {
            return InProgress($"{ready} of {wanted} replicas are ready");
        }

        if (Conditions.Find(live, "Available") is { IsFalse: true } unavailable)
        {
            return InProgress(unavailable.Text);
        }

        return Current($"{wanted} replicas are available");
    }

    private static Verdict StatefulSet(MapNode live)
    {
        var spec = live.GetMap("spec");
        var status = live.GetMap("status");
        if (status is null || (live.GetMap("metadata")?["generation"] is not null && status["observedGeneration"] is null))
        {
            return InProgress("its controller has not seen it yet");
        }

        var strategy = spec?.GetMap("updateStrategy");
        var wanted = Number(spec, "replicas", 1);
        var (ready, updated, current, replicas) = (Number(status, "readyReplicas"), Number(status, "updatedReplicas"), Number(status, "currentReplicas"), Number(status, "replicas"));
        if (ready < wanted)
        {
            return InProgress($"{ready} of {wanted} replicas are ready");
        }

        if (strategy?.GetString("type") == "OnDelete")
        {
            return Current($"{wanted} replicas are ready; updates wait for deletion of pods (OnDelete)");
        }

        var rolling = strategy?.GetMap("rollingUpdate");
        if (rolling is not null && strategy?.GetString("type") is null or "RollingUpdate")
        {
            var partition = Number(rolling, "partition");
            return updated < wanted - partition ? InProgress($"{updated} of {wanted - partition} replicas above the partition are updated") : Current($"{wanted} replicas are ready, {updated} are updated");
        }

        if (replicas > wanted)
        {
            return InProgress($"{replicas - wanted} replicas too many are still there");
        }

        if (status.GetString("updateRevision") is { } update && status.GetString("currentRevision") is { } revision && update != revision)
        {
            return InProgress($"{updated} of {wanted} replicas are updated");
        }

        return current < wanted && status["currentReplicas"] is not null && status["updateRevision"] is null ? InProgress($"{current} of {wanted} replicas are current") : Current($"{wanted} replicas are ready");
    }

    private static Verdict DaemonSet(MapNode live)
    {
        var status = live.GetMap("status");
        if (status?["observedGeneration"] is null)
        {
            return InProgress("its controller has not seen it yet");
        }

        var wanted = Number(status, "desiredNumberScheduled");
        var (current, updated, available, ready) = (Number(status, "currentNumberScheduled"), Number(status, "updatedNumberScheduled"), Number(status, "numberAvailable"), Number(status, "numberReady"));
        if (live.GetMap("spec")?.GetMap("updateStrategy")?.GetString("type") == "OnDelete")
        {
            return Current($"{ready} of {wanted} pods are ready; updates wait for deletion of pods (OnDelete)");
        }

        return updated < wanted ? InProgress($"{updated} of {wanted} pods are updated")
            : current < wanted ? InProgress($"{current} of {wanted} pods are scheduled")
            : available < wanted ? InProgress($"{available} of {wanted} pods are available")
            : ready < wanted ? InProgress($"{ready} of {wanted} pods are ready")
            : Current($"{wanted} pods are ready");
    }

    private static Verdict ReplicaSet(MapNode live)
    {
        var status = live.GetMap("status");
        if (Conditions.Find(live, "ReplicaFailure") is { IsTrue: true } failure)
        {
            return Failed(failure.Text);
        }

        if (live.GetMap("metadata")?["generation"] is not null && status?["observedGeneration"] is null)
        {
            return InProgress("its controller has not seen it yet");
        }

        var wanted = Number(live.GetMap("spec"), "replicas", 1);
        var (replicas, available, ready) = (Number(status, "replicas"), Number(status, "availableReplicas"), Number(status, "readyReplicas"));
        return available < wanted ? InProgress($"{available} of {wanted} replicas are available")
            : ready < wanted ? InProgress($"{ready} of {wanted} replicas are ready")
            : replicas > wanted ? InProgress($"{replicas - wanted} replicas too many are still there")
            : Current($"{wanted} replicas are ready");
    }

    private static Verdict Pod(MapNode live)
    {
        var status = live.GetMap("status");
        var containers = Fields.Maps(status, "containerStatuses").ToList();

        // A pod that is to end is on its way as long as it runs, unless somebody says that it is a service all the same.
        var restartAlways = live.GetMap("spec")?.GetString("restartPolicy") is null or "Always"
            || live.GetMap("metadata")?.GetMap("annotations")?.GetString("argocd.argoproj.io/ignore-restart-policy") == "true";
        if (restartAlways && containers.Select(Waiting).FirstOrDefault(static w => w is not null) is { } waiting)
        {
            return Failed(waiting);
        }

        switch (status?.GetString("phase"))
        {
            case "Succeeded":
                return Current("all containers have ended well");
            case "Failed":
                return Failed(FailureOf(status, [.. Fields.Maps(status, "initContainerStatuses"), .. containers]));
            case "Running":
                if (!restartAlways)
                {
                    return InProgress("it runs and is to end");
                }

                if (Conditions.Find(live, "Ready") is { IsTrue: true })
                {
                    return Current("it is ready");
                }

                foreach (var container in containers)
                {
                    if (container.GetMap("lastState")?.GetMap("terminated") is { } ended)
                    {
                        return Failed($"container {container.GetString("name")} ended with code {Number(ended, "exitCode")}{(ended.GetString("reason") is { } why ? $" ({why})" : "")} before");
                    }
                }

                return InProgress(Conditions.Find(live, "Ready") is { } ready ? ready.Text : "it is not ready yet");
            case "Unknown":
                return new Verdict(HealthStatus.Unknown, "its node does not report");
            case null or "Pending":
                return InProgress(Conditions.Find(live, "PodScheduled") is { IsFalse: true } unscheduled ? unscheduled.Text : "it is starting");
            case { } other:
                return new Verdict(HealthStatus.Unknown, $"its phase is {other}");
        }
    }

    /// <summary>Why a container waits, when it waits because of an error: it is then on its way to nothing, whatever the phase says.</summary>
    public static string? Waiting(MapNode container) =>
        container.GetMap("state")?.GetMap("waiting") is { } waiting && waiting.GetString("reason") is { } reason
        && (reason.StartsWith("Err", StringComparison.Ordinal) || reason.EndsWith("Error", StringComparison.Ordinal) || reason.EndsWith("BackOff", StringComparison.Ordinal) || reason is "InvalidImageName")
            ? $"container {container.GetString("name")}: {reason}{(waiting.GetString("message") is { Length: > 0 } message ? $": {message}" : "")}"
            : null;

    private static string FailureOf(MapNode status, List<MapNode> containers)
    {
        if (status.GetString("message") is { Length: > 0 } message)
        {
            return message;
        }

        foreach (var container in containers)
        {
            if (container.GetMap("state")?.GetMap("terminated") is { } ended && (Number(ended, "exitCode") != 0 || ended.GetString("reason") == "OOMKilled"))
            {
                return $"container {container.GetString("name")} ended with code {Number(ended, "exitCode")}{(ended.GetString("reason") is { Length: > 0 } reason ? $" ({reason})" : "")}";
            }
        }

        return status.GetString("reason") ?? "a container failed";
    }

    private static Verdict PersistentVolumeClaim(MapNode live) => live.GetMap("status")?.GetString("phase") switch
    {
        "Bound" => Current("it is bound"),
        "Lost" => Failed("its volume is lost"),
        "Pending" => InProgress("no volume is bound yet"),
        { } other => new Verdict(HealthStatus.Unknown, $"its phase is {other}"),
        null => InProgress("no volume is bound yet"),
    };

    private static Verdict PersistentVolume(MapNode live) => live.GetMap("status")?.GetString("phase") switch
    {
        "Failed" => Failed(live.GetMap("status")?.GetString("message") is { Length: > 0 } message ? message : "reclaiming it failed"),
        "Pending" => InProgress("it is not available yet"),
        _ => Current(),
    };

    private static Verdict Service(MapNode live)
    {
        if (live.GetMap("spec")?.GetString("type") != "LoadBalancer")
        {
            return Current();
        }

        return live.GetMap("status")?.GetMap("loadBalancer")?.GetList("ingress") is { Count: > 0 }
            ? Current("the load balancer has an address")
            : InProgress("the load balancer has no address yet");
    }

    private static Verdict Namespace(MapNode live) => live.GetMap("status")?.GetString("phase") switch
    {
        "Terminating" => new Verdict(HealthStatus.Terminating, "it is being deleted"),
        _ => Current(),
    };

    private static Verdict Job(MapNode live)
    {
        if (Conditions.Find(live, "Failed") is { IsTrue: true } failed)
        {
            return Failed(failed.Text);
        }

        if (Conditions.Find(live, "Complete") is { IsTrue: true } complete)
        {
            return Current(complete.Text);
        }

        if (Conditions.Find(live, "Suspended") is { IsTrue: true } suspended)
        {
            return new Verdict(HealthStatus.Suspended, suspended.Text);
        }

        var status = live.GetMap("status");
        return InProgress($"{Number(status, "active")} pods run, {Number(status, "succeeded")} have succeeded, {Number(status, "failed")} have failed");
    }

    private static Verdict CronJob(MapNode live)
    {
        if (IsTrue(live.GetMap("spec")?["suspend"]))
        {
            return Current("it is suspended");
        }

        var status = live.GetMap("status");
        if (status?.GetString("lastScheduleTime") is not { } scheduled)
        {
            return status is null ? InProgress("it was not scheduled yet") : Current("it was not scheduled yet");
        }

        // Both are RFC 3339 in UTC, so their order as text is their order in time.
        return status.GetString("lastSuccessfulTime") is { } succeeded && status.GetList("active") is not { Count: > 0 } && string.CompareOrdinal(succeeded, scheduled) < 0
            ? Failed($"the job scheduled at {scheduled} did not succeed")
            : Current($"it was scheduled last at {scheduled}");
    }

    private static Verdict PodDisruptionBudget(MapNode live)
    {
        StatusCondition? last = null;
        foreach (var condition in Conditions.Of(live))
        {
            if (condition is { IsFalse: true, Reason: not "InsufficientPods" })
            {
                return Failed(condition.Text);
            }

            last = condition;
        }

        return last is { } seen ? Current(seen.Text) : InProgress("its controller has not reported on it yet");
    }

    private static Verdict Ingress(MapNode live) => live.GetMap("status")?.GetMap("loadBalancer")?.GetList("ingress") is { Count: > 0 }
        ? Current("it has an address")
        : InProgress("it has no address yet");

    private static Verdict Autoscaler(MapNode live)
    {
        // In the object's own order: a scale that works now counts before a metric that cannot be read.
        foreach (var condition in live.GetString("apiVersion") == "autoscaling/v1" ? AnnotatedConditions(live) : Conditions.Of(live))
        {
            switch (condition)
            {
                case { Type: "AbleToScale", Reason: "FailedGetScale" or "FailedUpdateScale" }
                    or { Type: "ScalingActive", Reason: "FailedGetResourceMetric" or "FailedGetObjectMetric" or "FailedGetPodsMetric" or "FailedGetExternalMetric" or "FailedComputeMetricsReplicas" or "InvalidSelector" }:
                    return Failed(condition.Text);
                case { Type: "AbleToScale" or "ScalingLimited", IsTrue: true }:
                    return Current(condition.Text);
                default:
                    break;
            }
        }

        return InProgress("its metrics are not read yet");
    }

    // autoscaling/v1 has no conditions; the server keeps them in an annotation.
    private static IEnumerable<StatusCondition> AnnotatedConditions(MapNode live)
    {
        if (live.GetMap("metadata")?.GetMap("annotations")?.GetString("autoscaling.alpha.kubernetes.io/conditions") is not { } json)
        {
            return [];
        }

        try
        {
            return Conditions.In(JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(json)) as ListNode);
        }
        catch (GitOpsException)
        {
            return [];
        }
    }

    private static Verdict ApiService(MapNode live) => Conditions.Find(live, "Available") switch
    {
        { IsTrue: true } available => Current(available.Text),
        { IsFalse: true } unavailable => InProgress(unavailable.Text),
        _ => InProgress("it is not known to be available yet"),
    };

    private static Verdict Definition(MapNode live)
    {
        if (live.GetMap("status")?.GetList("conditions") is not { Count: > 0 })
        {
            return InProgress("it is not established yet");
        }

        foreach (var condition in Conditions.Of(live))
        {
            switch (condition)
            {
                case { Type: "Terminating", IsTrue: true }:
                    return new Verdict(HealthStatus.Terminating, condition.Text);
                case { Type: "NamesAccepted", IsFalse: true } or { Type: "NonStructuralSchema", IsTrue: true }:
                    return Failed(condition.Text);
                default:
                    break;
            }
        }

        return Conditions.Find(live, "Established") switch
        {
            { IsTrue: true } established => Current(established.Text),
            { Reason: "Installing" } installing => InProgress(installing.Text),
            { } failed => Failed(failed.Text),
            null => Failed("it is not established"),
        };
    }

    private static long Number(MapNode? map, string field, long fallback = 0) => map?[field] is ScalarNode scalar && scalar.TryGetInt64(out var value) ? value : fallback;

    private static bool IsTrue(Node? node) => node is ScalarNode scalar && scalar.AsBoolean();

    private static Verdict Current(string message = "") => new(HealthStatus.Current, message);

    private static Verdict InProgress(string message) => new(HealthStatus.InProgress, message);

    private static Verdict Failed(string message) => new(HealthStatus.Failed, message);
}
