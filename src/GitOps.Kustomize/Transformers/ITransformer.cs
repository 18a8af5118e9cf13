using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Transformers;

internal interface ITransformer
{
    void Transform(ResourceSet resources);
}
