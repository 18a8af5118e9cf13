namespace GitOps.Kubernetes.Applying;

/// <summary>In which order kinds are written: what others need goes first; deletion goes the other way round.</summary>
internal static class ApplyOrder
{
    /// <summary>The stages. Between <see cref="Definitions"/> and <see cref="Classes"/>, and after <see cref="Classes"/>, the objects must be ready.</summary>
    public const int Definitions = 0;
    public const int Classes = 1;
    public const int Foundations = 2;
    public const int Rest = 3;
    public const int Webhooks = 4;

    private static readonly string[] s_first =
    [
        "CustomResourceDefinition", "Namespace", "ClusterRole",
        "ClusterClass", "RuntimeClass", "PriorityClass", "StorageClass", "VolumeSnapshotClass", "IngressClass", "GatewayClass",
        "ClusterRoleBinding", "ResourceQuota", "ServiceAccount", "Role", "RoleBinding", "ConfigMap", "Secret", "Service", "LimitRange",
        "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
    ];

    private static readonly string[] s_last = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

    private static readonly Dictionary<string, int> s_rank = Ranks();

    public static IComparer<ResourceId> Comparer { get; } = Comparer<ResourceId>.Create(Compare);

    public static int StageOf(GroupKind kind) => kind switch
    {
        { Kind: "CustomResourceDefinition", Group: "apiextensions.k8s.io" } => Definitions,
        { Kind: "Namespace", Group: "" } => Definitions,
        { Kind: "ClusterRole", Group: "rbac.authorization.k8s.io" } => Definitions,
        _ when kind.Kind.EndsWith("Class", StringComparison.Ordinal) => Classes,
        { Group: "admissionregistration.k8s.io" } => Webhooks,
        { Kind: "ClusterRoleBinding" or "Role" or "RoleBinding", Group: "rbac.authorization.k8s.io" } => Foundations,
        { Kind: "ResourceQuota" or "ServiceAccount" or "ConfigMap" or "Secret" or "LimitRange", Group: "" } => Foundations,
        _ => Rest,
    };

    public static bool WaitsForReady(int stage) => stage is Definitions or Classes;

    public static int Compare(ResourceId left, ResourceId right) => Compare(Rank(left.GroupKind), left, Rank(right.GroupKind), right);

    /// <summary>The same for objects that know their rank: sorting a large set asks for it often.</summary>
    public static int Compare(DesiredObject left, DesiredObject right) => Compare(left.Rank, left.Id, right.Rank, right.Id);

    // Flux ranks by the kind's name alone; a custom kind called Namespace must not come before its own definition, so the stage counts first.
    public static int Rank(GroupKind kind) => (StageOf(kind) * 1000) + s_rank.GetValueOrDefault(kind.Kind, s_first.Length);

    private static int Compare(int leftRank, ResourceId left, int rightRank, ResourceId right)
    {
        var order = leftRank.CompareTo(rightRank);
        order = order != 0 ? order : string.CompareOrdinal(left.Group, right.Group);
        order = order != 0 ? order : string.CompareOrdinal(left.Kind, right.Kind);
        order = order != 0 ? order : string.CompareOrdinal(left.Namespace, right.Namespace);
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }

    private static Dictionary<string, int> Ranks()
    {
        Dictionary<string, int> ranks = new(StringComparer.Ordinal);
        for (var i = 0; i < s_first.Length; i++)
        {
            ranks[s_first[i]] = i;
        }

        for (var i = 0; i < s_last.Length; i++)
        {
            ranks[s_last[i]] = s_first.Length + 1 + i;
        }

        return ranks;
    }
}
