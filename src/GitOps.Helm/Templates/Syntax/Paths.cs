using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>The dot.</summary>
internal sealed class DotNode(int position) : Expression(position)
{
    /// <inheritdoc/>
    public override object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final)
    {
        execution.At(this);
        MustNotHaveArguments(execution, arguments, hasFinal);
        return dot;
    }

    /// <inheritdoc/>
    public override object? Argument(Execution execution, object? dot, GoType type)
    {
        execution.At(this);
        return execution.Check(dot, type);
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder) => builder.Append('.');
}

/// <summary>A chain of fields of the dot, for example <c>.Values.a.b</c>.</summary>
internal sealed class FieldNode(int position, string[] names) : Expression(position)
{
    /// <summary>The names.</summary>
    public string[] Names { get; } = names;

    /// <inheritdoc/>
    public override object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final)
    {
        execution.At(this);
        return execution.FieldChain(dot, dot, this, Names, 0, arguments, hasFinal, final);
    }

    /// <inheritdoc/>
    public override object? Argument(Execution execution, object? dot, GoType type)
    {
        execution.At(this);
        return execution.Check(execution.FieldChain(dot, dot, this, Names, 0, [], hasFinal: false, null), type);
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        foreach (var name in Names)
            builder.Append('.').Append(name);
    }
}

/// <summary>A variable, perhaps with fields.</summary>
internal sealed class VariableNode(int position, string[] names, int slot) : Expression(position)
{
    /// <summary>The variable's name and the fields after it.</summary>
    public string[] Names { get; } = names;

    /// <summary>Its place in the frame; negative when no declaration is in scope.</summary>
    public int Slot { get; } = slot;

    /// <inheritdoc/>
    public override object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final)
    {
        execution.At(this);
        var value = execution.GetVariable(this);
        if (Names.Length == 1)
        {
            MustNotHaveArguments(execution, arguments, hasFinal);
            return value;
        }

        return execution.FieldChain(dot, value, this, Names, 1, arguments, hasFinal, final);
    }

    /// <inheritdoc/>
    public override object? Argument(Execution execution, object? dot, GoType type)
    {
        execution.At(this);
        var value = execution.GetVariable(this);
        if (Names.Length > 1)
            value = execution.FieldChain(dot, value, this, Names, 1, [], hasFinal: false, null);
        return execution.Check(value, type);
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder) => builder.AppendJoin('.', Names);
}

/// <summary>Fields of a term that is neither the dot nor a variable, for example <c>(first .l).name</c>.</summary>
internal sealed class ChainNode(int position, Expression term, string[] names) : Expression(position)
{
    /// <inheritdoc/>
    public override object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final)
    {
        execution.At(this);
        if (term is NilNode)
            throw execution.Fail("indirection through explicit nil in " + this);
        var value = term is PipeNode pipe ? pipe.Evaluate(execution, dot) : term.Argument(execution, dot, GoType.Value);
        return execution.FieldChain(dot, value, this, names, 0, arguments, hasFinal, final);
    }

    /// <inheritdoc/>
    public override object? Argument(Execution execution, object? dot, GoType type)
    {
        execution.At(this);
        return execution.Check(Command(execution, dot, [], this, hasFinal: false, null), type);
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        if (term is PipeNode)
        {
            builder.Append('(');
            term.Write(builder);
            builder.Append(')');
        }
        else
        {
            term.Write(builder);
        }

        foreach (var name in names)
            builder.Append('.').Append(name);
    }
}
