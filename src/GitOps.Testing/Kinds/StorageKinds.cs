namespace GitOps.Testing;

/// <summary>Rules of storage capacities and of classes of volume attributes.</summary>
internal static class StorageKinds
{
    /// <summary>Adds the finalizer that keeps what is in use.</summary>
    public static void Protect(MapNode root, string finalizer)
    {
        var metadata = root.GetMap("metadata")!;
        var finalizers = metadata.GetList("finalizers") is { } known ? new ListNode(known) : new ListNode();
        if (!finalizers.Any(f => f is ScalarNode { Text: var name } && name == finalizer))
        {
            finalizers.Add(ScalarNode.String(finalizer));
            metadata["finalizers"] = finalizers;
        }
    }

    public static KindRules Capacity { get; } = new()
    {
        Validate = static (root, errors) =>
        {
            var capacity = Check.Of(root, errors);
            capacity.Selector("nodeTopology");
            if (Names.DnsSubdomain(capacity.Text("storageClassName")) is { } problem)
            {
                errors.Add(FieldError.Invalid("storageClassName", capacity.Text("storageClassName"), problem));
            }

            // The largest volume is not looked at.
            if (Quantity.Nanos(capacity.Text("capacity")) is { } amount && amount < 0)
            {
                capacity.Invalid("capacity", "must be greater than or equal to 0");
            }
        },
        ValidateUpdate = static (root, old, errors) =>
        {
            WorkloadKinds.Immutable(root, old, errors, "nodeTopology");
            WorkloadKinds.Immutable(root, old, errors, "storageClassName");
        },
    };

    public static KindRules AttributesClass { get; } = new()
    {
        PrepareCreate = static root => Protect(root, "kubernetes.io/vac-protection"),
        Validate = static (root, errors) =>
        {
            var type = Check.Of(root, errors);
            if (type.Demand("driverName") && Names.QualifiedName(type.Text("driverName").ToLowerInvariant()) is { } problem)
            {
                type.Invalid("driverName", problem);
            }

            if (type.Map.GetMap("parameters")?.ContainsKey("") == true)
            {
                errors.Add(FieldError.Invalid("parameters", "", "field can not be empty"));
            }

            type.Demand("parameters", "must contain at least one key/value pair");
        },
        ValidateUpdate = static (root, old, errors) =>
        {
            foreach (var field in (ReadOnlySpan<string>)["driverName", "parameters"])
            {
                if (!Node.DeepEquals(root[field], old[field]))
                {
                    errors.Add(FieldError.Forbidden(field, "updates to " + field + " are forbidden."));
                }
            }
        },
    };
}
