namespace GitOps.Helm.Templates;

/// <summary>A nil <c>map[string]interface {}</c>: it behaves as an empty map that cannot be written to, and is <c>null</c> in JSON and YAML.</summary>
internal sealed class NilMap() : Dictionary<string, object?>(StringComparer.Ordinal);
