namespace GitOps.Testing;

/// <summary>Checks of what controllers write into the status of the common kinds.</summary>
internal static class StatusValidation
{
    public static void Deployment(MapNode root, MapNode old, List<FieldError> errors)
    {
        var status = Status(root, errors);
        status.NonNegative("observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "collisionCount", "terminatingReplicas");
        AtMostReplicas(status, "updatedReplicas", "readyReplicas", "availableReplicas");
        AvailableAreReady(status, "readyReplicas");
        Counts(status, old);
    }

    public static void ReplicaSet(MapNode root, MapNode old, List<FieldError> errors)
    {
        var status = Status(root, errors);
        status.NonNegative("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration", "terminatingReplicas");
        AtMostReplicas(status, "fullyLabeledReplicas", "readyReplicas", "availableReplicas");
        AvailableAreReady(status, "readyReplicas");
    }

    public static void StatefulSet(MapNode root, MapNode old, List<FieldError> errors)
    {
        var status = Status(root, errors);
        status.NonNegative("replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas", "observedGeneration", "collisionCount");
        AtMostReplicas(status, "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas");
        AvailableAreReady(status, "status.readyReplicas");
        Counts(status, old);
    }

    public static void DaemonSet(MapNode root, MapNode old, List<FieldError> errors)
    {
        var status = Status(root, errors);
        status.NonNegative(
            "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady", "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "collisionCount");
        Counts(status, old);
    }

    public static void Job(MapNode root, MapNode old, List<FieldError> errors) =>
        Status(root, errors).NonNegative("active", "succeeded", "failed", "ready", "terminating");

    public static void Autoscaler(MapNode root, MapNode old, List<FieldError> errors) => Status(root, errors).NonNegative("currentReplicas", "desiredReplicas");

    public static void Budget(MapNode root, MapNode old, List<FieldError> errors) =>
        Status(root, errors).NonNegative("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods");

    /// <summary>Checks the addresses that a load balancer gave.</summary>
    public static void LoadBalancer(MapNode root, MapNode old, List<FieldError> errors)
    {
        var balancer = Status(root, errors).Child("loadBalancer");
        if (root.GetString("kind") == "Service" && root.GetMap("spec")?.GetString("type") != "LoadBalancer" && balancer.Count("ingress") > 0)
        {
            balancer.Forbidden("ingress", "may only be used when `spec.type` is 'LoadBalancer'");
            return;
        }

        foreach (var ingress in balancer.Items("ingress"))
        {
            ingress.Name("ip", Names.IpAddress);
            if (ingress.Text("hostname") is not { Length: > 0 } host)
            {
                continue;
            }

            if (Names.DnsSubdomain(host) is { } problem)
            {
                ingress.Invalid("hostname", problem);
            }

            if (Names.IpAddress(host) is null)
            {
                ingress.Invalid("hostname", "must be a DNS name, not an IP address");
            }
        }
    }

    public static void Namespace(MapNode root, MapNode old, List<FieldError> errors)
    {
        var phase = Status(root, errors).Text("phase");
        var deleting = ObjectMeta.IsDeleting(root);
        if (phase != (deleting ? "Terminating" : "Active"))
        {
            // The path is spelled like this on a real server.
            errors.Add(FieldError.Invalid("status.Phase", phase, deleting ? "may only be 'Terminating' if `deletionTimestamp` is not empty" : "may only be 'Active' if `deletionTimestamp` is empty"));
        }
    }

    public static void Pod(MapNode root, MapNode old, List<FieldError> errors)
    {
        var status = Status(root, errors);
        if (status.Number("observedGeneration") < 0)
        {
            status.Invalid("observedGeneration", "must be a non-negative integer");
        }
    }

    private static Check Status(MapNode root, List<FieldError> errors) => Check.Of(root, errors).Child("status");

    private static void AtMostReplicas(Check status, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if ((status.Number(field) ?? 0) > (status.Number("replicas") ?? 0))
            {
                status.Add(FieldError.Invalid(status.At(field), status.Map[field] ?? ScalarNode.Integer(0), "cannot be greater than status.replicas"));
            }
        }
    }

    private static void AvailableAreReady(Check status, string name)
    {
        if ((status.Number("availableReplicas") ?? 0) > (status.Number("readyReplicas") ?? 0))
        {
            status.Invalid("availableReplicas", $"cannot be greater than {name}");
        }
    }

    // How often names collided only grows.
    private static void Counts(Check status, MapNode old)
    {
        if (Check.Of(old, []).Child("status").Number("collisionCount") is { } before && (status.Number("collisionCount") ?? -1) < before)
        {
            status.Add(FieldError.Invalid(status.At("collisionCount"), status.Map["collisionCount"] ?? ScalarNode.Integer(0), "cannot be decremented"));
        }
    }
}
