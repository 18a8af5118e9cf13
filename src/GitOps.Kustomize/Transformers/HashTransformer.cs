using GitOps.Kustomize.Generators;
using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Transformers;

/// <summary>Puts a hash of the content behind the names of generated resources.</summary>
internal sealed class HashTransformer : ITransformer
{
    public void Transform(ResourceSet resources)
    {
        foreach (var resource in resources.Items)
        {
            if (resource.NeedsHash && resource.Root is not null)
            {
                var hash = ContentHash.Of(resource);
                resource.StorePreviousId();
                resource.SetName($"{resource.Name}-{hash}");
            }
        }

        resources.Touch();
    }
}
