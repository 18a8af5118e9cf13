using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Collects functions with their Go signatures.</summary>
internal sealed class FunctionList : List<TemplateFunction>
{
    /// <summary>Adds a function with fixed parameters.</summary>
    /// <param name="name">The name.</param>
    /// <param name="parameters">The parameters' types.</param>
    /// <param name="body">The code.</param>
    public void Add(string name, GoType[] parameters, FunctionBody body) => Add(new TemplateFunction(name, body, parameters));

    /// <summary>Adds a function that takes any number of further arguments.</summary>
    /// <param name="name">The name.</param>
    /// <param name="parameters">The fixed parameters' types.</param>
    /// <param name="variadic">The type of the others.</param>
    /// <param name="body">The code.</param>
    public void Add(string name, GoType[] parameters, GoType variadic, FunctionBody body) => Add(new TemplateFunction(name, body, parameters, variadic));
}
