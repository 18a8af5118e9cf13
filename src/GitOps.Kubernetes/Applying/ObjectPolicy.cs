namespace GitOps.Kubernetes.Applying;

/// <summary>What an object's annotations or labels ask for, in Flux's words under Flux's prefix or ours.</summary>
internal readonly record struct ObjectPolicy(bool ReconcileDisabled, bool Ignore, bool Merge, bool IfNotPresent, bool Force, bool PruneDisabled)
{
    public bool BlocksApply => ReconcileDisabled || Ignore;

    public bool BlocksPrune => ReconcileDisabled || Ignore || PruneDisabled;

    public static ObjectPolicy Read(MapNode root)
    {
        var metadata = root.GetMap("metadata");
        var annotations = metadata?.GetMap("annotations");
        var labels = metadata?.GetMap("labels");
        if (annotations is null && labels is null)
        {
            return default;
        }

        var apply = Value("ssa");
        return new ObjectPolicy(
            ReconcileDisabled: Is(Value("reconcile"), "disabled"),
            Ignore: Is(apply, "Ignore"),
            Merge: Is(apply, "Merge"),
            IfNotPresent: Is(apply, "IfNotPresent"),
            Force: Is(Value("force"), "enabled"),
            PruneDisabled: Is(Value("prune"), "disabled"));

        string? Value(string key) =>
            annotations?.GetString(Keys.Prefix + key) ?? annotations?.GetString(Keys.FluxPrefix + key) ?? labels?.GetString(Keys.Prefix + key) ?? labels?.GetString(Keys.FluxPrefix + key);

        static bool Is(string? value, string word) => string.Equals(value, word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Why an object is left alone, for people.</summary>
    public string Reason => ReconcileDisabled ? "an annotation says reconcile: disabled" : Ignore ? "an annotation says ssa: Ignore" : PruneDisabled ? "an annotation says prune: disabled" : "";
}
