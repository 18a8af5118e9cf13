namespace GitOps.Kustomize.Building;

/// <summary>The names of kustomize's own plugins.</summary>
internal static class BuiltInKinds
{
    public static bool IsGenerator(string kind) => kind is "ConfigMapGenerator" or "SecretGenerator" or "IAMPolicyGenerator" or "HelmChartInflationGenerator";

    public static bool IsTransformer(string kind) => kind is "AnnotationsTransformer" or "HashTransformer" or "ImageTagTransformer" or "LabelTransformer"
        or "NamespaceTransformer" or "PatchJson6902Transformer" or "PatchStrategicMergeTransformer" or "PatchTransformer" or "PrefixSuffixTransformer"
        or "PrefixTransformer" or "SuffixTransformer" or "ReplacementTransformer" or "ReplicaCountTransformer" or "ValueAddTransformer";
}
