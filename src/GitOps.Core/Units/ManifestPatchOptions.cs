namespace GitOps;

/// <summary>A patch of rendered objects, as in the <c>patches</c> field of a kustomization.</summary>
public sealed class ManifestPatchOptions
{
    /// <summary>A strategic merge patch, or the operations of a JSON patch, as YAML or JSON. Required.</summary>
    public string? Patch { get; set; }

    /// <summary>The objects the patch is for; without one a strategic merge patch is for the object it names.</summary>
    public ManifestPatchTargetOptions? Target { get; set; }
}
