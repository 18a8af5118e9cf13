namespace GitOps.Helm.Templates;

/// <summary>A nil <c>[]interface {}</c>: it behaves as an empty list but is <c>null</c> in JSON and YAML.</summary>
internal sealed class NilList : List<object?>
{
}
