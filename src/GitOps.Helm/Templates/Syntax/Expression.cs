namespace GitOps.Helm.Templates;

/// <summary>A part of a pipeline that has a value.</summary>
internal abstract class Expression(int position) : Node(position)
{
    /// <summary>The value as the first word of a command.</summary>
    /// <param name="execution">The run.</param>
    /// <param name="dot">The current dot.</param>
    /// <param name="arguments">The words after it.</param>
    /// <param name="command">The command, for error messages.</param>
    /// <param name="hasFinal">Whether an earlier stage of the pipeline gives a last argument.</param>
    /// <param name="final">That argument.</param>
    /// <returns>The value; nil inside an interface is <see langword="null"/>, none at all is <see cref="NoValue"/>.</returns>
    public abstract object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final);

    /// <summary>The value as an argument of a known type.</summary>
    /// <param name="execution">The run.</param>
    /// <param name="dot">The current dot.</param>
    /// <param name="type">The parameter's type.</param>
    /// <returns>The value, checked and converted.</returns>
    public abstract object? Argument(Execution execution, object? dot, GoType type);

    /// <summary>Fails if a value that is not a function was given arguments.</summary>
    /// <param name="execution">The run.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="hasFinal">Whether a pipeline gives one more.</param>
    protected void MustNotHaveArguments(Execution execution, Expression[] arguments, bool hasFinal)
    {
        if (arguments.Length > 0 || hasFinal)
            throw execution.Fail("can't give argument to non-function " + this);
    }
}
