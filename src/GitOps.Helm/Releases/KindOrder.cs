using System.Collections.Frozen;

namespace GitOps.Helm.Releases;

/// <summary>The order in which Helm installs kinds; unknown kinds come last, by name.</summary>
internal sealed class KindOrder : IComparer<string>
{
    private static readonly FrozenDictionary<string, int> Ranks = new[]
    {
        "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget",
        "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim",
        "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList",
        "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment",
        "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService",
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    }.Select((kind, rank) => KeyValuePair.Create(kind, rank)).ToFrozenDictionary(StringComparer.Ordinal);

    private KindOrder()
    {
    }

    public static KindOrder Install { get; } = new();

    public int Compare(string? x, string? y)
    {
        var left = Ranks.GetValueOrDefault(x ?? "", int.MaxValue);
        var right = Ranks.GetValueOrDefault(y ?? "", int.MaxValue);
        return left == int.MaxValue && right == int.MaxValue ? string.CompareOrdinal(x, y) : left.CompareTo(right);
    }
}
