namespace GitOps.Kustomize.Resources;

/// <summary>The annotations that kustomize keeps its notes in; they never leave a build.</summary>
internal static class BuildAnnotations
{
    public const string Prefix = "internal.config.kubernetes.io/";
    public const string PreviousKinds = Prefix + "previousKinds";
    public const string PreviousNames = Prefix + "previousNames";
    public const string PreviousNamespaces = Prefix + "previousNamespaces";
    public const string Prefixes = Prefix + "prefixes";
    public const string Suffixes = Prefix + "suffixes";
    public const string RefBy = Prefix + "refBy";
    public const string Behavior = Prefix + "generatorBehavior";
    public const string NeedsHash = Prefix + "needsHashSuffix";
    public const string AllowNameChange = Prefix + "allowNameChange";
    public const string AllowKindChange = Prefix + "allowKindChange";
    public const string HelmGenerated = Prefix + "helm-generated";
    public const string Origin = "config.kubernetes.io/origin";
    public const string Transformations = "alpha.config.kubernetes.io/transformations";
    public const string LocalConfig = "config.kubernetes.io/local-config";

    private static readonly HashSet<string> s_all = new(StringComparer.Ordinal)
    {
        PreviousKinds, PreviousNames, PreviousNamespaces, Prefixes, Suffixes, RefBy, Behavior, NeedsHash, AllowNameChange, AllowKindChange, HelmGenerated,
        Prefix + "path", Prefix + "index", Prefix + "seqindent", Prefix + "id", Prefix + "annotations-migration-resource-id",
        "config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id",
    };

    public static bool Contains(string key) => s_all.Contains(key);
}
