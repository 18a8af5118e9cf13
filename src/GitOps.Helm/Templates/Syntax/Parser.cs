using System.Globalization;
using System.Runtime.CompilerServices;

namespace GitOps.Helm.Templates;

/// <summary>Parses template text with Go's grammar, scoping and error messages.</summary>
internal sealed partial class Parser
{
    private const int MaxNesting = 1000;
    private readonly Lexer lexer;
    private readonly FunctionTable functions;
    private readonly Dictionary<string, ParsedTemplate> templates;
    private readonly string file;
    private readonly string text;
    private readonly Token[] tokens = new Token[3];
    private readonly List<(string Name, int Slot)> scope = [("$", 0)];
    private int slots = 1;
    private int peeked;
    private int actionLine;
    private int rangeDepth;
    private int nesting;

    private Parser(Lexer lexer, FunctionTable functions, Dictionary<string, ParsedTemplate> templates, string file, string text)
    {
        this.lexer = lexer;
        this.functions = functions;
        this.templates = templates;
        this.file = file;
        this.text = text;
    }

    /// <summary>Parses one text.</summary>
    /// <param name="name">The name of its main template.</param>
    /// <param name="text">The text.</param>
    /// <param name="functions">The functions it may call.</param>
    /// <returns>Every template it defines, the main one under <paramref name="name"/>.</returns>
    /// <exception cref="TemplateException">The text is not a template.</exception>
    public static Dictionary<string, ParsedTemplate> Parse(string name, string text, FunctionTable functions)
    {
        var found = new Dictionary<string, ParsedTemplate>(StringComparer.Ordinal);
        var parser = new Parser(new Lexer(text), functions, found, name, text);
        parser.Add(name, parser.ParseRoot());
        return found;
    }

    private ListNode ParseRoot()
    {
        var root = new ListNode(Peek().Position);
        while (Peek().Kind != TokenKind.Eof)
        {
            if (Peek().Kind == TokenKind.LeftDelim)
            {
                var delim = Next();
                if (NextNonSpace().Kind == TokenKind.Define)
                {
                    new Parser(lexer, functions, templates, file, text).ParseDefinition();
                    continue;
                }

                Backup2(delim);
            }

            var node = TextOrAction();
            if (node is EndNode)
                throw Fail("unexpected " + node);
            root.Nodes.Add(node);
        }

        root.Seal();
        return root;
    }

    private void ParseDefinition()
    {
        const string Context = "define clause";
        var token = NextNonSpace();
        if (token.Kind is not TokenKind.String and not TokenKind.RawString)
            throw Unexpected(token, Context);
        if (!GoQuote.TryUnquote(token.Text, out var name))
            throw Fail("invalid syntax");
        Expect(TokenKind.RightDelim, Context);
        var (list, end) = ItemList();
        if (end.IsElse)
            throw Fail("unexpected " + end + " in " + Context);
        Add(name, list);
    }

    private void Add(string name, ListNode root)
    {
        var template = new ParsedTemplate(name, file, text, root, slots);
        if (!templates.TryGetValue(name, out var known) || known.IsBlank)
            templates[name] = template;
        else if (!template.IsBlank)
            throw Fail("template: multiple definition of template " + GoQuote.Quote(name));
    }

    private Token Next()
    {
        if (peeked > 0)
            peeked--;
        else
            tokens[0] = lexer.Next();
        return tokens[peeked];
    }

    private void Backup() => peeked++;

    private void Backup2(Token first)
    {
        tokens[1] = first;
        peeked = 2;
    }

    private void Backup3(Token first, Token second)
    {
        tokens[1] = second;
        tokens[2] = first;
        peeked = 3;
    }

    private Token Peek()
    {
        if (peeked > 0)
            return tokens[peeked - 1];
        peeked = 1;
        tokens[0] = lexer.Next();
        return tokens[0];
    }

    private Token NextNonSpace()
    {
        Token token;
        do
            token = Next();
        while (token.Kind == TokenKind.Space);
        return token;
    }

    private Token PeekNonSpace()
    {
        var token = NextNonSpace();
        Backup();
        return token;
    }

    private TemplateException Fail(string message)
    {
        var line = tokens[0].Line;
        return new TemplateException(
            string.Create(CultureInfo.InvariantCulture, $"template: {file}:{line}: {message}"), file, line, 0, isParseError: true);
    }

    private TemplateException Unexpected(Token token, string context)
    {
        if (token.Kind != TokenKind.Error)
            return Fail("unexpected " + token.Describe() + " in " + context);
        var extra = string.Empty;
        if (actionLine != 0 && actionLine != token.Line)
        {
            extra = string.Create(CultureInfo.InvariantCulture, $" in action started at {file}:{actionLine}");
            if (token.Text.EndsWith(" action", StringComparison.Ordinal))
                extra = extra[" in action".Length..];
        }

        return Fail(token.Text + extra);
    }

    private Token Expect(TokenKind kind, string context)
    {
        var token = NextNonSpace();
        return token.Kind == kind ? token : throw Unexpected(token, context);
    }

    private (ListNode List, EndNode End) ItemList()
    {
        var list = new ListNode(PeekNonSpace().Position);
        while (PeekNonSpace().Kind != TokenKind.Eof)
        {
            var node = TextOrAction();
            if (node is EndNode end)
            {
                list.Seal();
                return (list, end);
            }

            list.Nodes.Add(node);
        }

        throw Fail("unexpected EOF");
    }

    private Statement TextOrAction()
    {
        var token = NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.Text:
                return new TextNode(token.Position, token.Text);
            case TokenKind.LeftDelim:
                actionLine = token.Line;
                var action = Action();
                actionLine = 0;
                return action;
            default:
                throw Unexpected(token, "input");
        }
    }

    private Statement Action()
    {
        var token = NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.Block:
                return Block();
            case TokenKind.Break:
                return Jump(token, Flow.Break, "break");
            case TokenKind.Continue:
                return Jump(token, Flow.Continue, "continue");
            case TokenKind.Else:
                var next = PeekNonSpace();
                if (next.Kind is TokenKind.If or TokenKind.With)
                    return new EndNode(next.Position, isElse: true);
                return new EndNode(Expect(TokenKind.RightDelim, "else").Position, isElse: true);
            case TokenKind.End:
                return new EndNode(Expect(TokenKind.RightDelim, "end").Position, isElse: false);
            case TokenKind.If:
                return Control("if");
            case TokenKind.Range:
                return Control("range");
            case TokenKind.With:
                return Control("with");
            case TokenKind.Template:
                return Template();
        }

        Backup();
        var start = Peek();
        return new ActionNode(start.Position, Pipeline("command", TokenKind.RightDelim));
    }

    private JumpNode Jump(Token token, Flow flow, string word)
    {
        var next = NextNonSpace();
        if (next.Kind != TokenKind.RightDelim)
            throw Unexpected(next, "{{" + word + "}}");
        if (rangeDepth == 0)
            throw Fail("{{" + word + "}} outside {{range}}");
        return new JumpNode(token.Position, flow);
    }

    private Statement Control(string context)
    {
        Descend();
        var mark = scope.Count;
        var pipe = Pipeline(context, TokenKind.RightDelim);
        var body = scope.Count;
        if (context == "range")
            rangeDepth++;
        var (list, end) = ItemList();
        if (context == "range")
            rangeDepth--;
        ListNode? elseList = null;
        if (end.IsElse)
        {
            // Go still accepts the names the first branch declared, but when the other branch runs nothing has declared them.
            for (var i = body; i < scope.Count; i++)
                scope[i] = (scope[i].Name, -1);
            var follow = Peek().Kind;
            if ((context == "if" && follow == TokenKind.If) || (context == "with" && follow == TokenKind.With))
            {
                // "{{else if}}" is an if inside the else, closed by the same {{end}}.
                Next();
                elseList = new ListNode(end.Position);
                elseList.Nodes.Add(Control(context));
                elseList.Seal();
            }
            else
            {
                (elseList, var last) = ItemList();
                if (last.IsElse)
                    throw Fail("expected end; found " + last);
            }
        }

        scope.RemoveRange(mark, scope.Count - mark);
        nesting--;
        return context == "range"
            ? new RangeNode(pipe.Position, pipe, list, elseList)
            : new BranchNode(pipe.Position, context == "with", pipe, list, elseList);
    }

    private TemplateNode Block()
    {
        const string Context = "block clause";
        var token = NextNonSpace();
        var name = TemplateName(token, Context);
        var pipe = Pipeline(Context, TokenKind.RightDelim);
        Descend();
        var inner = new Parser(lexer, functions, templates, file, text) { nesting = nesting };
        var (list, end) = inner.ItemList();
        nesting--;
        if (end.IsElse)
            throw Fail("unexpected " + end + " in " + Context);
        inner.Add(name, list);
        return new TemplateNode(token.Position, name, pipe);
    }

    private TemplateNode Template()
    {
        const string Context = "template clause";
        var token = NextNonSpace();
        var name = TemplateName(token, Context);
        PipeNode? pipe = null;
        if (NextNonSpace().Kind != TokenKind.RightDelim)
        {
            Backup();
            pipe = Pipeline(Context, TokenKind.RightDelim);
        }

        return new TemplateNode(token.Position, name, pipe);
    }

    private string TemplateName(Token token, string context)
    {
        if (token.Kind is not TokenKind.String and not TokenKind.RawString)
            throw Unexpected(token, context);
        return GoQuote.TryUnquote(token.Text, out var name) ? name : throw Fail("invalid syntax");
    }

    private void Descend()
    {
        if (++nesting > MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"actions are nested more than {MaxNesting} levels deep"));
    }
}
