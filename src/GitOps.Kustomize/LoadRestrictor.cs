namespace GitOps.Kustomize;

/// <summary>Which files a kustomization may load.</summary>
public enum LoadRestrictor
{
    /// <summary>Only files in or below the directory of the kustomization that names them; what <c>kustomize build</c> does by itself.</summary>
    RootOnly,

    /// <summary>All files of the tree; what GitOps controllers do.</summary>
    None,
}
