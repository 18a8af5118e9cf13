using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>The name of a function.</summary>
internal sealed class IdentifierNode(int position, TemplateFunction function) : Expression(position)
{
    /// <summary>The function.</summary>
    public TemplateFunction Function { get; } = function;

    /// <inheritdoc/>
    public override object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final)
    {
        execution.At(this);
        return execution.CallFunction(Function, this, dot, arguments, command, hasFinal, final);
    }

    /// <inheritdoc/>
    public override object? Argument(Execution execution, object? dot, GoType type)
    {
        execution.At(this);
        return execution.Check(execution.CallFunction(Function, this, dot, [], this, hasFinal: false, null), type);
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder) => builder.Append(Function.Name);
}

/// <summary>One stage of a pipeline: a first word and its arguments.</summary>
internal sealed class CommandNode : Node
{
    public CommandNode(int position, List<Expression> words)
        : base(position)
    {
        First = words[0];
        Arguments = words.Count == 1 ? [] : [.. words.Skip(1)];
    }

    /// <summary>The first word.</summary>
    public Expression First { get; }

    /// <summary>The words after it.</summary>
    public Expression[] Arguments { get; }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        WriteWord(builder, First);
        foreach (var argument in Arguments)
        {
            builder.Append(' ');
            WriteWord(builder, argument);
        }
    }

    private static void WriteWord(StringBuilder builder, Expression word)
    {
        if (word is PipeNode)
        {
            builder.Append('(');
            word.Write(builder);
            builder.Append(')');
        }
        else
        {
            word.Write(builder);
        }
    }
}

/// <summary>A pipeline with the variables it declares or sets.</summary>
internal sealed class PipeNode : Expression
{
    public PipeNode(int position, bool isAssign, VariableNode[] variables, CommandNode[] commands)
        : base(position)
    {
        IsAssign = isAssign;
        Variables = variables;
        Commands = commands;
    }

    /// <summary>Whether the variables exist already.</summary>
    public bool IsAssign { get; }

    /// <summary>The variables on the left.</summary>
    public VariableNode[] Variables { get; }

    /// <summary>The stages.</summary>
    public CommandNode[] Commands { get; }

    /// <summary>Whether there are variables on the left.</summary>
    public bool Declares => Variables.Length > 0;

    /// <summary>Runs the stages and sets the variables.</summary>
    /// <param name="execution">The run.</param>
    /// <param name="dot">The current dot.</param>
    /// <returns>The last stage's value; never nil but perhaps none.</returns>
    public object? Evaluate(Execution execution, object? dot)
    {
        execution.At(this);
        var commands = Commands;
        var command = commands[0];
        var value = command.First.Command(execution, dot, command.Arguments, command, hasFinal: false, null) ?? NoValue.Instance;
        for (var i = 1; i < commands.Length; i++)
        {
            command = commands[i];
            value = command.First.Command(execution, dot, command.Arguments, command, hasFinal: true, value) ?? NoValue.Instance;
        }

        foreach (var variable in Variables)
            execution.SetVariable(variable, value);
        return value;
    }

    /// <inheritdoc/>
    public override object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final)
    {
        MustNotHaveArguments(execution, arguments, hasFinal);
        return Evaluate(execution, dot);
    }

    /// <inheritdoc/>
    public override object? Argument(Execution execution, object? dot, GoType type)
    {
        execution.At(this);
        return execution.Check(Evaluate(execution, dot), type);
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        if (Variables.Length > 0)
        {
            for (var i = 0; i < Variables.Length; i++)
            {
                if (i > 0)
                    builder.Append(", ");
                Variables[i].Write(builder);
            }

            builder.Append(IsAssign ? " = " : " := ");
        }

        for (var i = 0; i < Commands.Length; i++)
        {
            if (i > 0)
                builder.Append(" | ");
            Commands[i].Write(builder);
        }
    }
}
