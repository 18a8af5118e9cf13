using System.Collections.Immutable;

namespace GitOps.Testing;

/// <summary>Makes the definitions of the built-in resources from the schema table and the rules of their kinds.</summary>
internal static class BuiltInResources
{
    /// <summary>Adds them all.</summary>
    public static void Register(ResourceRegistry registry, RevisionClock clock, int historyLimit, TimeProvider time, ServiceKind services, bool ignoreCelRules)
    {
        var resources = BuiltInSchema.Resources;
        var groups = resources
            .Where(static r => !r.Name.Contains('/', StringComparison.Ordinal) && r.Name != "componentstatuses")
            .GroupBy(static r => (r.Group, r.Name));
        var events = default(ResourceStore);
        foreach (var resource in groups)
        {
            var first = resource.First();
            var versions = resource
                .Select(r => Version(resources, r))
                .Where(static v => v is not null)
                .Select(static v => v!)
                .ToArray();
            if (versions.Length == 0)
            {
                continue;
            }

            var rules = Rules(first.Group, first.Kind, services, ignoreCelRules);
            var hasStatus = versions.Any(static v => v.Subresources.Contains("status"));
            var types = versions.ToDictionary(static v => v.Name, static v => v.Type, StringComparer.Ordinal);
            var convert = Conversions.For(first.Group, first.Kind, types);
            var store = new ResourceStore(clock, historyLimit);
            if (first.Kind == "Event")
            {
                // Both Event APIs show the same objects.
                store = events ??= store;
            }

            registry.Add(new ResourceDefinition
            {
                Group = first.Group,
                Plural = first.Name,
                Singular = first.Singular,
                Kind = first.Kind,
                ListKind = first.Kind + "List",
                Namespaced = first.Namespaced,
                ShortNames = first.ShortNames,
                Categories = first.Categories,
                Verbs = first.Verbs,
                Versions = versions,
                StorageVersion = versions[0].Name,
                Store = store,
                Strategy = first.Kind == "Event"
                    ? new EventStrategy(first.Group, types, rules, time)
                    : new BuiltInStrategy(first.Group, first.Kind, types, hasStatus, rules, convert, time),
            });
        }
    }

    private static ResourceVersion? Version(IReadOnlyList<ResourceInfo> resources, ResourceInfo resource)
    {
        if (BuiltInSchema.Find(resource.Group, resource.Version, resource.Kind) is not { } type)
        {
            return null;
        }

        var prefix = resource.Name + "/";
        var subresources = resources
            .Where(r => r.Group == resource.Group && r.Version == resource.Version && r.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(r => r.Name[prefix.Length..])
            .ToImmutableHashSet(StringComparer.Ordinal);
        return new ResourceVersion(resource.Version, type, subresources);
    }

    private static KindRules Rules(string group, string kind, ServiceKind services, bool ignoreCelRules) => (group, kind) switch
    {
        ("", "Pod") => CoreKinds.Pod,
        ("", "PodTemplate") => CoreKinds.PodTemplate,
        ("", "ConfigMap") => CoreKinds.ConfigMap,
        ("", "Secret") => CoreKinds.Secret,
        ("", "Namespace") => CoreKinds.Namespace,
        ("", "ServiceAccount") => CoreKinds.ServiceAccount,
        ("", "Service") => services.Rules,
        ("", "PersistentVolumeClaim") => CoreKinds.PersistentVolumeClaim,
        ("", "PersistentVolume") => CoreKinds.PersistentVolume,
        ("", "LimitRange") => CoreKinds.LimitRange,
        ("", "ResourceQuota") => CoreKinds.ResourceQuota,
        ("", "Endpoints") => CoreKinds.Endpoints,
        ("", "Node") => CoreKinds.NodeKind,
        ("", "Event") => CoreKinds.Event,
        ("events.k8s.io", "Event") => CoreKinds.NewEvent,
        ("", "ReplicationController") => WorkloadKinds.ReplicationController,
        ("apps", "Deployment") => WorkloadKinds.Deployment,
        ("apps", "ReplicaSet") => WorkloadKinds.ReplicaSet,
        ("apps", "StatefulSet") => WorkloadKinds.StatefulSet,
        ("apps", "DaemonSet") => WorkloadKinds.DaemonSet,
        ("apps", "ControllerRevision") => WorkloadKinds.ControllerRevision,
        ("batch", "Job") => WorkloadKinds.Job,
        ("batch", "CronJob") => WorkloadKinds.CronJob,
        ("networking.k8s.io", "Ingress") => OtherKinds.Ingress,
        ("networking.k8s.io", "IngressClass") => OtherKinds.IngressClass,
        ("networking.k8s.io", "NetworkPolicy") => OtherKinds.NetworkPolicy,
        ("autoscaling", "HorizontalPodAutoscaler") => OtherKinds.HorizontalPodAutoscaler,
        ("policy", "PodDisruptionBudget") => OtherKinds.PodDisruptionBudget,
        ("rbac.authorization.k8s.io", "Role") => OtherKinds.Role,
        ("rbac.authorization.k8s.io", "ClusterRole") => OtherKinds.ClusterRole,
        ("rbac.authorization.k8s.io", "RoleBinding" or "ClusterRoleBinding") => OtherKinds.Binding,
        ("storage.k8s.io", "StorageClass") => OtherKinds.StorageClass,
        ("storage.k8s.io", "CSIDriver") => OtherKinds.CsiDriver,
        ("storage.k8s.io", "VolumeAttachment") => OtherKinds.VolumeAttachment,
        ("storage.k8s.io", "CSINode") => OtherKinds.CsiNode,
        ("certificates.k8s.io", "CertificateSigningRequest") => OtherKinds.SigningRequest,
        ("coordination.k8s.io", "Lease") => OtherKinds.Lease,
        ("scheduling.k8s.io", "PriorityClass") => OtherKinds.PriorityClass,
        ("discovery.k8s.io", "EndpointSlice") => OtherKinds.EndpointSlice,
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration" or "ValidatingWebhookConfiguration") => OtherKinds.Webhooks,
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => AdmissionPolicyKinds.Validating,
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => AdmissionPolicyKinds.Mutating,
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding") => AdmissionPolicyKinds.ValidatingBinding,
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding") => AdmissionPolicyKinds.MutatingBinding,
        ("networking.k8s.io", "IPAddress") => AddressKinds.Address,
        ("networking.k8s.io", "ServiceCIDR") => AddressKinds.ServiceRange,
        ("node.k8s.io", "RuntimeClass") => RuntimeClassKind.Rules,
        ("storage.k8s.io", "CSIStorageCapacity") => StorageKinds.Capacity,
        ("storage.k8s.io", "VolumeAttributesClass") => StorageKinds.AttributesClass,
        ("apiregistration.k8s.io", "APIService") => OtherKinds.ApiService,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => OtherKinds.CustomResourceDefinition(ignoreCelRules),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => FlowControlKinds.FlowSchema,
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => FlowControlKinds.PriorityLevel,
        ("resource.k8s.io", "ResourceClaim") => DeviceKinds.Claim,
        ("resource.k8s.io", "ResourceClaimTemplate") => DeviceKinds.ClaimTemplate,
        ("resource.k8s.io", "DeviceClass") => DeviceKinds.Class,
        ("resource.k8s.io", "ResourceSlice") => DeviceKinds.Slice,
        _ => KindRules.None,
    };
}
