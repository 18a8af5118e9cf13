namespace GitOps.Kustomize;

/// <summary>
/// Options of a unit that is a kustomization. <see cref="UnitOptions.Path"/> is a directory with a kustomization file, or with plain YAML files,
/// for which one is generated as Flux does.
/// </summary>
public sealed class KustomizationOptions : UnitOptions
{
    /// <summary>A prefix for all names.</summary>
    public string? NamePrefix { get; set; }

    /// <summary>A suffix for all names.</summary>
    public string? NameSuffix { get; set; }

    /// <summary>Components, as paths relative to the unit's path.</summary>
    public IList<string> Components { get; } = [];

    /// <summary>Patches that are applied after the kustomization's own.</summary>
    public IList<ManifestPatchOptions> Patches { get; } = [];

    /// <summary>Images that are changed; an entry wins over the kustomization's entry of the same name.</summary>
    public IList<ManifestImageOptions> Images { get; } = [];

    /// <summary>Labels that are set on every object, but not in selectors and templates.</summary>
    public IDictionary<string, string> CommonLabels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Annotations that are set on every object.</summary>
    public IDictionary<string, string> CommonAnnotations { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Values for <c>${name}</c> in the rendered objects; such text is left alone when there are none.</summary>
    public IDictionary<string, string> Substitute { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether a <c>${name}</c> without a value and without a default is an error.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool StrictSubstitution { get; set; } = true;

    /// <summary>Whether charts of <c>helmCharts</c> that are in the source are rendered; it needs the Helm renderer (<c>AddHelm</c>). Otherwise they are an error.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool EnableHelm { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate())
        {
            yield return error;
        }

        if (Patches.Any(p => string.IsNullOrWhiteSpace(p.Patch)))
        {
            yield return "One of Patches has no Patch: give it the text of a strategic merge patch or of JSON patch operations.";
        }

        if (Images.Any(i => string.IsNullOrWhiteSpace(i.Name)))
        {
            yield return "One of Images has no Name: name the image that is to be changed.";
        }
    }

    private static KustomizePatchTarget ToTarget(ManifestPatchTargetOptions target) => new()
    {
        Group = target.Group ?? "",
        Version = target.Version ?? "",
        Kind = target.Kind ?? "",
        Name = target.Name ?? "",
        Namespace = target.Namespace ?? "",
        LabelSelector = target.LabelSelector ?? "",
        AnnotationSelector = target.AnnotationSelector ?? "",
    };

    internal KustomizeOptions ToRenderOptions() => new()
    {
        TargetNamespace = TargetNamespace,
        NamePrefix = NamePrefix,
        NameSuffix = NameSuffix,
        Components = [.. Components],
        Patches = [.. Patches.Select(p => new KustomizePatch(p.Patch!, p.Target is null ? null : ToTarget(p.Target)))],
        Images = [.. Images.Select(i => new KustomizeImage(i.Name!, i.NewName ?? "", i.NewTag ?? "", i.Digest ?? ""))],
        CommonLabels = new Dictionary<string, string>(CommonLabels, StringComparer.Ordinal),
        CommonAnnotations = new Dictionary<string, string>(CommonAnnotations, StringComparer.Ordinal),
        Substitutions = Substitute.Count == 0 ? null : new Dictionary<string, string>(Substitute, StringComparer.Ordinal),
        StrictSubstitution = StrictSubstitution,
    };
}
