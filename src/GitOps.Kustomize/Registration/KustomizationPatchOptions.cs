namespace GitOps.Kustomize;

/// <summary>A patch on top of a kustomization; the bindable form of <see cref="KustomizePatch"/>.</summary>
public sealed class KustomizationPatchOptions
{
    /// <summary>A strategic merge patch, or the operations of a JSON patch, as YAML or JSON. Required.</summary>
    public string? Patch { get; set; }

    /// <summary>The objects the patch is for; without one a strategic merge patch is for the object it names.</summary>
    public KustomizationPatchTargetOptions? Target { get; set; }

    internal KustomizePatch ToPatch() => new(Patch!, Target?.ToTarget());
}
