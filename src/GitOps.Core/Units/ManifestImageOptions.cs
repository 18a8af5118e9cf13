namespace GitOps;

/// <summary>A change of a container image, as in the <c>images</c> field of a kustomization.</summary>
public sealed class ManifestImageOptions
{
    /// <summary>The image's name without tag. Required.</summary>
    public string? Name { get; set; }

    /// <summary>The name to use instead.</summary>
    public string? NewName { get; set; }

    /// <summary>The tag to use instead.</summary>
    public string? NewTag { get; set; }

    /// <summary>The digest to use instead of a tag.</summary>
    public string? Digest { get; set; }
}
