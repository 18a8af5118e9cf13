using System.Globalization;

namespace GitOps.Helm.Templates;

/// <content>Pipelines, commands and what they are made of.</content>
internal sealed partial class Parser
{
    private PipeNode Pipeline(string context, TokenKind end)
    {
        Descend();
        var start = PeekNonSpace();
        var variables = new List<VariableNode>();
        var pending = new List<string>();
        var isAssign = false;
        while (PeekNonSpace() is { Kind: TokenKind.Variable } variable)
        {
            Next();
            var after = Peek();
            var next = PeekNonSpace();
            if (next.Kind is TokenKind.Assign or TokenKind.Declare)
            {
                isAssign = next.Kind == TokenKind.Assign;
                NextNonSpace();
                variables.Add(new VariableNode(variable.Position, variable.Text.Split('.'), -1));
                pending.Add(variable.Text);
            }
            else if (next is { Kind: TokenKind.Char, Text: "," })
            {
                NextNonSpace();
                variables.Add(new VariableNode(variable.Position, variable.Text.Split('.'), -1));
                pending.Add(variable.Text);
                if (context == "range" && variables.Count < 2)
                {
                    if (PeekNonSpace().Kind is TokenKind.Variable or TokenKind.RightDelim or TokenKind.RightParen)
                        continue;
                    throw Fail("range can only initialize variables");
                }

                throw Fail("too many declarations in " + context);
            }
            else if (after.Kind == TokenKind.Space)
            {
                Backup3(variable, after);
            }
            else
            {
                Backup2(variable);
            }

            break;
        }

        // Go looks a variable up when the action runs, so a declaration is in scope only after its own pipeline.
        var visible = scope.Count;
        foreach (var name in pending)
            scope.Add((name, -1));
        var commands = new List<CommandNode>();
        while (true)
        {
            var token = NextNonSpace();
            if (token.Kind == end)
                break;
            switch (token.Kind)
            {
                case TokenKind.Bool or TokenKind.CharConstant or TokenKind.Complex or TokenKind.Dot or TokenKind.Field or TokenKind.Identifier
                    or TokenKind.Number or TokenKind.Nil or TokenKind.RawString or TokenKind.String or TokenKind.Variable or TokenKind.LeftParen:
                    Backup();
                    commands.Add(Command());
                    break;
                default:
                    throw Unexpected(token, context);
            }
        }

        CheckPipeline(commands, context);
        for (var i = 0; i < variables.Count; i++)
        {
            var slot = isAssign ? Resolve(pending[i], visible) : slots++;
            scope[visible + i] = (pending[i], slot);
            variables[i] = new VariableNode(variables[i].Position, variables[i].Names, slot);
        }

        nesting--;
        return new PipeNode(start.Position, isAssign, [.. variables], [.. commands]);
    }

    private void CheckPipeline(List<CommandNode> commands, string context)
    {
        if (commands.Count == 0)
            throw Fail("missing value for " + context);
        for (var i = 1; i < commands.Count; i++)
        {
            if (commands[i].First is Literal or DotNode)
                throw Fail(string.Create(CultureInfo.InvariantCulture, $"non executable command in pipeline stage {i + 1}"));
        }
    }

    private CommandNode Command()
    {
        var start = PeekNonSpace();
        var words = new List<Expression>();
        while (true)
        {
            PeekNonSpace();
            if (Operand() is { } operand)
                words.Add(operand);
            var token = Next();
            if (token.Kind == TokenKind.Space)
                continue;
            if (token.Kind is TokenKind.RightDelim or TokenKind.RightParen)
                Backup();
            else if (token.Kind != TokenKind.Pipe)
                throw Unexpected(token, "operand");
            break;
        }

        return words.Count == 0 ? throw Fail("empty command") : new CommandNode(start.Position, words);
    }

    private Expression? Operand()
    {
        var term = Term();
        if (term is null || Peek().Kind != TokenKind.Field)
            return term;
        var position = Peek().Position;
        var names = new List<string>();
        while (Peek().Kind == TokenKind.Field)
            names.Add(Next().Text[1..]);
        return term switch
        {
            FieldNode field => new FieldNode(position, [.. field.Names, .. names]),
            VariableNode variable => new VariableNode(position, [.. variable.Names, .. names], variable.Slot),
            Literal or DotNode => throw Fail("unexpected . after term " + GoQuote.Quote(term.ToString())),
            _ => new ChainNode(position, term, [.. names]),
        };
    }

    private Expression? Term()
    {
        var token = NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.Identifier:
                var function = BuiltinFunctions.Table.Find(token.Text);
                function = functions.Find(token.Text) ?? function;
                return function is null ? throw Fail("function " + GoQuote.Quote(token.Text) + " not defined") : new IdentifierNode(token.Position, function);
            case TokenKind.Dot:
                return new DotNode(token.Position);
            case TokenKind.Nil:
                return new NilNode(token.Position);
            case TokenKind.Variable:
                foreach (var (name, _) in scope)
                {
                    if (string.Equals(name, token.Text, StringComparison.Ordinal))
                        return new VariableNode(token.Position, [token.Text], Resolve(token.Text, scope.Count));
                }

                throw Fail("undefined variable " + GoQuote.Quote(token.Text));
            case TokenKind.Field:
                return new FieldNode(token.Position, [token.Text[1..]]);
            case TokenKind.Bool:
                return new BoolNode(token.Position, token.Text == "true");
            case TokenKind.CharConstant or TokenKind.Complex or TokenKind.Number:
                return NumberParser.TryParse(token.Text, token.Kind, out var number, out var error)
                    ? new NumberNode(token.Position, token.Text, number)
                    : throw Fail(error);
            case TokenKind.LeftParen:
                return Pipeline("parenthesized pipeline", TokenKind.RightParen);
            case TokenKind.String or TokenKind.RawString:
                return GoQuote.TryUnquote(token.Text, out var value)
                    ? new StringNode(token.Position, token.Text, value)
                    : throw Fail("invalid syntax");
        }

        Backup();
        return null;
    }

    private int Resolve(string name, int visible)
    {
        for (var i = visible - 1; i >= 0; i--)
        {
            if (scope[i].Slot >= 0 && string.Equals(scope[i].Name, name, StringComparison.Ordinal))
                return scope[i].Slot;
        }

        return -1;
    }
}
