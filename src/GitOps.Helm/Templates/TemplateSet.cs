using System.Collections.Concurrent;

namespace GitOps.Helm.Templates;

/// <summary>
/// Templates that can call each other, as Go's associated templates: parse every file, then execute any of them.
/// Parsing is not thread-safe; executing is.
/// </summary>
internal sealed class TemplateSet
{
    private const int MaxCachedTexts = 4096;
    private readonly TemplateSet? parent;
    private readonly Dictionary<string, ParsedTemplate> templates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (TemplateSet Set, ParsedTemplate Main)> texts;

    /// <summary>Makes an empty set.</summary>
    /// <param name="functions">What templates can call besides Go's built-in functions, which are always there.</param>
    /// <param name="limits">The limits of each execution.</param>
    public TemplateSet(FunctionTable functions, TemplateLimits? limits = null)
    {
        Functions = functions;
        Limits = limits ?? TemplateLimits.Default;
        texts = new ConcurrentDictionary<string, (TemplateSet, ParsedTemplate)>(StringComparer.Ordinal);
    }

    private TemplateSet(TemplateSet parent)
        : this(parent.Functions, parent.Limits) => this.parent = parent;

    /// <summary>The functions.</summary>
    public FunctionTable Functions { get; }

    /// <summary>The limits of each execution.</summary>
    public TemplateLimits Limits { get; }

    /// <summary>Parses a text and adds every template it defines. A definition replaces an earlier one of the same name unless it is blank.</summary>
    /// <param name="name">The name of the text's main template, usually a file's path; errors name it.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="TemplateException">The text is not a template.</exception>
    public void Parse(string name, string text) => AddAll(Parser.Parse(name, text, Functions), keepMain: null);

    /// <summary>Finds a template.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The template, or <see langword="null"/>.</returns>
    public ParsedTemplate? Find(string name)
    {
        for (var level = this; level is not null; level = level.parent)
        {
            if (level.templates.TryGetValue(name, out var template))
                return template;
        }

        return null;
    }

    /// <summary>Runs a template.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="data">The dot.</param>
    /// <param name="options">What belongs to this run.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The text as Go gives it, <c>&lt;no value&gt;</c> included.</returns>
    /// <exception cref="TemplateException">The template failed.</exception>
    public string Execute(string name, object? data, RunOptions options, CancellationToken cancellationToken)
    {
        var template = Find(name)
            ?? throw new TemplateException("template: no template " + GoQuote.Quote(name) + " associated with template \"gotpl\"", name, 0, 0, isParseError: false);
        using var execution = new Execution(this, template, options, cancellationToken);
        return execution.Run(data);
    }

    /// <summary>A set that sees this one and a further text, whose definitions stay its own.</summary>
    /// <param name="text">The text.</param>
    /// <param name="main">The text's main template.</param>
    /// <returns>The set.</returns>
    /// <exception cref="TemplateException">The text is not a template.</exception>
    public TemplateSet WithText(string text, out ParsedTemplate main)
    {
        const string MainName = "gotpl";
        if (!texts.TryGetValue(text, out var known))
        {
            var parsed = Parser.Parse(MainName, text, Functions);
            var inner = new TemplateSet(this);
            inner.AddAll(parsed, MainName);
            known = (inner, parsed[MainName]);
            if (texts.Count < MaxCachedTexts)
                texts.TryAdd(text, known);
        }

        main = known.Main;
        return known.Set;
    }

    private void AddAll(Dictionary<string, ParsedTemplate> parsed, string? keepMain)
    {
        foreach (var (name, template) in parsed)
        {
            if (template.IsBlank && name != keepMain && Find(name) is not null)
                continue;
            templates[name] = template;
        }
    }
}
