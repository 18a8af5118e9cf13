using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Configuration;

/// <summary>The fields that hold names of resources of one kind.</summary>
internal sealed record NameReference(Gvk Target, List<FieldSpec> Referrers)
{
    public static NameReference Read(ConfigReader reader) => new(FieldSpec.ReadGvk(reader), reader.Objects("fieldSpecs", FieldSpec.Read));
}
