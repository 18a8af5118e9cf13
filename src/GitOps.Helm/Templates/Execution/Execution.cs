using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace GitOps.Helm.Templates;

/// <summary>One run of a template: its output, variables, limits and host. Not thread-safe; functions get it to reach their context.</summary>
internal sealed partial class Execution : IDisposable
{
    private static readonly object Unset = new();
    private readonly TimeProvider time;
    private readonly long deadline;
    private readonly Dictionary<string, int> includes = new(StringComparer.Ordinal);
    private char[] output;
    private int length;
    private object?[] frames = ArrayPool<object?>.Shared.Rent(256);
    private int frame;
    private int top;
    private object?[] arguments = ArrayPool<object?>.Shared.Rent(64);
    private int argumentTop;
    private TemplateSet set;
    private ParsedTemplate current;
    private Node? node;
    private int depth;
    private long steps;

    public Execution(TemplateSet set, ParsedTemplate template, RunOptions options, CancellationToken cancellationToken)
    {
        this.set = set;
        current = template;
        Options = options;
        CancellationToken = cancellationToken;
        Limits = set.Limits;
        time = options.Time ?? TimeProvider.System;
        deadline = Limits.TimeLimit is { } limit ? time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency) : long.MaxValue;
        output = ArrayPool<char>.Shared.Rent(4096);
    }

    /// <summary>What belongs to this run.</summary>
    public RunOptions Options { get; }

    /// <summary>Cancels the run.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The limits.</summary>
    public TemplateLimits Limits { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>The templates that can be called from where the run is now; inside <c>tpl</c> it has the text's own definitions too.</summary>
    public TemplateSet Set => set;

    /// <summary>Gives the rented memory back.</summary>
    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(output);
        ArrayPool<object?>.Shared.Return(frames, clearArray: true);
        ArrayPool<object?>.Shared.Return(arguments, clearArray: true);
        output = [];
        frames = [];
        arguments = [];
    }

    /// <summary>What the innermost running <c>range</c> has come to, when it is one over values of any type; for errors.</summary>
    public object? Element { get; set; }

    /// <summary>The first argument of the function that is being called, as the template has it; for errors.</summary>
    public Node? FirstArgument { get; private set; }

    /// <summary>Runs the template and gives its text.</summary>
    /// <param name="data">The dot.</param>
    /// <returns>The text.</returns>
    public string Run(object? data)
    {
        CancellationToken.ThrowIfCancellationRequested();
        return Capture(current, set, data);
    }

    /// <summary>Runs a template by name and gives its text, as <c>include</c> does.</summary>
    /// <param name="name">The name.</param>
    /// <param name="data">The dot.</param>
    /// <returns>The text.</returns>
    /// <exception cref="FunctionException">No such template, or it includes itself too deeply.</exception>
    public string Include(string name, object? data)
    {
        const int MaxSameName = 1000;
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(includes, name, out var known);
        if (known && count > MaxSameName)
            throw new FunctionException("rendering template has a nested reference name: " + name + ": unable to execute template");
        count++;
        var template = set.Find(name)
            ?? throw new TemplateException("template: no template " + GoQuote.Quote(name) + " associated with template \"gotpl\"", null, 0, 0, isParseError: false);
        var text = Capture(template, set, data);
        includes[name]--;
        return text;
    }

    /// <summary>Runs text as a template that sees every template of the current set, as <c>tpl</c> does.</summary>
    /// <param name="text">The text.</param>
    /// <param name="data">The dot.</param>
    /// <returns>The text.</returns>
    public string RunText(string text, object? data)
    {
        var inner = set.WithText(text, out var template);
        return Capture(template, inner, data);
    }

    /// <summary>Remembers where the run is, for errors.</summary>
    /// <param name="at">The node.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void At(Node at) => node = at;

    /// <summary>Counts a step, and now and then looks whether the run must end.</summary>
    /// <param name="at">The node.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(Node at)
    {
        node = at;
        if ((++steps & 0x3FF) == 0)
            CheckBudget();
    }

    /// <summary>Makes an error at the current node, with Go's wording.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="inner">The cause.</param>
    /// <returns>The exception to throw.</returns>
    public TemplateException Fail(string message, Exception? inner = null)
    {
        if (node is null)
            return new TemplateException("template: " + current.Name + ": " + message, current.File, 0, 0, isParseError: false, inner);
        var before = current.Text.AsSpan(0, Math.Min(node.Position, current.Text.Length));
        var lineStart = before.LastIndexOf('\n') + 1;
        var line = before.Count('\n') + 1;
        var column = GoText.ByteCount(before[lineStart..]);
        return new TemplateException(
            string.Create(CultureInfo.InvariantCulture, $"template: {current.File}:{line}:{column}: executing {GoQuote.Quote(current.Name)} at <{node}>: {message}"),
            current.File,
            line,
            column,
            isParseError: false,
            inner);
    }

    /// <summary>Finds a template that can be called from here.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The template, or <see langword="null"/>.</returns>
    public ParsedTemplate? Lookup(string name) => set.Find(name);

    /// <summary>Runs another template in place, as the <c>template</c> action does.</summary>
    /// <param name="at">The action.</param>
    /// <param name="template">The template.</param>
    /// <param name="dot">Its dot.</param>
    public void Call(Node at, ParsedTemplate template, object? dot)
    {
        var caller = current;
        Enter(template, dot, out var saved);
        template.Root.Walk(this, dot);
        Leave(caller, saved);
        node = at;
    }

    /// <summary>Writes text.</summary>
    /// <param name="text">The text.</param>
    public void Append(ReadOnlySpan<char> text)
    {
        if (output.Length - length < text.Length)
            Grow(text.Length);
        text.CopyTo(output.AsSpan(length));
        length += text.Length;
    }

    /// <summary>Writes a pipeline's value.</summary>
    /// <param name="at">The action.</param>
    /// <param name="value">The value.</param>
    public void Print(Node at, object? value)
    {
        switch (value)
        {
            case string text:
                Append(text);
                break;
            case null or NoValue:
                Append("<no value>");
                break;
            case nint number:
                AppendNumber(number);
                break;
            case long number:
                AppendNumber(number);
                break;
            case bool truth:
                Append(truth ? "true" : "false");
                break;
            case TemplateFunction:
                node = at;
                throw Fail("can't print " + at + " of type func");
            case IGoStringer { OnlyWhenAddressable: true } stringer:
                Append(stringer.GoString());
                break;
            default:
                Append(Guarded(value is GoStruct { IsPointer: true } and not IGoStringer ? Dereferenced(value) : GoFormatter.ToText(value)));
                break;
        }
    }

    /// <summary>Throws if a text or list of this size may not be made.</summary>
    /// <param name="size">The size.</param>
    /// <exception cref="FunctionException">It is over the limit.</exception>
    public void CheckSize(long size)
    {
        if (size > Limits.MaxOutputChars)
            throw new FunctionException(string.Create(CultureInfo.InvariantCulture, $"result of {size} elements is over the limit of {Limits.MaxOutputChars}"));
    }

    /// <summary>The value of a variable.</summary>
    /// <param name="variable">The variable.</param>
    /// <returns>Its value.</returns>
    public object? GetVariable(VariableNode variable)
    {
        var value = variable.Slot < 0 ? Unset : frames[frame + variable.Slot];
        return ReferenceEquals(value, Unset) ? throw Fail("undefined variable: " + variable.Names[0]) : value;
    }

    /// <summary>Sets a variable.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="value">Its value.</param>
    public void SetVariable(VariableNode variable, object? value)
    {
        if (variable.Slot < 0)
            throw Fail("undefined variable: " + variable.Names[0]);
        frames[frame + variable.Slot] = value;
    }

    private static string Dereferenced(object value) => GoFormatter.ToText(value)[1..];

    private string Guarded(string text)
    {
        CheckSize(text.Length);
        return text;
    }

    private void AppendNumber(long number)
    {
        if (output.Length - length < 20)
            Grow(20);
        number.TryFormat(output.AsSpan(length), out var written, default, CultureInfo.InvariantCulture);
        length += written;
    }

    private void Grow(int more)
    {
        if ((long)length + more > Limits.MaxOutputChars)
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"output is over the limit of {Limits.MaxOutputChars} characters"));
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(length + more, output.Length * 2));
        output.AsSpan(0, length).CopyTo(larger);
        ArrayPool<char>.Shared.Return(output);
        output = larger;
    }

    private string Capture(ParsedTemplate template, TemplateSet within, object? data)
    {
        data ??= NoValue.Instance;
        var caller = current;
        var callerNode = node;
        var callerSet = set;
        var start = length;
        set = within;
        Enter(template, data, out var saved);
        template.Root.Walk(this, data);
        Leave(caller, saved);
        set = callerSet;
        node = callerNode;
        var text = length == start ? string.Empty : new string(output, start, length - start);
        length = start;
        return text;
    }

    private void Enter(ParsedTemplate template, object? dot, out (int Frame, int Top) saved)
    {
        if (++depth > Limits.MaxDepth)
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"exceeded maximum template depth ({Limits.MaxDepth})"));
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"exceeded maximum template depth (the stack ended after {depth} templates)"));
        saved = (frame, top);
        frame = top;
        top += template.Slots;
        if (top > frames.Length)
        {
            var larger = ArrayPool<object?>.Shared.Rent(top * 2);
            frames.AsSpan(0, frame).CopyTo(larger);
            ArrayPool<object?>.Shared.Return(frames, clearArray: true);
            frames = larger;
        }

        frames[frame] = dot;
        frames.AsSpan(frame + 1, template.Slots - 1).Fill(Unset);
        current = template;
        node = null;
    }

    private void Leave(ParsedTemplate caller, (int Frame, int Top) saved)
    {
        depth--;
        (frame, top) = saved;
        current = caller;
    }

    private void CheckBudget()
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (steps > Limits.MaxSteps)
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"execution is over the limit of {Limits.MaxSteps} steps"));
        if (time.GetTimestamp() > deadline)
            throw Fail("execution is over the time limit of " + Limits.TimeLimit!.Value.ToString(null, CultureInfo.InvariantCulture));
    }
}
