namespace GitOps.Helm.Templates;

/// <summary>The code of a template function.</summary>
/// <param name="execution">The running execution: limits, cancellation, host.</param>
/// <param name="arguments">The arguments, already checked against the declared parameters.</param>
/// <returns>The result; <see langword="null"/> stands for Go's nil.</returns>
internal delegate object? FunctionBody(Execution execution, ReadOnlySpan<object?> arguments);

/// <summary>A function or method that templates can call, with its Go signature.</summary>
internal sealed class TemplateFunction
{
    public TemplateFunction(string name, FunctionBody body, GoType[] parameters, GoType? variadic = null)
    {
        Name = name;
        Body = body;
        Parameters = parameters;
        Variadic = variadic;
    }

    /// <summary>The name, as error messages print it.</summary>
    public string Name { get; }

    /// <summary>The code.</summary>
    public FunctionBody Body { get; }

    /// <summary>The fixed parameters.</summary>
    public GoType[] Parameters { get; }

    /// <summary>The type of further arguments, when the function takes any number of them.</summary>
    public GoType? Variadic { get; }

    /// <summary>For <c>and</c> and <c>or</c>: the truth at which no further argument is evaluated.</summary>
    public bool? ShortCircuit { get; init; }

    /// <summary>The type of one argument.</summary>
    /// <param name="index">Its position.</param>
    /// <returns>The parameter's type.</returns>
    public GoType TypeOf(int index) => index < Parameters.Length ? Parameters[index] : Variadic!;
}
