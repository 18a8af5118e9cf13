using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Definition;

/// <summary>Picks resources by parts of their id, labels and annotations.</summary>
internal sealed record Selector(Gvk Gvk, string Name, string Namespace, string AnnotationSelector, string LabelSelector)
{
    public static Selector Read(ConfigReader reader) => new(
        FieldSpec.ReadGvk(reader),
        reader.EmbeddedText("name"),
        reader.EmbeddedText("namespace"),
        reader.Text("annotationSelector"),
        reader.Text("labelSelector"));

    public bool HasId => Gvk != Gvk.None || Name.Length > 0 || Namespace.Length > 0;
}
