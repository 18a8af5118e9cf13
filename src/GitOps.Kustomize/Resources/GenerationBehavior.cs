namespace GitOps.Kustomize.Resources;

internal enum GenerationBehavior
{
    Unspecified,
    Create,
    Replace,
    Merge,
}
