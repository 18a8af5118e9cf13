using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>
/// Helm's <c>common.Values</c>: the type of the root object, of <c>.Values</c> and of <c>.Template</c>.
/// Maps nested inside it are plain <see cref="Dictionary{TKey, TValue}"/>.
/// </summary>
internal sealed class HelmValues : NamedMap
{
    private const string TypeNameOfValues = "common.Values";

    public HelmValues()
        : base(TypeNameOfValues)
    {
    }

    public HelmValues(IDictionary<string, object?> items)
        : base(TypeNameOfValues, items)
    {
    }
}
