namespace GitOps.Kustomize;

/// <summary>How a kustomization is built, and what is done to it on top.</summary>
public sealed record KustomizeOptions
{
    /// <summary>The defaults: everything of the source may be loaded, nothing is added.</summary>
    public static KustomizeOptions Default { get; } = new();

    /// <summary>Which files kustomizations may load. Default: all of the source, which is what GitOps controllers do.</summary>
    public LoadRestrictor LoadRestrictor { get; init; } = LoadRestrictor.None;

    /// <summary>The namespace that everything is moved into; <see langword="null"/> to leave namespaces alone.</summary>
    public string? TargetNamespace { get; init; }

    /// <summary>A prefix for all names; <see langword="null"/> for none.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>A suffix for all names; <see langword="null"/> for none.</summary>
    public string? NameSuffix { get; init; }

    /// <summary>Patches that are applied after the kustomization's own.</summary>
    public IReadOnlyList<KustomizePatch> Patches { get; init; } = [];

    /// <summary>Images that are changed; an entry wins over the kustomization's entry of the same name.</summary>
    public IReadOnlyList<KustomizeImage> Images { get; init; } = [];

    /// <summary>Components, as paths relative to the unit's path.</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>Whether a component that does not exist is left out. Default: it is an error.</summary>
    public bool IgnoreMissingComponents { get; init; }

    /// <summary>Labels that are set on every object, but not in selectors and templates.</summary>
    public IReadOnlyDictionary<string, string> CommonLabels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Annotations that are set on every object.</summary>
    public IReadOnlyDictionary<string, string> CommonAnnotations { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Values for <c>${name}</c>; <see langword="null"/> to leave such text alone.</summary>
    public IReadOnlyDictionary<string, string>? Substitutions { get; init; }

    /// <summary>Whether a <c>${name}</c> without a value and without a default is an error. Default: it is.</summary>
    public bool StrictSubstitution { get; init; } = true;

    /// <summary>Whether objects are marked with the file they come from. Default: only when the kustomization asks for it.</summary>
    public bool OriginAnnotations { get; init; }

    /// <summary>Transformers in managed code, for configuration objects that are not kustomize's own.</summary>
    public IReadOnlyList<IKustomizeTransformer> Transformers { get; init; } = [];

    /// <summary>Fetches remote bases and files; <see langword="null"/> to refuse them, the default.</summary>
    public IRemoteResolver? RemoteResolver { get; init; }

    /// <summary>Renders <c>helmCharts</c>; <see langword="null"/> to refuse them, the default.</summary>
    public IHelmChartInflator? ChartInflator { get; init; }
}
