using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>A sequence of statements.</summary>
internal sealed class ListNode(int position) : Statement(position)
{
    private Statement[] compiled = [];

    /// <summary>The statements.</summary>
    public List<Statement> Nodes { get; } = [];

    /// <summary>Whether there is nothing but space and comments.</summary>
    public bool IsBlank
    {
        get
        {
            foreach (var node in Nodes)
            {
                if (node is not TextNode text || !text.Text.AsSpan().Trim().IsEmpty)
                    return false;
            }

            return true;
        }
    }

    /// <summary>Fixes the list once parsing is done.</summary>
    public void Seal() => compiled = [.. Nodes];

    /// <inheritdoc/>
    public override Flow Walk(Execution execution, object? dot)
    {
        foreach (var node in compiled)
        {
            var flow = node.Walk(execution, dot);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        foreach (var node in Nodes)
            node.Write(builder);
    }
}

/// <summary>Literal text.</summary>
internal sealed class TextNode(int position, string text) : Statement(position)
{
    /// <summary>The text.</summary>
    public string Text { get; } = text;

    /// <inheritdoc/>
    public override Flow Walk(Execution execution, object? dot)
    {
        execution.Append(Text);
        return Flow.Next;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder) => builder.Append(Text);
}

/// <summary>A pipeline whose value is printed, or a declaration.</summary>
internal sealed class ActionNode(int position, PipeNode pipe) : Statement(position)
{
    /// <inheritdoc/>
    public override Flow Walk(Execution execution, object? dot)
    {
        execution.Step(this);
        var value = pipe.Evaluate(execution, dot);
        if (!pipe.Declares)
            execution.Print(this, value);
        return Flow.Next;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        builder.Append("{{");
        pipe.Write(builder);
        builder.Append("}}");
    }
}

/// <summary><c>if</c> and <c>with</c>.</summary>
internal sealed class BranchNode(int position, bool isWith, PipeNode pipe, ListNode list, ListNode? elseList) : Statement(position)
{
    /// <inheritdoc/>
    public override Flow Walk(Execution execution, object? dot)
    {
        execution.Step(this);
        var value = pipe.Evaluate(execution, dot);
        if (GoValue.IsTrue(value))
            return list.Walk(execution, isWith ? value : dot);
        return elseList is null ? Flow.Next : elseList.Walk(execution, dot);
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        builder.Append(isWith ? "{{with " : "{{if ");
        pipe.Write(builder);
        builder.Append("}}");
        list.Write(builder);
        if (elseList is not null)
        {
            builder.Append("{{else}}");
            elseList.Write(builder);
        }

        builder.Append("{{end}}");
    }
}

/// <summary>A loop.</summary>
internal sealed class RangeNode(int position, PipeNode pipe, ListNode list, ListNode? elseList) : Statement(position)
{
    /// <inheritdoc/>
    public override Flow Walk(Execution execution, object? dot)
    {
        execution.Step(this);
        var value = pipe.Evaluate(execution, dot);
        var outer = execution.Element;
        var ran = false;
        switch (value)
        {
            case null or NoValue:
                break;
            case List<object?> items:
                for (var i = 0; i < items.Count; i++)
                {
                    ran = true;
                    if (Iterate(execution, GoValue.Box(i), items[i]))
                        break;
                }

                break;
            case TypedList items:
                for (var i = 0; i < items.Items.Count; i++)
                {
                    ran = true;
                    if (Iterate(execution, GoValue.Box(i), items.Items[i]))
                        break;
                }

                break;
            case Dictionary<string, object?> map:
                ran = IterateMap(execution, map);
                break;
            case TypedMap map:
                ran = IterateMap(execution, map.Items);
                break;
            case byte[] bytes:
                for (var i = 0; i < bytes.Length; i++)
                {
                    ran = true;
                    if (Iterate(execution, GoValue.Box(i), bytes[i]))
                        break;
                }

                break;
            case GoDuration:
                throw execution.Fail("range can't iterate over " + GoFormatter.ToText(value));
            default:
                if (!GoValue.TryGetInteger(value, out var count, out _))
                    throw execution.Fail("range can't iterate over " + GoFormatter.ToText(value));
                if (pipe.Variables.Length > 1)
                    throw execution.Fail("can't use " + GoFormatter.ToText(value) + " to iterate over more than one variable");
                for (long i = 0; i < count; i++)
                {
                    ran = true;
                    object index = value switch { nint => GoValue.Box((nint)i), long => i, int => (int)i, byte => (byte)i, ulong => (ulong)i, uint => (uint)i, _ => i };
                    if (Iterate(execution, index, index))
                        break;
                }

                break;
        }

        execution.Element = outer;
        return ran || elseList is null ? Flow.Next : elseList.Walk(execution, dot);
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        builder.Append("{{range ");
        pipe.Write(builder);
        builder.Append("}}");
        list.Write(builder);
        if (elseList is not null)
        {
            builder.Append("{{else}}");
            elseList.Write(builder);
        }

        builder.Append("{{end}}");
    }

    private bool IterateMap(Execution execution, Dictionary<string, object?> map)
    {
        var ran = false;
        foreach (var key in GoValue.SortedKeys(map))
        {
            ran = true;

            // Go reads the values before the first round, so a body that removes keys still sees them as nil at worst.
            map.TryGetValue(key, out var element);
            if (Iterate(execution, key, element))
                break;
        }

        return ran;
    }

    // Gives whether the loop is left.
    private bool Iterate(Execution execution, object index, object? element)
    {
        execution.Step(this);
        execution.Element = element;
        var variables = pipe.Variables;
        if (variables.Length == 1)
        {
            execution.SetVariable(variables[0], element);
        }
        else if (variables.Length > 1)
        {
            execution.SetVariable(variables[0], index);
            execution.SetVariable(variables[1], element);
        }

        return list.Walk(execution, element) == Flow.Break;
    }
}

/// <summary>A call of another template.</summary>
internal sealed class TemplateNode(int position, string name, PipeNode? pipe) : Statement(position)
{
    /// <inheritdoc/>
    public override Flow Walk(Execution execution, object? dot)
    {
        execution.Step(this);
        var template = execution.Lookup(name) ?? throw execution.Fail("template " + GoQuote.Quote(name) + " not defined");
        execution.Call(this, template, pipe is null ? NoValue.Instance : pipe.Evaluate(execution, dot));
        return Flow.Next;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder)
    {
        builder.Append("{{template ").Append(GoQuote.Quote(name));
        if (pipe is not null)
        {
            builder.Append(' ');
            pipe.Write(builder);
        }

        builder.Append("}}");
    }
}

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed class JumpNode(int position, Flow flow) : Statement(position)
{
    /// <inheritdoc/>
    public override Flow Walk(Execution execution, object? dot)
    {
        execution.Step(this);
        return flow;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder builder) => builder.Append(flow == Flow.Break ? "{{break}}" : "{{continue}}");
}

/// <summary>The end of a block, or its <c>else</c>; only the parser sees it.</summary>
internal sealed class EndNode(int position, bool isElse) : Statement(position)
{
    /// <summary>Whether it is an <c>else</c>.</summary>
    public bool IsElse { get; } = isElse;

    /// <inheritdoc/>
    public override Flow Walk(Execution execution, object? dot) => Flow.Next;

    /// <inheritdoc/>
    public override void Write(StringBuilder builder) => builder.Append(IsElse ? "{{else}}" : "{{end}}");
}
