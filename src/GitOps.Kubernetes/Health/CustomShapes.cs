using System.Globalization;

namespace GitOps.Kubernetes.Health;

/// <summary>Rules on custom kinds that take more than a line of the table: counts, nested conditions, several states together.</summary>
internal static class CustomShapes
{
    /// <summary>Runs a rule by the name that the table uses.</summary>
    public static Verdict? Run(string name, MapNode live) => name switch
    {
        "rollout" => Rollout(live),
        "kruise-daemonset" => KruiseDaemonSet(live),
        "kruise-statefulset" => KruiseStatefulSet(live),
        "gameserverset" => GameServerSet(live),
        "cassandra" => Cassandra(live),
        "ceph" => Ceph(live),
        "capi-ready" => ClusterReady(live),
        "capi-error" => ControlPlane(live),
        "spin" => SpinApp(live),
        "elasticsearch" => Elasticsearch(live),
        "last-condition" => LastCondition(live),
        "ancestors" => Ancestors(live, required: false),
        "airlock" => live.GetString("kind")?.EndsWith("Policy", StringComparison.Ordinal) == true ? Ancestors(live, required: true) : Current(),
        "route" => Route(live, observed: false),
        "route-observed" => Route(live, observed: true),
        "gateway" => Gateway(live),
        "gatewayclass" => GatewayClass(live),
        "gloo" => Gloo(live),
        "keycloak" => Keycloak(live),
        "banzai" => BanzaiKafka(live),
        "virtualmachine" => VirtualMachine(live),
        "vmi" => VirtualMachineInstance(live),
        "managedcertificate" => ManagedCertificate(live),
        "otel" => Collector(live),
        "olm" => Subscription(live),
        "contour" => Contour(live, proxy: false),
        "contour-proxy" => Contour(live, proxy: true),
        "openshift-route" => OpenShiftRoute(live),
        "sap" => SapService(live),
        "kserve" => InferenceService(live),
        "solr" => Solr(live),
        "spark" => Spark(live),
        "karmada" => Karmada(live),
        "promoter" => Promoter(live),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such rule."),
    };

    /// <summary>What the object says of itself.</summary>
    public static string Message(MapNode live)
    {
        var status = live.GetMap("status");
        if (status is null)
        {
            return "it has no status yet";
        }

        if (Text(status, "message") is { Length: > 0 } message)
        {
            return message;
        }

        // Conditions come before a phase: they hold the sentence, a phase only the word.
        if (Conditions.Find(live, "Stalled") is { IsTrue: true } stalled)
        {
            return stalled.Text;
        }

        if (Conditions.Find(live, "Ready") is { IsTrue: false } notReady)
        {
            return notReady.Text;
        }

        foreach (var field in (ReadOnlySpan<string>)["phase", "state", "currentState", "health", "status"])
        {
            if (Text(status, field) is { Length: > 0 } word)
            {
                return $"{field} is {word}";
            }
        }

        return "";
    }

    private static Verdict Rollout(MapNode live)
    {
        var status = live.GetMap("status");
        if (status is null || (long.TryParse(Text(status, "observedGeneration"), CultureInfo.InvariantCulture, out var observed) && observed < Fields.Number(live, "metadata", "generation")))
        {
            return InProgress("its controller has not seen it yet");
        }

        if (Fields.At(live, "spec", "workloadRef") is not null && Fields.At(live, "metadata", "annotations") is not null
            && Fields.Text(live, "metadata", "annotations", "rollout.argoproj.io/workload-generation") != Text(status, "workloadObservedGeneration"))
        {
            return InProgress("its controller has not seen the workload yet");
        }

        switch (Text(status, "phase"))
        {
            case "Paused":
                return Suspended(Message(live));
            case "Healthy":
                return Current(Message(live));
            case "Degraded":
                return Failed(Message(live));
            case "Progressing":
                return InProgress(Message(live));
            default:
                break;
        }

        foreach (var condition in Conditions.Of(live))
        {
            if (condition.Type == "InvalidSpec" || condition is { Type: "Progressing", Reason: "RolloutAborted" or "ProgressDeadlineExceeded" })
            {
                return Failed(condition.Text);
            }
        }

        if (status.GetList("pauseConditions") is { Count: > 0 } || Fields.IsTrue(live, "spec", "paused"))
        {
            return Suspended("the roll-out is paused");
        }

        var current = Text(status, "currentPodHash");
        if (current is null)
        {
            return InProgress("its controller has not reported on it yet");
        }

        var wanted = Fields.At(live, "spec", "replicas") is null ? 1 : Fields.Number(live, "spec", "replicas");
        var (replicas, updated, available) = (Fields.Number(status, "replicas"), Fields.Number(status, "updatedReplicas"), Fields.Number(status, "availableReplicas"));
        if (updated < wanted || available < updated)
        {
            return InProgress($"{updated} of {wanted} replicas are updated, {available} are available");
        }

        var stable = Text(status, "stableRS") ?? (status.GetMap("canary") is { } canary ? Text(canary, "stableRS") : "");
        if (Fields.At(live, "spec", "strategy", "blueGreen") is not null)
        {
            if (Fields.Text(status, "blueGreen", "activeSelector") != current)
            {
                return InProgress("the active service still points to the old version");
            }

            if (stable is { Length: > 0 } && stable != current)
            {
                return InProgress("the analysis still runs");
            }
        }
        else if (Fields.At(live, "spec", "strategy", "canary") is not null && (replicas > updated || string.IsNullOrEmpty(stable) || stable != current))
        {
            return InProgress("the steps of the roll-out are not done yet");
        }

        return Current();
    }

    private static Verdict KruiseDaemonSet(MapNode live)
    {
        var partition = Fields.Number(live, "spec", "updateStrategy", "rollingUpdate", "partition");
        var (updated, wanted) = (Fields.Number(live, "status", "updatedNumberScheduled"), Fields.Number(live, "status", "desiredNumberScheduled"));
        if (partition != 0 && Fields.Number(live, "metadata", "generation") > 1)
        {
            return updated > wanted - partition ? Suspended("the partition waits for a person") : InProgress($"{updated} of {wanted - partition} pods are updated");
        }

        if (updated == wanted && Fields.At(live, "status", "numberAvailable") is not null && Fields.Number(live, "status", "numberAvailable") == wanted)
        {
            return Current($"{wanted} pods are available");
        }

        return updated == wanted && Fields.At(live, "status", "numberUnavailable") is not null && Fields.Number(live, "status", "numberUnavailable") == wanted ? Failed("no pod is available") : InProgress($"{updated} of {wanted} pods are updated");
    }

    private static Verdict KruiseStatefulSet(MapNode live)
    {
        var (updated, available, replicas) = (Fields.Number(live, "status", "updatedReplicas"), Fields.Number(live, "status", "updatedAvailableReplicas"), Fields.Number(live, "status", "replicas"));
        if (Fields.Text(live, "spec", "updateStrategy", "rollingUpdate", "partition") != "0" && Fields.Number(live, "metadata", "generation") > 1)
        {
            return updated > replicas - Fields.Number(live, "spec", "updateStrategy", "rollingUpdate", "partition")
                ? Suspended("the partition waits for a person")
                : InProgress($"{updated} of {replicas} replicas are updated");
        }

        return available == replicas ? Current($"{replicas} replicas are available") : Failed($"{available} of {replicas} replicas are available");
    }

    private static Verdict GameServerSet(MapNode live)
    {
        var partition = Fields.Number(live, "spec", "updateStrategy", "rollingUpdate", "partition");
        var replicas = Fields.Number(live, "status", "replicas");
        if (partition != 0 && Fields.Number(live, "status", "updatedReplicas") >= replicas - partition)
        {
            return Suspended("the partition waits for a person");
        }

        var ready = Fields.Number(live, "status", "updatedReadyReplicas");
        return ready == replicas ? Current($"{replicas} servers are ready") : InProgress($"{ready} of {replicas} servers are ready");
    }

    private static Verdict Cassandra(MapNode live)
    {
        if (Fields.At(live, "status", "racks") is not MapNode racks)
        {
            return InProgress("no rack has reported yet");
        }

        var bad = racks.FirstOrDefault(static r => Fields.Text(r.Value, "members") is { } members && Fields.Text(r.Value, "readyMembers") is { } ready && members != ready);
        return bad.Value is null ? Current() : InProgress($"rack {bad.Key} is not ready");
    }

    private static Verdict Ceph(MapNode live)
    {
        var status = live.GetMap("status");
        var message = Text(status, "message") ?? "";
        return (Fields.Text(status, "ceph", "health"), Text(status, "state")) switch
        {
            ("HEALTH_ERR" or "HEALTH_WARN", _) => Failed(CephDetails(status!)),
            ("HEALTH_OK", null or "Created" or "Connected") => Current(message),
            ("HEALTH_OK", "Error") => Failed(message),
            _ => InProgress(message),
        };
    }

    private static string CephDetails(MapNode status) => Fields.At(status, "ceph", "details") is MapNode details
        ? string.Join("; ", details.OrderBy(static d => d.Key, StringComparer.Ordinal).Select(static d => Fields.Text(d.Value, "message")).OfType<string>())
        : Fields.Text(status, "ceph", "health") ?? "";

    private static Verdict? ClusterReady(MapNode live)
    {
        foreach (var condition in Conditions.Of(live))
        {
            if (condition is { Type: "Ready", Status: "False" } && condition.Severity != "Info")
            {
                return Failed(condition.Text);
            }
        }

        return null;
    }

    private static Verdict? ControlPlane(MapNode live)
    {
        List<string> errors = [];
        foreach (var condition in Conditions.Of(live))
        {
            if (condition is { Type: "Ready", Status: "True" })
            {
                return Current(condition.Text);
            }

            if (condition is { Status: "False", Severity: "Error" })
            {
                errors.Add(condition.Text);
            }
        }

        return errors.Count > 0 ? Failed(string.Join("; ", errors)) : null;
    }

    private static Verdict SpinApp(MapNode live)
    {
        if (live.GetMap("status") is not { } status)
        {
            return InProgress("it has no status yet");
        }

        if (Conditions.Find(live, "Progressing") is { Status: "False" } stopped
            && (stopped.Reason == "ProgressDeadlineExceeded" || stopped.Message.Contains("timeout", StringComparison.OrdinalIgnoreCase) || stopped.Message.Contains("failed", StringComparison.OrdinalIgnoreCase)))
        {
            return Failed(stopped.Text);
        }

        if (Conditions.Find(live, "Available") is not { Status: "True" })
        {
            return Failed(Conditions.Find(live, "Available")?.Text ?? "it is not available");
        }

        var wanted = Fields.At(live, "spec", "replicas") is null ? 1 : Fields.Number(live, "spec", "replicas");
        var ready = Fields.Number(status, "readyReplicas");
        return ready < wanted ? InProgress($"{ready} of {wanted} replicas are ready")
            : Conditions.Find(live, "Progressing") is { Status: "True" } progressing ? InProgress(progressing.Text)
            : Current($"{ready} replicas are ready");
    }

    private static Verdict Elasticsearch(MapNode live)
    {
        if (Fields.At(live, "status", "availableNodes") is null)
        {
            return Unknown("it does not report its nodes");
        }

        var available = Fields.Number(live, "status", "availableNodes");
        var wanted = Fields.Maps(live, "spec", "nodeSets").Sum(static n => Fields.Number(n, "count"));
        if (available < wanted)
        {
            return InProgress($"{available} of {wanted} nodes are available");
        }

        return available > wanted ? Unknown($"{available} nodes are available, more than the {wanted} that are wanted") : (Fields.Text(live, "status", "phase"), Fields.Text(live, "status", "health")) switch
        {
            ("Ready", "green") => Current("its health is green"),
            ("Ready", "yellow") => InProgress("its health is yellow"),
            ("Ready", "red") => Failed("its health is red"),
            ("ApplyingChanges" or "MigratingData", not null) => InProgress(Message(live)),
            ("Invalid", not null) => Failed("its phase is Invalid"),
            _ => Unknown(Message(live)),
        };
    }

    private static Verdict LastCondition(MapNode live) => Conditions.Of(live).LastOrDefault() switch
    {
        { Type: "Ready", Status: "True" } ready => Current(ready.Text),
        { Type: "PartiallyReady" or "NotReady", Status: "True" } bad => Failed(bad.Text),
        _ => InProgress("it is not ready yet"),
    };

    private static Verdict Ancestors(MapNode live, bool required)
    {
        var ancestors = Fields.Maps(live, "status", "ancestors").ToList();
        var generation = Fields.Text(live, "metadata", "generation");
        if (generation is not null && ancestors.SelectMany(static a => Conditions.In(a.GetList("conditions"))).Any(c => required ? c.ObservedGeneration != generation : c.ObservedGeneration is { } seen && seen != generation))
        {
            return InProgress("an ancestor has not seen it yet");
        }

        var healthy = false;
        foreach (var ancestor in ancestors)
        {
            var name = Fields.Text(ancestor, "ancestorRef", "name") ?? "";
            var accepted = false;
            foreach (var condition in Conditions.In(ancestor.GetList("conditions")))
            {
                if (condition.Type is "Accepted" or "ResolvedRefs" && condition.Status != "True")
                {
                    return Failed($"ancestor {name}: {condition.Text}");
                }

                accepted |= condition.Type == "Accepted";
            }

            if (required && !accepted)
            {
                return Failed($"ancestor {name} has not accepted it");
            }

            healthy |= accepted;
        }

        return healthy ? Current() : InProgress("no ancestor has accepted it yet");
    }

    private static Verdict Route(MapNode live, bool observed)
    {
        var generation = Fields.Text(live, "metadata", "generation");
        var any = false;
        foreach (var parent in Fields.Maps(live, "status", "parents"))
        {
            List<StatusCondition> conditions = [.. Conditions.In(parent.GetList("conditions"))];
            if (conditions.Count == 0 || (observed && generation is not null && conditions.Exists(c => c.ObservedGeneration is { } seen && seen != generation)))
            {
                continue;
            }

            if (Admission(conditions) is { } verdict)
            {
                return verdict with { Message = $"parent {Fields.Text(parent, "parentRef", "name")}: {verdict.Message}" };
            }

            any = true;
        }

        return any ? Current() : InProgress("no parent has taken it up yet");
    }

    private static Verdict Gateway(MapNode live)
    {
        List<StatusCondition> conditions = [.. Conditions.Of(live)];
        if (Admission(conditions) is { } verdict)
        {
            return verdict;
        }

        var listeners = Fields.Maps(live, "status", "listeners").ToList();
        foreach (var listener in listeners)
        {
            if (Admission([.. Conditions.In(listener.GetList("conditions"))]) is { } bad)
            {
                return bad with { Message = $"listener {listener.GetString("name")}: {bad.Message}" };
            }
        }

        return Fields.At(live, "status", "conditions") is not null || listeners.Count > 0 ? Current() : InProgress("its controller has not reported on it yet");
    }

    /// <summary>The three conditions that all of Gateway API shares.</summary>
    private static Verdict? Admission(List<StatusCondition> conditions)
    {
        foreach (var type in (ReadOnlySpan<string>)["ResolvedRefs", "Accepted"])
        {
            foreach (var condition in conditions)
            {
                if (condition.Type == type && condition.Status == "False")
                {
                    return Failed(condition.Text);
                }
            }
        }

        var programmed = conditions.FirstOrDefault(static c => c.Type == "Programmed" && c.Status != "True");
        return programmed.Type is null ? null : InProgress(programmed.Text);
    }

    private static Verdict GatewayClass(MapNode live)
    {
        var generation = Fields.Text(live, "metadata", "generation");
        foreach (var condition in Conditions.Of(live))
        {
            if (condition.Type == "Accepted" && (generation is null || condition.ObservedGeneration is null || condition.ObservedGeneration == generation))
            {
                return condition.Status switch { "True" => Current(condition.Text), "False" => Failed(condition.Text), _ => InProgress(condition.Text) };
            }
        }

        return InProgress("its controller has not accepted it yet");
    }

    private static Verdict Gloo(MapNode live)
    {
        var status = live.GetMap("status");
        foreach (var entry in Fields.At(status, "statuses") as MapNode ?? new MapNode())
        {
            if (State(entry.Value) is { } verdict)
            {
                return verdict;
            }
        }

        return State(status) ?? InProgress("its controller has not reported on it yet");

        static Verdict? State(Node? status) => Fields.Text(status, "state") switch
        {
            "Accepted" or "1" => Current(),
            "Warning" or "3" or "Rejected" or "2" => Failed(Fields.Text(status, "reason") ?? "it was rejected"),
            "Pending" or "0" => Suspended("it is pending"),
            _ => null,
        };
    }

    private static Verdict Keycloak(MapNode live)
    {
        foreach (var condition in Conditions.Of(live).OrderBy(static c => c.Transition.Length == 0 ? "~" : c.Transition, StringComparer.Ordinal))
        {
            if (condition is { Type: "Ready", Status: "True" })
            {
                return Current(condition.Text);
            }

            if (condition is { Type: "HasErrors", Status: "True" })
            {
                return Failed(condition.Text);
            }
        }

        return InProgress("it is not ready yet");
    }

    private static Verdict BanzaiKafka(MapNode live)
    {
        var status = live.GetMap("status");
        var state = Text(status, "state");
        if (state == "ClusterRollingUpgrading" || Fields.At(status, "brokersState") is not MapNode brokers)
        {
            return InProgress(Message(live));
        }

        var healthy = brokers.Count(static b => Fields.Text(b.Value, "configurationState") == "ConfigInSync"
            && Fields.Text(b.Value, "gracefulActionState", "cruiseControlState") is "GracefulUpscaleSucceeded" or "GracefulDownscaleSucceeded");
        if (healthy != brokers.Count)
        {
            return Failed($"{healthy} of {brokers.Count} brokers are in sync");
        }

        return Text(status, "cruiseControlTopicStatus") == "CruiseControlTopicReady" && state == "ClusterRunning" ? Current("all brokers are in sync") : InProgress(Message(live));
    }

    private static Verdict VirtualMachine(MapNode live)
    {
        var verdict = InProgress("it has no status yet");
        foreach (var condition in Conditions.Of(live))
        {
            if (condition is { Type: "Paused", Status: "True" })
            {
                return Suspended("it is paused");
            }

            if (condition.Type == "Ready")
            {
                verdict = condition.Status == "True" ? Current("it runs") : Fields.IsTrue(live, "status", "created") ? InProgress("it is starting") : Suspended("it is stopped");
            }
        }

        return verdict;
    }

    private static Verdict VirtualMachineInstance(MapNode live)
    {
        var verdict = InProgress(Message(live));
        foreach (var condition in Conditions.Of(live))
        {
            if (condition.Type == "Ready")
            {
                verdict = condition.Status == "True" ? Current(condition.Text) : Failed(condition.Text);
            }
            else if (condition is { Type: "Paused", Status: "True" })
            {
                return Suspended(condition.Text);
            }
        }

        return verdict;
    }

    private static Verdict ManagedCertificate(MapNode live)
    {
        var failed = Fields.Maps(live, "status", "domainStatus").FirstOrDefault(static d => d.GetString("status") == "FailedNotVisible");
        return failed is not null ? Failed($"the domain {failed.GetString("domain")} does not lead to the load balancer")
            : Fields.Text(live, "status", "certificateStatus") == "Active" ? Current("the certificate is active")
            : InProgress("the certificate is not active yet");
    }

    private static Verdict Collector(MapNode live)
    {
        var mode = Fields.Text(live, "spec", "mode");
        if (Fields.Text(live, "status", "scale", "statusReplicas") is not { } replicas)
        {
            return Fields.At(live, "status") is not null && mode == "sidecar" ? Current("sidecars run in the pods that ask for them") : InProgress("it does not report its replicas yet");
        }

        var parts = replicas.Split('/');
        if (parts.Length != 2 || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out var ready) || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var total))
        {
            return InProgress($"its replicas are {replicas}");
        }

        return ready == 0 ? (mode == "daemonset" && total == 0 ? Current("no node takes it") : Failed("no replica is ready"))
            : ready == total ? Current($"{ready} replicas are ready")
            : InProgress($"{ready} of {total} replicas are ready");
    }

    private static Verdict Subscription(MapNode live)
    {
        if (Fields.At(live, "status", "conditions") is null)
        {
            return InProgress("it has no status yet");
        }

        List<StatusCondition> conditions = [.. Conditions.Of(live)];
        var manual = Fields.Text(live, "spec", "installPlanApproval") == "Manual" && Fields.At(live, "status", "installedCSV") is not null
            && conditions.Exists(static c => c is { Type: "InstallPlanPending", Status: "True", Reason: "RequiresApproval" });
        var (failed, pending) = ("", "");
        foreach (var condition in conditions)
        {
            if (condition is { Type: "InstallPlanPending", Status: "True" })
            {
                pending = manual ? pending : condition.Text;
            }
            else if ((condition.Type == "InstallPlanMissing" && condition.Reason != "ReferencedInstallPlanNotFound")
                || condition is { Type: "CatalogSourcesUnhealthy" or "InstallPlanFailed" or "ResolutionFailed", Status: "True" })
            {
                failed = condition.Text;
            }
        }

        switch (Fields.Text(live, "status", "state"))
        {
            case null or "" or "UpgradeAvailable":
                pending = "its state is not final yet";
                break;
            case "UpgradePending" when !manual:
                pending = "an upgrade is pending";
                break;
            case "UpgradeFailed":
                failed = "an upgrade failed";
                break;
            default:
                break;
        }

        return failed.Length > 0 ? Failed(failed) : pending.Length > 0 ? InProgress(pending) : Current(manual ? "an upgrade waits for approval" : "");
    }

    private static Verdict Contour(MapNode live, bool proxy)
    {
        var generation = Fields.Text(live, "metadata", "generation");
        var verdict = InProgress(Fields.Text(live, "status", "description") ?? "its controller has not reported on it yet");
        foreach (var condition in Conditions.Of(live).Where(c => c.ObservedGeneration == generation))
        {
            if (condition is { Type: "Valid", Status: "True" })
            {
                return Current(condition.Text);
            }

            if (proxy && Fields.At(live, "spec", "includes") is not null && condition.Status == "False")
            {
                // Parents and children of an inclusion wait for one another, so a parent cannot be judged.
                verdict = Current("proxies with inclusions cannot be judged");
            }
            else if (condition is { Type: "Valid", Status: "False" })
            {
                return Failed(Fields.Text(live, "status", "description") ?? condition.Text);
            }
        }

        return verdict;
    }

    private static Verdict OpenShiftRoute(MapNode live)
    {
        if (Fields.At(live, "status", "ingress") is not ListNode ingress)
        {
            return InProgress("no router has taken it up yet");
        }

        var admitted = ingress.SelectMany(static i => Conditions.In((i as MapNode)?.GetList("conditions"))).Where(static c => c.Type == "Admitted").ToList();
        return admitted.Count(static c => c.Status == "True") == ingress.Count ? Current()
            : admitted.Find(static c => c.Status == "False") is { Type: not null } refused ? Failed(refused.Text)
            : InProgress("no router has admitted it yet");
    }

    private static Verdict SapService(MapNode live)
    {
        if (Fields.At(live, "status", "conditions") is not ListNode list)
        {
            return InProgress("it has no status yet");
        }

        var generation = Fields.Text(live, "metadata", "generation");
        foreach (var condition in Conditions.In(list))
        {
            if (condition.ObservedGeneration is { } seen && generation is not null && seen != generation)
            {
                return InProgress("its controller has not seen it yet");
            }

            if (condition is { Type: "Succeeded", Status: "False" } or { Type: "Failed", Status: "True" })
            {
                return Failed(condition.Text);
            }
        }

        return Current();
    }

    private static Verdict InferenceService(MapNode live)
    {
        if (live.GetMap("status") is not { } status)
        {
            return InProgress("it has no status yet");
        }

        var transition = status.GetMap("modelStatus") is { } model ? Text(model, "transitionStatus") ?? "" : "UpToDate";
        var unready = Conditions.Of(live).FirstOrDefault(static c => c.Status != "True" && c.Type != "Stopped");
        if (Conditions.Find(live, "Stopped") is { Status: "True" } stopped)
        {
            return Suspended(stopped.Text);
        }

        if (status["conditions"] is null)
        {
            return InProgress("it has no conditions yet");
        }

        return transition is not ("UpToDate" or "InProgress") ? Failed($"the model's transition is {transition}")
            : unready.Type is null && transition == "UpToDate" ? Current()
            : InProgress(unready.Type is null ? "the model is loading" : unready.Text);
    }

    private static Verdict Solr(MapNode live) =>
        Fields.At(live, "status", "solrNodes") is not ListNode nodes ? InProgress("no node has reported yet")
        : nodes.All(static n => Fields.IsTrue(n, "ready")) ? Current($"{nodes.Count} nodes are ready")
        : InProgress("not all nodes are ready");

    private static Verdict Spark(MapNode live)
    {
        var state = Fields.Text(live, "status", "applicationState", "state");
        if (state == "RUNNING" && Fields.At(live, "status", "executorState") is MapNode executors)
        {
            var running = executors.Count(static e => e.Value is ScalarNode { Text: "RUNNING" });
            if (Fields.Text(live, "spec", "executor", "instances") is { } wanted && wanted == running.ToString(CultureInfo.InvariantCulture))
            {
                return Current($"{running} executors run");
            }

            if (ExecutorRange(live) is var (least, most))
            {
                if (running >= least && running <= most)
                {
                    return Current($"{running} executors run");
                }
            }
            else if (Fields.At(live, "spec", "dynamicAllocation") is null && Fields.At(live, "spec", "executor", "instances") is null && running >= 1)
            {
                return Current($"{running} executors run");
            }
        }

        return state switch
        {
            "COMPLETED" => Current("it has ended well"),
            "FAILED" or "SUBMISSION_FAILED" or "FAILING" => Failed(Fields.Text(live, "status", "applicationState", "errorMessage") ?? $"its state is {state}"),
            "INVALIDATING" => new Verdict(HealthStatus.NotFound, "it is being invalidated"),
            _ => InProgress(state is null ? "it has no status yet" : $"its state is {state}"),
        };
    }

    private static (long Least, long Most)? ExecutorRange(MapNode live)
    {
        if (Fields.IsTrue(live, "spec", "dynamicAllocation", "enabled"))
        {
            return (Fields.Number(live, "spec", "dynamicAllocation", "minExecutors"), Most(Fields.Text(live, "spec", "dynamicAllocation", "maxExecutors")));
        }

        foreach (var prefix in (ReadOnlySpan<string>)["spark.streaming.dynamicAllocation", "spark.dynamicAllocation"])
        {
            if (Fields.Text(live, "spec", "sparkConf", prefix + ".enabled") == "true")
            {
                return (long.TryParse(Fields.Text(live, "spec", "sparkConf", prefix + ".minExecutors"), CultureInfo.InvariantCulture, out var least) ? least : 0, Most(Fields.Text(live, "spec", "sparkConf", prefix + ".maxExecutors")));
            }
        }

        return null;

        static long Most(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out var most) ? most : long.MaxValue;
    }

    private static Verdict Karmada(MapNode live)
    {
        var clusters = Fields.At(live, "spec", "clusters") as ListNode;
        var statuses = Fields.Maps(live, "status", "aggregatedStatus").ToList();
        if (clusters is { Count: 0 } || (clusters is null && live.GetString("kind") == "ClusterResourceBinding") || statuses.Count == 0 || (clusters is not null && clusters.Count != statuses.Count))
        {
            return InProgress("not all clusters have reported yet");
        }

        foreach (var status in statuses)
        {
            if (status.GetString("health") == "Unhealthy" || (status.GetString("health") == "Unknown" && !Fields.IsTrue(status, "applied")))
            {
                return Failed($"cluster {status.GetString("clusterName")} reports {status.GetString("health")}");
            }
        }

        return Current();
    }

    private static Verdict Promoter(MapNode live)
    {
        if (Fields.Text(live, "metadata", "deletionTimestamp") is not null || live.GetMap("status") is not { } status)
        {
            return InProgress("its controller has not reported on it yet");
        }

        var kind = live.GetString("kind");
        var generation = Fields.Text(live, "metadata", "generation");
        var judgesUnknown = kind is "ClusterScmProvider" or "GitCommitStatus" or "GitRepository" or "ScmProvider" or "TimedCommitStatus" or "WebRequestCommitStatus";
        var found = false;
        foreach (var condition in Conditions.Of(live).Where(c => c.Type == "Ready" || (kind == "PullRequest" && c.Type == "Reconciled")))
        {
            found = true;
            if (condition.ObservedGeneration is { } seen && generation is not null && seen != generation)
            {
                return InProgress("its controller has not seen it yet");
            }

            if (condition.Status == "False")
            {
                return Failed(condition.Text);
            }

            if (condition.Status == "Unknown" && judgesUnknown)
            {
                return InProgress(condition.Text);
            }
        }

        if (!found)
        {
            return InProgress("it is not ready yet");
        }

        return kind switch
        {
            "ArgoCDCommitStatus" => Fields.At(status, "applicationsSelected") is ListNode { Count: > 0 } ? Current() : Failed("it selects no application"),
            "GitCommitStatus" or "TimedCommitStatus" or "WebRequestCommitStatus" => CommitGates(status),
            "ChangeTransferPolicy" => Promotion(status),
            "PromotionStrategy" => PromotionStrategy(status),
            _ => Current(),
        };
    }

    private static Verdict CommitGates(MapNode status)
    {
        var pending = "";
        foreach (var environment in Fields.Maps(status, "environments"))
        {
            switch (environment.GetString("phase"))
            {
                case "failure":
                    return Failed($"the gate of branch {environment.GetString("branch")} failed");
                case "success":
                    break;
                default:
                    pending = environment.GetString("branch") ?? "?";
                    break;
            }
        }

        return pending.Length > 0 ? InProgress($"the gate of branch {pending} is pending") : Current();
    }

    private static Verdict Promotion(MapNode environment)
    {
        var (active, proposed) = (Fields.Text(environment, "active", "dry", "sha"), Fields.Text(environment, "proposed", "dry", "sha"));
        return string.IsNullOrEmpty(active) || string.IsNullOrEmpty(proposed) ? InProgress("no commit is known yet")
            : active != proposed ? InProgress($"the promotion from {Short(active)} to {Short(proposed)} is under way")
            : Current($"it is on commit {Short(active)}");
    }

    private static Verdict PromotionStrategy(MapNode status)
    {
        var environments = Fields.Maps(status, "environments").ToList();
        if (environments.Count == 0)
        {
            return Failed("it has no environments");
        }

        foreach (var environment in environments)
        {
            if (string.IsNullOrEmpty(Fields.Text(environment, "active", "dry", "sha")) || Proposed(environment) is null)
            {
                return InProgress($"no commit is known yet in environment {environment.GetString("branch")}");
            }
        }

        if (environments.Exists(e => Proposed(e) != Proposed(environments[0])))
        {
            return InProgress("not all environments have the same commit proposed");
        }

        var moving = environments.Find(static e => Fields.Text(e, "proposed", "dry", "sha") != Fields.Text(e, "active", "dry", "sha"));
        return moving is null ? Current() : InProgress($"the promotion in environment {moving.GetString("branch")} is under way");

        static string? Proposed(MapNode environment) =>
            Fields.Text(environment, "proposed", "note", "drySha") is { Length: > 0 } note ? note : Fields.Text(environment, "proposed", "dry", "sha") is { Length: > 0 } sha ? sha : null;
    }

    private static string Short(string commit) => commit.Length > 7 ? commit[..7] : commit;

    private static string? Text(MapNode? map, string key) => map?.GetString(key);

    private static Verdict Current(string message = "") => new(HealthStatus.Current, message);

    private static Verdict InProgress(string message) => new(HealthStatus.InProgress, message);

    private static Verdict Failed(string message) => new(HealthStatus.Failed, message);

    private static Verdict Suspended(string message) => new(HealthStatus.Suspended, message);

    private static Verdict Unknown(string message) => new(HealthStatus.Unknown, message);
}
