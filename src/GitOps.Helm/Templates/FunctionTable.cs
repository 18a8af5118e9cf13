using System.Collections.Frozen;

namespace GitOps.Helm.Templates;

/// <summary>The functions that templates of one set can call, by name. Immutable and safe to share.</summary>
internal sealed class FunctionTable
{
    private readonly FrozenDictionary<string, TemplateFunction> functions;

    public FunctionTable(IEnumerable<TemplateFunction> functions)
    {
        var byName = new Dictionary<string, TemplateFunction>(StringComparer.Ordinal);
        foreach (var function in functions)
            byName[function.Name] = function;
        this.functions = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Every name.</summary>
    public IEnumerable<string> Names => functions.Keys;

    /// <summary>Finds a function.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The function, or <see langword="null"/>.</returns>
    public TemplateFunction? Find(string name) => functions.GetValueOrDefault(name);
}
