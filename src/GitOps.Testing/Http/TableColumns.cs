namespace GitOps.Testing;

/// <summary>The columns that each kind is printed with.</summary>
internal static class TableColumns
{
    private const string ConfigMapHelp = "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.";
    private static readonly TableColumn Name = new("Name", "string", "", 0, static (o, _) => ScalarNode.String(ObjectMeta.Name(o)));
    private static readonly TableColumn Age = new("Age", "string", "", 0, static (o, t) => ScalarNode.String(Tables.Age(o.GetMap("metadata")?.GetString("creationTimestamp"), t)));

    public static IReadOnlyList<TableColumn> For(ResourceDefinition definition, ResourceVersion version)
    {
        if (definition.IsCustom)
        {
            return Custom(version);
        }

        var cells = Cells(definition);
        var described = TableDefinitions.Of(definition.Group, definition.Kind);
        return described.Count == 0 ? cells : [.. described.Select(d => cells.FirstOrDefault(c => c.Name == d.Name) is { } cell ? d with { Read = cell.Read, Help = cell.Help } : d)];
    }

    private static IReadOnlyList<TableColumn> Cells(ResourceDefinition definition)
    {
        return (definition.Group, definition.Kind) switch
        {
            ("", "ConfigMap") => [Name, new("Data", "string", ConfigMapHelp, 0, static (o, _) => Integer((o.GetMap("data")?.Count ?? 0) + (o.GetMap("binaryData")?.Count ?? 0))), Age],
            ("", "Secret") => [Name, Text("Type", "type"), new("Data", "string", "Data contains the secret data.", 0, static (o, _) => Integer(o.GetMap("data")?.Count ?? 0)), Age],
            ("", "Namespace") => [Name, Text("Status", "status.phase"), Age],
            ("", "Pod") => [Name, new("Ready", "string", "The aggregate readiness state of this pod for accepting traffic.", 0, static (o, _) => ScalarNode.String(TableCells.PodReady(o))), Text("Status", "status.phase"), new("Restarts", "string", "The number of times the containers in this pod have been restarted.", 0, static (_, _) => ScalarNode.String("0")), Age, WideText("IP", "status.podIP"), WideText("Node", "spec.nodeName"), WideText("Nominated Node", "status.nominatedNodeName"), WideCell("Readiness Gates", ReadinessGates)],
            ("", "Service") => [Name, Text("Type", "spec.type"), Text("Cluster-IP", "spec.clusterIP"), Cell("External-IP", TableCells.ExternalAddress), new("Port(s)", "string", "", 0, static (o, _) => ScalarNode.String(Ports(o))), Age, WideCell("Selector", static o => Pairs(At(o, "spec.selector")))],
            ("apps", "Deployment") => [Name, Ready, Number("Up-to-date", "status.updatedReplicas"), Number("Available", "status.availableReplicas"), Age, .. Wide, Selector],
            ("apps", "StatefulSet") => [Name, Ready, Age, .. Wide],
            ("apps", "ReplicaSet") or ("", "ReplicationController") =>
                [Name, Count("Desired", "spec.replicas"), Count("Current", "status.replicas"), Count("Ready", "status.readyReplicas"), Age, .. Wide, Selector],
            ("apps", "DaemonSet") =>
            [
                Name, Count("Desired", "status.desiredNumberScheduled"), Count("Current", "status.currentNumberScheduled"), Count("Ready", "status.numberReady"),
                Count("Up-to-date", "status.updatedNumberScheduled"), Count("Available", "status.numberAvailable"), Cell("Node Selector", static o => Pairs(At(o, "spec.template.spec.nodeSelector"))), Age, .. Wide, Selector,
            ],
            ("batch", "Job") =>
                [Name, Cell("Status", TableCells.JobStatus), Cell("Completions", static o => $"{Read(o, "status.succeeded", "0")}/{Read(o, "spec.completions", "1")}"), new("Duration", "string", "", 0, static (o, t) => ScalarNode.String(TableCells.Duration(o, t))), Age, .. Wide, Selector],
            ("batch", "CronJob") =>
            [
                Name, Text("Schedule", "spec.schedule"), Cell("Timezone", static o => Read(o, "spec.timeZone", "<none>")), Cell("Suspend", static o => Read(o, "spec.suspend", "false") == "true" ? "True" : "False"),
                new("Active", "integer", "", 0, static (o, _) => Integer(o.GetMap("status")?.GetList("active")?.Count ?? 0)), Since("Last Schedule", "status.lastScheduleTime"), Age,
                WideCell("Containers", static o => Joined(At(o, "spec.jobTemplate.spec.template.spec.containers"), "name")), WideCell("Images", static o => Joined(At(o, "spec.jobTemplate.spec.template.spec.containers"), "image")),
                WideCell("Selector", static o => TableCells.Selector(At(o, "spec.jobTemplate.spec.selector") as MapNode)),
            ],
            ("networking.k8s.io", "Ingress") =>
                [Name, Cell("Class", static o => Read(o, "spec.ingressClassName", "<none>")), Cell("Hosts", Hosts), Cell("Address", Addresses), Cell("Ports", static o => o.GetMap("spec")?.GetList("tls") is { Count: > 0 } ? "80, 443" : "80"), Age],
            ("networking.k8s.io", "IngressClass") => [Name, Text("Controller", "spec.controller"), Cell("Parameters", TableCells.ClassParameters), Age],
            ("networking.k8s.io", "NetworkPolicy") => [Name, Cell("Pod-Selector", static o => TableCells.Selector(At(o, "spec.podSelector") as MapNode)), Age],
            ("autoscaling", "HorizontalPodAutoscaler") =>
            [
                Name, Cell("Reference", static o => $"{Read(o, "spec.scaleTargetRef.kind", "")}/{Read(o, "spec.scaleTargetRef.name", "")}"), Cell("Targets", TableCells.Targets),
                Cell("MinPods", static o => Read(o, "spec.minReplicas", "<unset>")), Number("MaxPods", "spec.maxReplicas"), Number("Replicas", "status.currentReplicas"), Age,
            ],
            ("policy", "PodDisruptionBudget") =>
                [Name, Cell("Min Available", static o => Read(o, "spec.minAvailable", "N/A")), Cell("Max Unavailable", static o => Read(o, "spec.maxUnavailable", "N/A")), Count("Allowed Disruptions", "status.disruptionsAllowed"), Age],
            ("rbac.authorization.k8s.io", "Role" or "ClusterRole") => [Name, new("Created At", "date", "", 0, static (o, _) => ScalarNode.String(Read(o, "metadata.creationTimestamp", "")))],
            ("rbac.authorization.k8s.io", "RoleBinding" or "ClusterRoleBinding") =>
                [Name, Cell("Role", static o => $"{Read(o, "roleRef.kind", "")}/{Read(o, "roleRef.name", "")}"), Age, Subjects("Users", "User"), Subjects("Groups", "Group"), Subjects("ServiceAccounts", "ServiceAccount")],
            ("", "LimitRange") => [Name, new("Created At", "date", "", 0, static (o, _) => ScalarNode.String(Read(o, "metadata.creationTimestamp", "")))],
            ("", "PodTemplate") =>
            [
                Name, Cell("Containers", static o => Joined(At(o, "template.spec.containers"), "name")), Cell("Images", static o => Joined(At(o, "template.spec.containers"), "image")), Cell("Pod Labels", static o => Pairs(At(o, "template.metadata.labels"))),
            ],
            ("apps", "ControllerRevision") => [Name, Cell("Controller", Controller), new("Revision", "string", "", 0, static (o, _) => At(o, "revision") as ScalarNode ?? Integer(0)), Age],
            ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration" or "MutatingWebhookConfiguration") => [Name, new("Webhooks", "integer", "", 0, static (o, _) => Integer(o.GetList("webhooks")?.Count ?? 0)), Age],
            ("storage.k8s.io", "VolumeAttachment") =>
            [
                Name, new("Attacher", "string", "", 0, static (o, _) => ScalarNode.String(Read(o, "spec.attacher", "")), "name"), Text("PV", "spec.source.persistentVolumeName"), Text("Node", "spec.nodeName"), Truth("Attached", "boolean", "status.attached"), Age,
            ],
            ("storage.k8s.io", "CSINode") => [Name, new("Drivers", "integer", "", 0, static (o, _) => Integer(o.GetMap("spec")?.GetList("drivers")?.Count ?? 0)), Age],
            ("", "PersistentVolumeClaim") =>
            [
                Name, Text("Status", "status.phase"), Text("Volume", "spec.volumeName"), Cell("Capacity", static o => Read(o, "spec.volumeName", "").Length == 0 ? "" : Read(o, "status.capacity.storage", "")), Cell("Access Modes", static o => Read(o, "spec.volumeName", "").Length == 0 ? "" : Modes(o.GetMap("status"))),
                Text("StorageClass", "spec.storageClassName"), Cell("VolumeAttributesClass", static o => Read(o, "spec.volumeAttributesClassName", "<unset>")), Age, new("VolumeMode", "string", "", 1, static (o, _) => ScalarNode.String(Read(o, "spec.volumeMode", ""))),
            ],
            ("", "PersistentVolume") =>
            [
                Name, Text("Capacity", "spec.capacity.storage"), Cell("Access Modes", static o => Modes(o.GetMap("spec"))), Text("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"), Text("Status", "status.phase"),
                Cell("Claim", static o => At(o, "spec.claimRef") is MapNode ? $"{Read(o, "spec.claimRef.namespace", "")}/{Read(o, "spec.claimRef.name", "")}" : ""), Text("StorageClass", "spec.storageClassName"),
                Cell("VolumeAttributesClass", static o => Read(o, "spec.volumeAttributesClassName", "<unset>")), Text("Reason", "status.reason"), Age, WideCell("VolumeMode", static o => Read(o, "spec.volumeMode", "<unset>")),
            ],
            ("storage.k8s.io", "StorageClass") =>
            [
                Name, Text("Provisioner", "provisioner"), Text("ReclaimPolicy", "reclaimPolicy"), Text("VolumeBindingMode", "volumeBindingMode"), Truth("AllowVolumeExpansion", "string", "allowVolumeExpansion"), Age,
            ],
            ("", "Node") =>
            [
                Name, Cell("Status", NodeStatus), Cell("Roles", static _ => "<none>"), Age, Text("Version", "status.nodeInfo.kubeletVersion"),
                WideCell("Internal-IP", static o => NodeAddress(o, "InternalIP")), WideCell("External-IP", static o => NodeAddress(o, "ExternalIP")), WideText("OS-Image", "status.nodeInfo.osImage", "<unknown>"),
                WideText("Kernel-Version", "status.nodeInfo.kernelVersion", "<unknown>"), WideText("Container-Runtime", "status.nodeInfo.containerRuntimeVersion", "<unknown>"),
            ],
            ("", "Endpoints") => [Name, Cell("Endpoints", Endpoints), Age],
            ("discovery.k8s.io", "EndpointSlice") => [Name, Text("AddressType", "addressType"), Cell("Ports", static o => Joined(o.GetList("ports"), "port")), Cell("Endpoints", static o => TableCells.Few((o.GetList("endpoints")?.OfType<MapNode>() ?? []).SelectMany(static e => e.GetList("addresses")?.OfType<ScalarNode>().Select(static a => a.Text) ?? []))), Age],
            ("scheduling.k8s.io", "PriorityClass") =>
                [Name, Count("Value", "value"), Truth("Global-Default", "boolean", "globalDefault"), Age, Text("PreemptionPolicy", "preemptionPolicy")],
            ("coordination.k8s.io", "Lease") => [Name, Text("Holder", "spec.holderIdentity"), Age],
            ("", "Event") =>
            [
                Since("Last Seen", "lastTimestamp", "<unknown>"), Text("Type", "type"), Text("Reason", "reason"),
                Cell("Object", static o => $"{Read(o, "involvedObject.kind", "").ToLowerInvariant()}/{Read(o, "involvedObject.name", "")}"), WideText("Subobject", "involvedObject.fieldPath", ""),
                WideCell("Source", static o => Read(o, "source.component", Read(o, "reportingComponent", ""))), Text("Message", "message"), new("First Seen", "string", "", 1, static (o, t) => Passed(o, "firstTimestamp", t, "<unknown>")),
                new("Count", "string", "", 1, static (o, _) => At(o, "count") as ScalarNode ?? Integer(1)), new("Name", "string", "", 1, static (o, _) => ScalarNode.String(ObjectMeta.Name(o))),
            ],
            ("events.k8s.io", "Event") =>
            [
                new("Last Seen", "string", "", 0, static (o, t) => Passed(o, At(o, "deprecatedLastTimestamp") is { IsNull: false } ? "deprecatedLastTimestamp" : "eventTime", t, "<unknown>")),
                Text("Type", "type"), Text("Reason", "reason"), Cell("Object", static o => $"{Read(o, "regarding.kind", "").ToLowerInvariant()}/{Read(o, "regarding.name", "")}"), WideCell("Subobject", static o => Read(o, "regarding.fieldPath", "")),
                WideCell("Source", TableCells.EventSource), Cell("Message", static o => Read(o, "note", "").Trim()),
                new("First Seen", "string", "", 1, static (o, t) => Passed(o, At(o, "deprecatedFirstTimestamp") is { IsNull: false } ? "deprecatedFirstTimestamp" : "eventTime", t, "<unknown>")),
                new("Count", "string", "", 1, static (o, _) => At(o, "series.count") as ScalarNode ?? (Read(o, "deprecatedCount", "0") is "0" ? Integer(1) : (ScalarNode)At(o, "deprecatedCount")!)), new("Name", "string", "", 1, static (o, _) => ScalarNode.String(ObjectMeta.Name(o))),
            ],
            ("", "ResourceQuota") => [Name, Cell("Request", static o => TableCells.Quota(o, limits: false)), Cell("Limit", static o => TableCells.Quota(o, limits: true)), Age],
            ("storage.k8s.io", "CSIDriver") =>
            [
                Name, Truth("AttachRequired", "boolean", "spec.attachRequired"), Truth("PodInfoOnMount", "boolean", "spec.podInfoOnMount"), Truth("StorageCapacity", "boolean", "spec.storageCapacity"),
                Cell("TokenRequests", static o => At(o, "spec.tokenRequests") is ListNode { Count: > 0 } tokens ? Joined(tokens, "audience") : "<unset>"), Truth("RequiresRepublish", "boolean", "spec.requiresRepublish"),
                Cell("Modes", static o => At(o, "spec.volumeLifecycleModes") is ListNode { Count: > 0 } modes ? string.Join(",", modes.OfType<ScalarNode>().Select(static m => m.Text)) : "<none>"), Age,
            ],
            ("storage.k8s.io", "CSIStorageCapacity") => [Name, new("Created At", "date", "", 0, static (o, _) => ScalarNode.String(Read(o, "metadata.creationTimestamp", "")))],
            ("storage.k8s.io", "VolumeAttributesClass") => [Name, Text("DriverName", "driverName"), Age],
            ("apiregistration.k8s.io", "APIService") =>
                [Name, Cell("Service", static o => At(o, "spec.service") is MapNode ? $"{Read(o, "spec.service.namespace", "")}/{Read(o, "spec.service.name", "")}" : "Local"), Cell("Available", TableCells.Available), Age],
            ("node.k8s.io", "RuntimeClass") => [Name, Text("Handler", "handler"), Age],
            ("flowcontrol.apiserver.k8s.io", "FlowSchema") =>
            [
                Name, Text("PriorityLevel", "spec.priorityLevelConfiguration.name"), Count("MatchingPrecedence", "spec.matchingPrecedence"), Cell("DistinguisherMethod", static o => Read(o, "spec.distinguisherMethod.type", "<none>")), Age,
                Cell("MissingPL", static o => (At(o, "status.conditions") as ListNode)?.OfType<MapNode>().FirstOrDefault(static c => c.GetString("type") == "Dangling")?.GetString("status") ?? "?"),
            ],
            ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") =>
            [
                Name, Text("Type", "spec.type"), TableCells.Known("NominalConcurrencyShares", "spec.limited.nominalConcurrencyShares"), TableCells.Known("Queues", "spec.limited.limitResponse.queuing.queues"),
                TableCells.Known("HandSize", "spec.limited.limitResponse.queuing.handSize"), TableCells.Known("QueueLengthLimit", "spec.limited.limitResponse.queuing.queueLengthLimit"), Age,
            ],
            ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") =>
                [Name, new("Validations", "integer", "", 0, static (o, _) => Integer((At(o, "spec.validations") as ListNode)?.Count ?? 0)), Cell("ParamKind", static o => At(o, "spec.paramKind") is MapNode ? $"{Read(o, "spec.paramKind.apiVersion", "")}/{Read(o, "spec.paramKind.kind", "")}" : "<unset>"), Age],
            ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding") =>
                [Name, Text("PolicyName", "spec.policyName"), Cell("ParamRef", static o => At(o, "spec.paramRef") is MapNode ? $"{Read(o, "spec.paramRef.namespace", "*")}/{Read(o, "spec.paramRef.name", "*")}" : "<unset>"), Age],
            ("networking.k8s.io", "IPAddress") => [Name, Cell("ParentRef", TableCells.Parent), Age],
            ("networking.k8s.io", "ServiceCIDR") => [Name, Cell("CIDRs", static o => string.Join(",", (At(o, "spec.cidrs") as ListNode)?.OfType<ScalarNode>().Select(static c => c.Text) ?? [])), Age],
            ("resource.k8s.io", "ResourceClaim") => [Name, Cell("State", TableCells.ClaimState), Age],
            ("resource.k8s.io", "ResourceSlice") =>
                [Name, Cell("Node", static o => Read(o, "spec.nodeName", "<none>")), Text("Driver", "spec.driver"), Text("Pool", "spec.pool.name"), Age],
            ("certificates.k8s.io", "CertificateSigningRequest") =>
                [Name, Age, Text("SignerName", "spec.signerName"), Text("Requestor", "spec.username"), Cell("RequestedDuration", static o => Read(o, "spec.expirationSeconds", "<none>")), Cell("Condition", SigningCondition)],
            ("apiextensions.k8s.io", "CustomResourceDefinition") => [Name, new("Created At", "string", "", 0, static (o, _) => o.GetMap("metadata")?["creationTimestamp"] ?? ScalarNode.Null())],
            _ => [Name, Age],
        };
    }

    private static TableColumn Ready => new("Ready", "string", "Number of the pod with ready state", 0, static (o, _) => ScalarNode.String($"{Read(o, "status.readyReplicas", "0")}/{Read(o, "spec.replicas", "0")}"));

    private static TableColumn Selector => new("Selector", "string", "", 1, static (o, _) => ScalarNode.String(Pairs(At(o, "spec.selector.matchLabels") ?? At(o, "spec.selector"))));

    private static TableColumn[] Wide =>
    [
        new("Containers", "string", "", 1, static (o, _) => ScalarNode.String(Joined(At(o, "spec.template.spec.containers"), "name"))),
        new("Images", "string", "", 1, static (o, _) => ScalarNode.String(Joined(At(o, "spec.template.spec.containers"), "image"))),
    ];

    private static TableColumn Cell(string name, Func<MapNode, string> read) => new(name, "string", "", 0, (o, _) => ScalarNode.String(read(o)));

    private static TableColumn WideCell(string name, Func<MapNode, string> read) => new(name, "string", "", 1, (o, _) => ScalarNode.String(read(o)));

    private static TableColumn WideText(string name, string path, string absent = "<none>") => WideCell(name, o => Read(o, path, absent) is { Length: > 0 } text ? text : absent);

    private static TableColumn Truth(string name, string type, string path) => new(name, type, "", 0, (o, _) => At(o, path) as ScalarNode ?? ScalarNode.Boolean(false));

    /// <summary>A count in a column that is declared as text.</summary>
    private static TableColumn Number(string name, string path) => new(name, "string", "", 0, (o, _) => At(o, path) as ScalarNode ?? Integer(0));

    private static ScalarNode Passed(MapNode root, string path, TimeProvider now, string absent) => ScalarNode.String(At(root, path) is ScalarNode { IsNull: false } time ? Tables.Age(time.Text, now) : absent);

    private static string ReadinessGates(MapNode pod)
    {
        var gates = (At(pod, "spec.readinessGates") as ListNode)?.OfType<MapNode>().Select(static g => g.GetString("conditionType")).ToList() ?? [];
        var conditions = (At(pod, "status.conditions") as ListNode)?.OfType<MapNode>().ToList() ?? [];
        return gates.Count == 0 ? "<none>" : $"{gates.Count(g => conditions.Exists(c => c.GetString("type") == g && c.GetString("status") == "True"))}/{gates.Count}";
    }

    private static string NodeAddress(MapNode node, string type) =>
        (At(node, "status.addresses") as ListNode)?.OfType<MapNode>().FirstOrDefault(a => a.GetString("type") == type)?.GetString("address") ?? "<none>";

    private static string Controller(MapNode root) =>
        root.GetMap("metadata")?.GetList("ownerReferences")?.OfType<MapNode>().FirstOrDefault(static o => o["controller"] is ScalarNode c && c.AsBoolean()) is { } owner
            ? $"{owner.GetString("kind")?.ToLowerInvariant()}.{Manifest.GroupOf(owner.GetString("apiVersion") ?? "")}/{owner.GetString("name")}".Replace("./", "/", StringComparison.Ordinal)
            : "<none>";

    private static string Endpoints(MapNode endpoints)
    {
        const int most = 3;
        var all = new List<string>();
        foreach (var subset in endpoints.GetList("subsets")?.OfType<MapNode>() ?? [])
        {
            foreach (var address in subset.GetList("addresses")?.OfType<MapNode>().Select(static a => a.GetString("ip") ?? "") ?? [])
            {
                var ports = subset.GetList("ports")?.OfType<MapNode>().Select(static p => Read(p, "port", "")).ToList() ?? [];
                all.AddRange(ports.Count == 0 ? [address] : ports.Select(p => $"{address}:{p}"));
            }
        }

        return all.Count == 0 ? "<none>" : string.Join(",", all.Take(most)) + (all.Count > most ? $" + {all.Count - most} more..." : "");
    }

    private static TableColumn Since(string name, string path, string absent = "<none>") => new(name, "string", "", 0, (o, t) => Passed(o, path, t, absent));

    private static TableColumn Subjects(string name, string kind) => new(name, "string", "", 1, (o, _) => ScalarNode.String(string.Join(", ", (o.GetList("subjects")?.OfType<MapNode>() ?? [])
        .Where(s => s.GetString("kind") == kind)
        .Select(s => kind == "ServiceAccount" ? $"{s.GetString("namespace")}/{s.GetString("name")}" : s.GetString("name")))));

    private static string Joined(Node? list, string field) => string.Join(",", ((list as ListNode)?.OfType<MapNode>() ?? []).Select(i => (i[field] as ScalarNode)?.Text));

    private static string Pairs(Node? labels) => labels is MapNode { Count: > 0 } map ? string.Join(",", map.Select(static e => $"{e.Key}={(e.Value as ScalarNode)?.Text}")) : "<none>";

    private static string Hosts(MapNode ingress)
    {
        var hosts = (ingress.GetMap("spec")?.GetList("rules")?.OfType<MapNode>() ?? []).Select(static r => r.GetString("host") ?? "").Where(static h => h.Length > 0).ToArray();
        return hosts.Length == 0 ? "*" : string.Join(",", hosts);
    }

    private static string Addresses(MapNode root) =>
        string.Join(",", (root.GetMap("status")?.GetMap("loadBalancer")?.GetList("ingress")?.OfType<MapNode>() ?? []).Select(static i => i.GetString("ip") ?? i.GetString("hostname")));

    private static string Modes(MapNode? owner) => string.Join(",", (owner?.GetList("accessModes")?.OfType<ScalarNode>() ?? []).Select(static m => m.Text switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        var other => other,
    }));

    private static string NodeStatus(MapNode node)
    {
        var ready = node.GetMap("status")?.GetList("conditions")?.OfType<MapNode>().FirstOrDefault(static c => c.GetString("type") == "Ready")?.GetString("status") switch
        {
            "True" => "Ready",
            null => "Unknown",
            _ => "NotReady",
        };
        return Read(node, "spec.unschedulable", "false") == "true" ? ready + ",SchedulingDisabled" : ready;
    }

    private static string SigningCondition(MapNode request)
    {
        var types = (request.GetMap("status")?.GetList("conditions")?.OfType<MapNode>() ?? []).Select(static c => c.GetString("type")).ToArray();
        var state = types.Contains("Denied") ? "Denied" : types.Contains("Failed") ? "Failed" : types.Contains("Approved") ? "Approved" : "Pending";
        return request.GetMap("status")?.GetString("certificate") is { Length: > 0 } ? state + ",Issued" : state;
    }

    private static IReadOnlyList<TableColumn> Custom(ResourceVersion version)
    {
        var columns = new List<TableColumn> { Name };
        if (version.Source?.GetList("additionalPrinterColumns") is not { Count: > 0 } given)
        {
            columns.Add(new("Age", "date", "", 0, static (o, t) => ScalarNode.String(Tables.Age(o.GetMap("metadata")?.GetString("creationTimestamp"), t))));
            return columns;
        }

        foreach (var column in given.OfType<MapNode>())
        {
            var path = (column.GetString("jsonPath") ?? "").TrimStart('.');
            var type = column.GetString("type") ?? "string";
            var priority = column["priority"] is ScalarNode p && p.TryGetInt64(out var number) ? (int)number : 0;
            columns.Add(new(
                column.GetString("name") ?? "",
                type,
                column.GetString("description") is { Length: > 0 } help ? help : "Custom resource definition column (in JSONPath format): " + column.GetString("jsonPath"),
                priority,
                (o, t) => type == "date" ? ScalarNode.String(Tables.Age(FieldSelector.ReadPath(o, path), t)) : At(o, path) is ScalarNode scalar ? scalar : ScalarNode.Null(),
                column.GetString("format") ?? ""));
        }

        return columns;
    }

    private static TableColumn Text(string name, string path) => new(name, "string", "", 0, (o, _) => ScalarNode.String(Read(o, path, "")));

    private static TableColumn Count(string name, string path) => new(name, "integer", "", 0, (o, _) => At(o, path) as ScalarNode ?? Integer(0));

    internal static string Read(MapNode root, string path, string absent) => (At(root, path) as ScalarNode)?.Text ?? absent;

    internal static Node? At(MapNode root, string path)
    {
        Node? node = root;
        foreach (var step in path.Split('.'))
        {
            node = (node as MapNode)?[step];
        }

        return node;
    }

    private static ScalarNode Integer(long value) => ScalarNode.Integer(value);

    private static string Ports(MapNode service)
    {
        var ports = service.GetMap("spec")?.GetList("ports")?.OfType<MapNode>()
            .Select(static p => $"{p.GetString("port")}{(p.GetString("nodePort") is { } node ? ":" + node : "")}/{p.GetString("protocol")}");
        return ports is null ? "<none>" : string.Join(',', ports);
    }
}
