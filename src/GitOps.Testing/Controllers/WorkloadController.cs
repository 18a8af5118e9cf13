using System.Globalization;
using System.Security.Cryptography;
using GitOps.Json;

namespace GitOps.Testing;

/// <summary>Makes workloads ready the way controllers, scheduler and kubelet would, or lets them fail.</summary>
internal sealed class WorkloadController : IController
{
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    private const string Manager = "kube-controller-manager";
    private readonly ClusterState _state;
    private readonly ResourceHandler _handler;
    private readonly WorkloadSimulation _simulation;
    private readonly Action<TimeSpan, ResourceDefinition, string, string> _later;

    public WorkloadController(ClusterState state, ResourceHandler handler, WorkloadSimulation simulation, Action<TimeSpan, ResourceDefinition, string, string> later)
    {
        _state = state;
        _handler = handler;
        _simulation = simulation;
        _later = later;
    }

    private DateTimeOffset Now => _state.Time.GetUtcNow();

    public void Handle(ResourceDefinition definition, Change? change, string ns, string name)
    {
        if (definition.IsCustom)
        {
            return;
        }

        var live = definition.Store.Find(ns, name);
        if (live is not null && !ObjectMeta.IsDeleting(live.Root))
        {
            Reconcile(definition, live);
        }
        else if (live is not null && definition is { Kind: "Pod", Group: "" })
        {
            // Nobody stops the containers of a simulated pod, so its grace ends at once.
            if (!ObjectMeta.HasFinalizers(live.Root))
            {
                definition.Store.Delete(live);
            }
        }

        var subject = live ?? change?.Object;
        foreach (var owner in subject?.Metadata.GetList("ownerReferences")?.OfType<MapNode>() ?? [])
        {
            var parent = _state.Registry.FindKind(Manifest.GroupOf(owner.GetString("apiVersion") ?? ""), owner.GetString("kind") ?? "");
            if (parent is { IsCustom: false } && parent.Store.Find(ns, owner.GetString("name") ?? "") is { } parentLive && !ObjectMeta.IsDeleting(parentLive.Root))
            {
                Reconcile(parent, parentLive);
            }
        }
    }

    private void Reconcile(ResourceDefinition definition, StoredObject live)
    {
        switch (definition.Group, definition.Kind)
        {
            case ("apps", "Deployment"):
                Deployment(definition, live);
                break;
            case ("apps", "ReplicaSet"):
                ReplicaSet(definition, live);
                break;
            case ("apps", "StatefulSet"):
                StatefulSet(definition, live);
                break;
            case ("apps", "DaemonSet"):
                DaemonSet(definition, live);
                break;
            case ("batch", "Job"):
                Job(definition, live);
                break;
            case ("", "Pod"):
                Pod(definition, live);
                break;
            case ("", "PersistentVolumeClaim"):
                Claim(definition, live);
                break;
            case ("autoscaling", "HorizontalPodAutoscaler"):
                Autoscaler(definition, live);
                break;
            case ("", "Service"):
                LoadBalancer(definition, live, live.Root.GetMap("spec")?.GetString("type") == "LoadBalancer");
                break;
            case ("networking.k8s.io", "Ingress"):
                LoadBalancer(definition, live, true);
                break;
        }
    }

    private void Deployment(ResourceDefinition definition, StoredObject live)
    {
        var spec = live.Root.GetMap("spec")!;
        var wanted = Number(spec["replicas"]);
        var hash = Hash(spec.GetMap("template")!);
        var sets = _state.Registry.Find("apps", "replicasets")!;
        var owned = Owned(sets, live);
        var current = owned.FirstOrDefault(s => s.Metadata.GetMap("labels")?.GetString("pod-template-hash") == hash);
        var newest = owned.Select(Revision).DefaultIfEmpty().Max();
        if (current is null)
        {
            var set = new MapNode();
            var metadata = set.GetOrAddMap("metadata");
            metadata.Set("name", $"{live.Name}-{hash}");
            var template = (MapNode)spec.GetMap("template")!.DeepClone();
            template.GetOrAddMap("metadata").GetOrAddMap("labels").Set("pod-template-hash", hash);
            metadata["labels"] = template.GetMap("metadata")!.GetMap("labels")!.DeepClone();
            var setSpec = set.GetOrAddMap("spec");
            setSpec["replicas"] = ScalarNode.Integer(wanted);
            var selector = (MapNode)spec.GetMap("selector")!.DeepClone();
            selector.GetOrAddMap("matchLabels").Set("pod-template-hash", hash);
            setSpec["selector"] = selector;
            setSpec["template"] = template;
            metadata.GetOrAddMap("annotations").Set(RevisionAnnotation, (newest + 1).ToString(CultureInfo.InvariantCulture));
            Create(sets, live, "apps/v1", "Deployment", set);
            return;
        }

        // Going back to an old template makes it the newest revision again.
        if (newest == 0 || Revision(current) < newest)
        {
            Annotate(sets, current, newest + 1);
            return;
        }

        if (live.Metadata.GetMap("annotations")?.GetString(RevisionAnnotation) != newest.ToString(CultureInfo.InvariantCulture))
        {
            Annotate(definition, live, newest);
            return;
        }

        if (Number(current.Root.GetMap("spec")?["replicas"]) != wanted)
        {
            SetSpec(sets, current, "replicas", ScalarNode.Integer(wanted));
            return;
        }

        var ready = Number(current.Root.GetMap("status")?["readyReplicas"]);
        foreach (var old in owned.Where(s => s.Name != current.Name))
        {
            // Old pods serve until the new ones do.
            if (ready >= wanted && Number(old.Root.GetMap("spec")?["replicas"]) > 0)
            {
                SetSpec(sets, old, "replicas", ScalarNode.Integer(0));
            }
        }

        var replicas = owned.Sum(static s => Number(s.Root.GetMap("status")?["replicas"]));
        var allReady = owned.Sum(static s => Number(s.Root.GetMap("status")?["readyReplicas"]));
        var updated = Number(current.Root.GetMap("status")?["replicas"]);
        var complete = ready >= wanted && replicas == wanted && updated == wanted;
        var since = DateTimeOffset.TryParse(current.Metadata.GetString("creationTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var made) ? made : Now;
        var deadline = TimeSpan.FromSeconds(Number(spec["progressDeadlineSeconds"]));
        var late = !complete && deadline > TimeSpan.Zero && Now - since >= deadline;
        if (!complete && !late && deadline > TimeSpan.Zero)
        {
            _later(since + deadline - Now, definition, live.Namespace, live.Name);
        }

        SetStatus(definition, live, status =>
        {
            status["observedGeneration"] = live.Metadata["generation"] ?? ScalarNode.Integer(1);
            Put(status, "replicas", replicas);
            Put(status, "updatedReplicas", updated);
            Put(status, "readyReplicas", allReady);
            Put(status, "availableReplicas", allReady);
            Put(status, "unavailableReplicas", Math.Max(0, wanted - allReady));
            var available = allReady >= wanted;
            SetCondition(status, "Available", available, available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable", available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.");
            SetCondition(
                status,
                "Progressing",
                !late,
                complete ? "NewReplicaSetAvailable" : late ? "ProgressDeadlineExceeded" : "ReplicaSetUpdated",
                complete ? $"ReplicaSet \"{current.Name}\" has successfully progressed." : late ? $"ReplicaSet \"{current.Name}\" has timed out progressing." : $"ReplicaSet \"{current.Name}\" is progressing.");
        });
    }

    private void ReplicaSet(ResourceDefinition definition, StoredObject live)
    {
        var spec = live.Root.GetMap("spec")!;
        var wanted = Number(spec["replicas"]);
        var pods = Owned(Pods, live);
        for (var i = pods.Count; i < wanted; i++)
        {
            CreatePod(live, "apps/v1", "ReplicaSet", $"{live.Name}-{RandomNumberGenerator.GetHexString(5, lowercase: true)}", spec.GetMap("template")!);
        }

        foreach (var extra in pods.OrderBy(IsReady).Take((int)Math.Max(0, pods.Count - wanted)))
        {
            Delete(Pods, extra);
        }

        pods = Owned(Pods, live);
        var ready = pods.Count(IsReady);
        SetStatus(definition, live, status =>
        {
            status["observedGeneration"] = live.Metadata["generation"] ?? ScalarNode.Integer(1);
            status["replicas"] = ScalarNode.Integer(pods.Count);
            Put(status, "fullyLabeledReplicas", pods.Count);
            Put(status, "readyReplicas", ready);
            Put(status, "availableReplicas", ready);
        });
    }

    private void StatefulSet(ResourceDefinition definition, StoredObject live)
    {
        var spec = live.Root.GetMap("spec")!;
        var wanted = Number(spec["replicas"]);
        var revision = $"{live.Name}-{Hash(spec.GetMap("template")!)}";
        var parallel = spec.GetString("podManagementPolicy") == "Parallel";
        var ready = 0;
        var updated = 0;
        var count = 0;
        for (var i = 0; i < wanted; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{live.Name}-{i}");
            foreach (var claim in spec.GetList("volumeClaimTemplates")?.OfType<MapNode>() ?? [])
            {
                EnsureClaim(live, claim, name);
            }

            var pod = Pods.Store.Find(live.Namespace, name);
            if (pod is not null && pod.Metadata.GetMap("labels")?.GetString("controller-revision-hash") != revision)
            {
                Delete(Pods, pod);
                pod = Pods.Store.Find(live.Namespace, name);
            }

            if (pod is null)
            {
                var template = (MapNode)spec.GetMap("template")!.DeepClone();
                var labels = template.GetOrAddMap("metadata").GetOrAddMap("labels");
                labels.Set("controller-revision-hash", revision);
                labels.Set("statefulset.kubernetes.io/pod-name", name);
                labels.Set("apps.kubernetes.io/pod-index", i.ToString(CultureInfo.InvariantCulture));
                foreach (var claim in spec.GetList("volumeClaimTemplates")?.OfType<MapNode>() ?? [])
                {
                    AddClaimVolume(template, ObjectMeta.Name(claim), $"{ObjectMeta.Name(claim)}-{name}");
                }

                CreatePod(live, "apps/v1", "StatefulSet", name, template);
                pod = Pods.Store.Find(live.Namespace, name);
            }

            count += pod is null ? 0 : 1;
            updated += pod is null ? 0 : 1;
            if (pod is not null && IsReady(pod))
            {
                ready++;
            }
            else if (!parallel)
            {
                break;
            }
        }

        foreach (var extra in Owned(Pods, live).Where(p => int.TryParse(p.Name[(p.Name.LastIndexOf('-') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) && ordinal >= wanted))
        {
            Delete(Pods, extra);
        }

        SetStatus(definition, live, status =>
        {
            status["observedGeneration"] = live.Metadata["generation"] ?? ScalarNode.Integer(1);
            status["replicas"] = ScalarNode.Integer(count);
            Put(status, "readyReplicas", ready);
            status["availableReplicas"] = ScalarNode.Integer(ready);
            Put(status, "currentReplicas", updated);
            Put(status, "updatedReplicas", updated);
            status.Set("currentRevision", revision);
            status.Set("updateRevision", revision);
            status["collisionCount"] = ScalarNode.Integer(0);
        });
    }

    private void DaemonSet(ResourceDefinition definition, StoredObject live)
    {
        var spec = live.Root.GetMap("spec")!;
        var hash = Hash(spec.GetMap("template")!);
        foreach (var old in Owned(Pods, live).Where(p => p.Metadata.GetMap("labels")?.GetString("controller-revision-hash") != hash))
        {
            Delete(Pods, old);
        }

        if (Owned(Pods, live).Count == 0)
        {
            var template = (MapNode)spec.GetMap("template")!.DeepClone();
            template.GetOrAddMap("metadata").GetOrAddMap("labels").Set("controller-revision-hash", hash);
            CreatePod(live, "apps/v1", "DaemonSet", $"{live.Name}-{RandomNumberGenerator.GetHexString(5, lowercase: true)}", template);
        }

        var pods = Owned(Pods, live);
        var ready = pods.Count(IsReady);
        SetStatus(definition, live, status =>
        {
            status["observedGeneration"] = live.Metadata["generation"] ?? ScalarNode.Integer(1);
            status["currentNumberScheduled"] = ScalarNode.Integer(pods.Count);
            status["desiredNumberScheduled"] = ScalarNode.Integer(1);
            status["numberMisscheduled"] = ScalarNode.Integer(0);
            status["numberReady"] = ScalarNode.Integer(ready);
            Put(status, "updatedNumberScheduled", pods.Count);
            Put(status, "numberAvailable", ready);
            Put(status, "numberUnavailable", 1 - ready);
        });
    }

    private void Job(ResourceDefinition definition, StoredObject live)
    {
        var spec = live.Root.GetMap("spec")!;
        if (spec["suspend"] is ScalarNode suspend && suspend.AsBoolean())
        {
            SetStatus(definition, live, static status => SetCondition(status, "Suspended", true, "JobSuspended", "Job suspended"));
            return;
        }

        if (live.Root.GetMap("status")?.GetList("conditions")?.OfType<MapNode>().Any(static c => c.GetString("type") is "Complete" or "Failed" && c.GetString("status") == "True") == true)
        {
            return;
        }

        var completions = spec["completions"] is ScalarNode ? Number(spec["completions"]) : 1;
        var pods = Owned(Pods, live);
        var succeeded = pods.Count(static p => Phase(p) == "Succeeded");
        var failed = pods.Count(static p => Phase(p) == "Failed");
        var active = pods.Count - succeeded - failed;
        var limit = Number(spec["backoffLimit"]);
        if (failed > limit || (failed > 0 && limit == 0))
        {
            SetStatus(definition, live, status =>
            {
                JobCounts(status, 0, succeeded, failed);
                SetCondition(status, "FailureTarget", true, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
                SetCondition(status, "Failed", true, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
            });
            return;
        }

        var parallel = Math.Max(1, Number(spec["parallelism"]));
        for (; active < parallel && succeeded + active < completions; active++)
        {
            CreatePod(live, "batch/v1", "Job", $"{live.Name}-{RandomNumberGenerator.GetHexString(5, lowercase: true)}", spec.GetMap("template")!);
        }

        SetStatus(definition, live, status =>
        {
            JobCounts(status, active, succeeded, failed);
            if (succeeded >= completions)
            {
                status.Set("completionTime", ObjectMeta.Timestamp(Now));
                SetCondition(status, "SuccessCriteriaMet", true, "CompletionsReached", "Reached expected number of succeeded pods");
                SetCondition(status, "Complete", true, "CompletionsReached", "Reached expected number of succeeded pods");
            }
        });
    }

    private void JobCounts(MapNode status, long active, long succeeded, long failed)
    {
        if (status.GetString("startTime") is null)
        {
            status.Set("startTime", ObjectMeta.Timestamp(Now));
        }

        Put(status, "active", active);
        Put(status, "succeeded", succeeded);
        Put(status, "failed", failed);
    }

    private void Pod(ResourceDefinition definition, StoredObject live)
    {
        if (Phase(live) is "Succeeded" or "Failed")
        {
            return;
        }

        var made = DateTimeOffset.TryParse(live.Metadata.GetString("creationTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : Now;
        var wait = made + _simulation.StartupTime - Now;
        var fate = _simulation.Fate?.Invoke(new Manifest(live.Root)) ?? PodFate.Ready;
        if (fate == PodFate.Unschedulable)
        {
            SetStatus(definition, live, static status =>
                SetCondition(status, "PodScheduled", false, "Unschedulable", "0/1 nodes are available: 1 node(s) did not satisfy the pod's requirements."));
            return;
        }

        if (live.Root.GetMap("spec")?.GetString("nodeName") is not { Length: > 0 })
        {
            SetSpec(definition, live, "nodeName", ScalarNode.String("in-memory-node"));
            return;
        }

        var started = wait <= TimeSpan.Zero;
        if (!started)
        {
            _later(wait, definition, live.Namespace, live.Name);
        }

        var job = live.Metadata.GetList("ownerReferences")?.OfType<MapNode>().Any(static o => o.GetString("kind") == "Job") == true;
        SetStatus(definition, live, status => PodStatus(status, live, started ? fate : null, job));
    }

    private void PodStatus(MapNode status, StoredObject live, PodFate? fate, bool job)
    {
        var now = ObjectMeta.Timestamp(Now);
        var ready = fate == PodFate.Ready && !job;
        status.Set("phase", fate switch
        {
            PodFate.Ready => job ? "Succeeded" : "Running",
            PodFate.CrashLoopBackOff or PodFate.NotReady => "Running",
            PodFate.Failed => "Failed",
            _ => "Pending",
        });
        status.Set("hostIP", "127.0.0.1");
        status.Set("podIP", "127.0.0.1");
        if (status.GetString("startTime") is null)
        {
            status.Set("startTime", now);
        }

        SetCondition(status, "PodScheduled", true, "", "");
        SetCondition(status, "Initialized", true, "", "");
        SetCondition(status, "ContainersReady", ready, ready ? "" : "ContainersNotReady", ready ? "" : "containers with unready status");
        SetCondition(status, "Ready", ready, ready ? "" : job && fate == PodFate.Ready ? "PodCompleted" : "ContainersNotReady", ready ? "" : "containers with unready status");
        var containers = new ListNode();
        foreach (var container in live.Root.GetMap("spec")?.GetList("containers")?.OfType<MapNode>() ?? [])
        {
            var entry = new MapNode();
            entry.Set("name", container.GetString("name") ?? "");
            entry.Set("image", container.GetString("image") ?? "");
            entry.Set("imageID", "");
            entry["ready"] = ScalarNode.Boolean(ready);
            entry["started"] = ScalarNode.Boolean(fate is PodFate.Ready or PodFate.NotReady && !job);
            entry["restartCount"] = ScalarNode.Integer(fate == PodFate.CrashLoopBackOff ? 5 : 0);
            var state = entry.GetOrAddMap("state");
            switch (fate)
            {
                case PodFate.Ready when job:
                    Terminated(state, 0, "Completed", now);
                    break;
                case PodFate.Ready or PodFate.NotReady:
                    state.GetOrAddMap("running").Set("startedAt", now);
                    break;
                case PodFate.Failed:
                    Terminated(state, 1, "Error", now);
                    break;
                case PodFate.CrashLoopBackOff:
                    Waiting(state, "CrashLoopBackOff", $"back-off 5m0s restarting failed container={container.GetString("name")} pod={live.Name}");
                    Terminated(entry.GetOrAddMap("lastState"), 1, "Error", now);
                    break;
                case PodFate.ImagePullBackOff:
                    Waiting(state, "ImagePullBackOff", $"Back-off pulling image \"{container.GetString("image")}\"");
                    break;
                default:
                    Waiting(state, "ContainerCreating", "");
                    break;
            }

            containers.Add(entry);
        }

        status["containerStatuses"] = containers;
    }

    private static void Terminated(MapNode state, int code, string reason, string now)
    {
        var terminated = state.GetOrAddMap("terminated");
        terminated["exitCode"] = ScalarNode.Integer(code);
        terminated.Set("reason", reason);
        terminated.Set("startedAt", now);
        terminated.Set("finishedAt", now);
    }

    private static void Waiting(MapNode state, string reason, string message)
    {
        var waiting = state.GetOrAddMap("waiting");
        waiting.Set("reason", reason);
        if (message.Length > 0)
        {
            waiting.Set("message", message);
        }
    }

    private void Claim(ResourceDefinition definition, StoredObject live)
    {
        if (live.Root.GetMap("status")?.GetString("phase") == "Bound")
        {
            return;
        }

        if (live.Root.GetMap("spec")?.GetString("volumeName") is not { Length: > 0 })
        {
            SetSpec(definition, live, "volumeName", ScalarNode.String($"pvc-{ObjectMeta.Uid(live.Root)}"));
            return;
        }

        SetStatus(definition, live, status =>
        {
            status.Set("phase", "Bound");
            status["accessModes"] = live.Root.GetMap("spec")?["accessModes"]?.DeepClone() ?? new ListNode();
            if (live.Root.GetMap("spec")?.GetMap("resources")?.GetMap("requests") is { } requests)
            {
                status["capacity"] = requests.DeepClone();
            }
        });
    }

    /// <summary>It reads its metrics and finds that the least number of replicas is enough.</summary>
    private void Autoscaler(ResourceDefinition definition, StoredObject live)
    {
        if (live.Root.GetMap("status")?["conditions"] is not null)
        {
            return;
        }

        var least = Number(live.Root.GetMap("spec")?["minReplicas"]);
        SetStatus(definition, live, status =>
        {
            status["currentReplicas"] = ScalarNode.Integer(least);
            status["desiredReplicas"] = ScalarNode.Integer(least);
            SetCondition(status, "AbleToScale", true, "ReadyForNewScale", "recommended size matches current size");
            SetCondition(status, "ScalingActive", true, "ValidMetricFound", "the HPA was able to successfully calculate a replica count");
        });
    }

    private void LoadBalancer(ResourceDefinition definition, StoredObject live, bool wanted)
    {
        if (wanted && live.Root.GetMap("status")?.GetMap("loadBalancer")?.GetList("ingress") is null or { Count: 0 })
        {
            SetStatus(definition, live, static status =>
            {
                var ingress = new MapNode();
                ingress.Set("ip", "127.0.0.1");
                status.GetOrAddMap("loadBalancer")["ingress"] = new ListNode([ingress]);
            });
        }
    }

    private ResourceDefinition Pods => _state.Registry.Find("", "pods")!;

    private void EnsureClaim(StoredObject owner, MapNode template, string pod)
    {
        var claims = _state.Registry.Find("", "persistentvolumeclaims")!;
        var name = $"{ObjectMeta.Name(template)}-{pod}";
        if (claims.Store.Find(owner.Namespace, name) is not null)
        {
            return;
        }

        var claim = (MapNode)template.DeepClone();
        var metadata = claim.GetOrAddMap("metadata");
        metadata.Set("name", name);
        metadata.Set("namespace", owner.Namespace);
        claim.Remove("status");
        _state.Seed("", "v1", "persistentvolumeclaims", claim);
    }

    private static void AddClaimVolume(MapNode template, string volume, string claim)
    {
        var spec = template.GetOrAddMap("spec");
        var volumes = spec.GetList("volumes") ?? new ListNode();
        var entry = new MapNode();
        entry.Set("name", volume);
        entry.GetOrAddMap("persistentVolumeClaim").Set("claimName", claim);
        volumes.Add(entry);
        spec["volumes"] = volumes;
    }

    private void CreatePod(StoredObject owner, string apiVersion, string kind, string name, MapNode template)
    {
        var pod = new MapNode();
        var metadata = template.GetMap("metadata") is { } given ? (MapNode)given.DeepClone() : new MapNode();
        metadata.Set("name", name);
        pod["metadata"] = metadata;
        pod["spec"] = template.GetMap("spec")!.DeepClone();
        Create(Pods, owner, apiVersion, kind, pod);
    }

    private void Create(ResourceDefinition definition, StoredObject owner, string apiVersion, string kind, MapNode root)
    {
        root.Set("apiVersion", definition.ApiVersion(definition.StorageVersion));
        root.Set("kind", definition.Kind);
        var metadata = root.GetOrAddMap("metadata");
        metadata.Set("namespace", owner.Namespace);
        var reference = new MapNode();
        reference.Set("apiVersion", apiVersion);
        reference.Set("kind", kind);
        reference.Set("name", owner.Name);
        reference.Set("uid", ObjectMeta.Uid(owner.Root));
        reference["controller"] = ScalarNode.Boolean(true);
        reference["blockOwnerDeletion"] = ScalarNode.Boolean(true);
        metadata["ownerReferences"] = new ListNode([reference]);
        _state.Seed(definition.Group, definition.StorageVersion, definition.Plural, root);
    }

    private static List<StoredObject> Owned(ResourceDefinition definition, StoredObject owner)
    {
        var uid = ObjectMeta.Uid(owner.Root);
        return
        [
            .. definition.Store.List(owner.Namespace, out _).Where(o =>
                !ObjectMeta.IsDeleting(o.Root) && o.Metadata.GetList("ownerReferences")?.OfType<MapNode>().Any(r => r.GetString("uid") == uid) == true),
        ];
    }

    private void Delete(ResourceDefinition definition, StoredObject item) =>
        _handler.Delete(false, definition, item.Namespace, item.Name, new ResourceHandler.DeleteOptions("Background", 0, null, null));

    private static void SetSpec(ResourceDefinition definition, StoredObject live, string field, Node value)
    {
        var spec = TypedMerge.FieldManager.Shallow(live.Root.GetMap("spec")!);
        spec[field] = value;
        var root = ObjectMeta.Open(live.Root, out var metadata);
        root["spec"] = spec;
        if (metadata["generation"] is ScalarNode generation && generation.TryGetInt64(out var number) && field == "replicas")
        {
            metadata["generation"] = ScalarNode.Integer(number + 1);
        }

        definition.Store.Replace(live, root);
    }

    private static void Annotate(ResourceDefinition definition, StoredObject live, long revision)
    {
        var root = ObjectMeta.Open(live.Root, out var metadata);
        var annotations = metadata.GetMap("annotations") is { } known ? TypedMerge.FieldManager.Shallow(known) : new MapNode();
        annotations.Set(RevisionAnnotation, revision.ToString(CultureInfo.InvariantCulture));
        metadata["annotations"] = annotations;
        definition.Store.Replace(live, root);
    }

    private static void SetStatus(ResourceDefinition definition, StoredObject live, Action<MapNode> change)
    {
        var status = live.Root.GetMap("status") is { } known ? (MapNode)known.DeepClone() : new MapNode();
        change(status);
        var root = definition.Strategy.Decode(definition.StorageVersion, ObjectMeta.With(live.Root, "status", status), null);
        if (Node.DeepEquals(root["status"], live.Root["status"]))
        {
            return;
        }

        var updated = definition.Strategy.FieldManager(definition.StorageVersion, "status").Update(live.Root, root, Manager);
        definition.Store.Replace(live, updated);
    }

    private static void SetCondition(MapNode status, string type, bool value, string reason, string message)
    {
        var conditions = status.GetList("conditions") ?? new ListNode();
        status["conditions"] = conditions;
        var condition = conditions.OfType<MapNode>().FirstOrDefault(c => c.GetString("type") == type);
        if (condition is null)
        {
            condition = new MapNode();
            condition.Set("type", type);
            conditions.Add(condition);
        }

        condition.Set("status", value ? "True" : "False");
        if (reason.Length > 0)
        {
            condition.Set("reason", reason);
            condition.Set("message", message);
        }
        else
        {
            condition.Remove("reason");
            condition.Remove("message");
        }
    }

    private static void Put(MapNode status, string field, long value)
    {
        if (value == 0)
        {
            status.Remove(field);
        }
        else
        {
            status[field] = ScalarNode.Integer(value);
        }
    }

    private static long Number(Node? node) => node is ScalarNode scalar && scalar.TryGetInt64(out var number) ? number : 0;

    private static string Phase(StoredObject pod) => pod.Root.GetMap("status")?.GetString("phase") ?? "";

    private static bool IsReady(StoredObject pod) => pod.Root.GetMap("status")?.GetList("conditions")?.OfType<MapNode>()
        .Any(static c => c.GetString("type") == "Ready" && c.GetString("status") == "True") == true;

    // Equal templates hash alike, whatever the order of their fields and the nulls in them.
    private static string Hash(MapNode template)
    {
        var copy = (MapNode)template.DeepClone();
        Canonicalize(copy);
        return Convert.ToHexStringLower(SHA256.HashData(JsonTreeWriter.Write(copy)).AsSpan(0, 5));
    }

    private static void Canonicalize(Node node)
    {
        if (node is MapNode map)
        {
            foreach (var key in map.Where(static e => e.Value.IsNull).Select(static e => e.Key).ToArray())
            {
                map.Remove(key);
            }

            map.Sort(StringComparer.Ordinal);
            foreach (var entry in map)
            {
                Canonicalize(entry.Value);
            }
        }
        else if (node is ListNode list)
        {
            foreach (var item in list)
            {
                Canonicalize(item);
            }
        }
    }

    private static long Revision(StoredObject set) =>
        long.TryParse(set.Metadata.GetMap("annotations")?.GetString(RevisionAnnotation), CultureInfo.InvariantCulture, out var number) ? number : 0;
}
