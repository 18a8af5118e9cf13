namespace GitOps.Helm.Templates;

/// <summary>A <c>map[string]interface {}</c> whose Go type has a name, for example <c>common.Values</c>.</summary>
internal class NamedMap : Dictionary<string, object?>, IGoNamed
{
    public NamedMap(string typeName)
        : base(StringComparer.Ordinal) => TypeName = typeName;

    public NamedMap(string typeName, IDictionary<string, object?> items)
        : base(items, StringComparer.Ordinal) => TypeName = typeName;

    /// <inheritdoc/>
    public string TypeName { get; }
}
