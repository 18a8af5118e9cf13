namespace GitOps.Kustomize.Resources;

/// <summary>Group, version and kind; an empty part stands for none, or for any in a selector.</summary>
internal readonly record struct Gvk(string Group, string Version, string Kind)
{
    private static readonly string[] s_first =
    [
        "Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount", "PodSecurityPolicy", "Role", "ClusterRole",
        "RoleBinding", "ClusterRoleBinding", "ConfigMap", "Secret", "Endpoints", "Service", "LimitRange", "PriorityClass", "PersistentVolume",
        "PersistentVolumeClaim", "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
    ];

    private static readonly string[] s_last = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

    public static Gvk None { get; } = new("", "", "");

    /// <summary>The kinds that go first in the legacy order.</summary>
    public static IReadOnlyList<string> OrderFirst => s_first;

    /// <summary>The kinds that go last in the legacy order.</summary>
    public static IReadOnlyList<string> OrderLast => s_last;

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public static Gvk Parse(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new Gvk("", apiVersion, kind) : new Gvk(apiVersion[..slash], apiVersion[(slash + 1)..], kind);
    }

    public bool IsSelected(in Gvk selector) =>
        (selector.Kind.Length == 0 || string.Equals(Kind, selector.Kind, StringComparison.Ordinal))
        && (selector.Group.Length == 0 || string.Equals(Group, selector.Group, StringComparison.Ordinal))
        && (selector.Version.Length == 0 || string.Equals(Version, selector.Version, StringComparison.Ordinal));

    public override string ToString() =>
        $"{(Kind.Length == 0 ? "[noKind]" : Kind)}.{(Version.Length == 0 ? "[noVer]" : Version)}.{(Group.Length == 0 ? "[noGrp]" : Group)}";

    /// <summary>The text that orders equal places of the legacy order.</summary>
    public string SortText() => $"{(Group.Length == 0 ? "~G" : Group)}_{(Version.Length == 0 ? "~V" : Version)}_{(Kind.Length == 0 ? "~K" : Kind)}";

    /// <summary>Orders name references and field specs: important kinds first.</summary>
    public static int Compare(in Gvk x, in Gvk y)
    {
        var byKind = Place(x.Kind).CompareTo(Place(y.Kind));
        return byKind != 0 ? byKind : string.CompareOrdinal(x.SortText(), y.SortText());
    }

    private static int Place(string kind)
    {
        var first = Array.IndexOf(s_first, kind);
        return first >= 0 ? first - s_first.Length : Array.IndexOf(s_last, kind) + 1;
    }
}
