namespace GitOps.Kustomize;

/// <summary>A patch on top of a kustomization.</summary>
/// <param name="Patch">A strategic merge patch, or the operations of a JSON patch, as YAML or JSON.</param>
/// <param name="Target">Which objects it is for; a strategic merge patch without a target is for the object it names.</param>
public sealed record KustomizePatch(string Patch, KustomizePatchTarget? Target = null);
