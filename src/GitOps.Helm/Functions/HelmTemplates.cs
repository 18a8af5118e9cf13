using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Renders a chart's templates as Helm does around Go's engine: parse order, <c>&lt;no value&gt;</c> removed, error texts.</summary>
internal static class HelmTemplates
{
    private const string NoValueText = "<no value>";

    /// <summary>Parses all templates of a chart tree into one set, in Helm's order: deepest path first, then names backwards, so that parents win.</summary>
    /// <param name="templates">Path (for example <c>chart/templates/x.yaml</c>) and text of each file, partials included.</param>
    /// <param name="limits">The limits of each execution.</param>
    /// <returns>The set, which may be kept and shared.</returns>
    /// <exception cref="TemplateException">A text is not a template; the message is Helm's.</exception>
    public static TemplateSet Parse(IEnumerable<KeyValuePair<string, string>> templates, TemplateLimits? limits = null)
    {
        var set = new TemplateSet(HelmFunctions.Table, limits);
        foreach (var (name, text) in templates.OrderByDescending(static t => t.Key, Comparer<string>.Create(CompareForParsing)))
        {
            try
            {
                set.Parse(name, text);
            }
            catch (TemplateException e)
            {
                throw WithHelmMessage(e, CleanParseError(name, e.Message));
            }
        }

        return set;
    }

    /// <summary>Helm's order of templates (for parsing it is used backwards).</summary>
    /// <param name="left">A path.</param>
    /// <param name="right">Another.</param>
    /// <returns>Negative, zero or positive.</returns>
    public static int CompareForParsing(string left, string right)
    {
        var depth = left.AsSpan().Count('/').CompareTo(right.AsSpan().Count('/'));
        return depth != 0 ? depth : GoText.Compare(left, right);
    }

    /// <summary>Renders one template.</summary>
    /// <param name="set">The parsed templates.</param>
    /// <param name="name">The template's path.</param>
    /// <param name="data">The root object.</param>
    /// <param name="options">What belongs to this run.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The text.</returns>
    /// <exception cref="TemplateException">The template failed; the message is Helm's.</exception>
    public static string Render(TemplateSet set, string name, object? data, RunOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return RemoveNoValue(set.Execute(name, data, options, cancellationToken));
        }
        catch (TemplateException e)
        {
            throw WithHelmMessage(e, FormatExecutionError(name, e));
        }
    }

    /// <summary>Removes what Go prints for a missing value.</summary>
    /// <param name="text">Go's output.</param>
    /// <returns>Helm's output.</returns>
    public static string RemoveNoValue(string text) => text.Replace(NoValueText, string.Empty, StringComparison.Ordinal);

    private static TemplateException WithHelmMessage(TemplateException e, string message) =>
        new(message, e.Template, e.Line, e.Column, e.IsParseError, e);

    private static string CleanParseError(string name, string message)
    {
        var parts = message.Split(": ");
        return parts.Length == 1 ? "parse error in (" + name + "): " + message : "parse error at (" + parts[1] + "): " + parts[^1];
    }

    private static string FormatExecutionError(string name, TemplateException error)
    {
        var message = error.Message;
        var parts = message.Split(": ", 3);
        if (parts.Length != 3)
            return "execution error in (" + name + "): " + message;
        var start = parts[2].IndexOf(FlowFunctions.WarningStart, StringComparison.Ordinal);
        var end = parts[2].LastIndexOf(FlowFunctions.WarningEnd, StringComparison.Ordinal);
        if (start >= 0 && end > start)
            return "execution error at (" + parts[1] + "): " + parts[2][(start + FlowFunctions.WarningStart.Length)..end];

        // One paragraph for each template in the chain; if the innermost cause is not a template's, Go's own line says it all.
        var trace = new List<string>();
        for (Exception? current = error; current is not null; current = current.InnerException)
        {
            if (TraceLine(current.Message) is not { } line)
                return message;
            if (trace.Count == 0 || trace[^1] != line)
                trace.Add(line);
        }

        return string.Concat(trace).Trim();
    }

    private static string? TraceLine(string message)
    {
        const string Prefix = "template: ";
        const string Executing = ": executing ";
        if (!message.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var rest = message[Prefix.Length..];
        if (rest.StartsWith("no template ", StringComparison.Ordinal))
            return message + "\n";
        var builder = new StringBuilder();
        var mark = rest.IndexOf(Executing, StringComparison.Ordinal);
        if (mark >= 0)
        {
            var after = rest[(mark + Executing.Length)..];
            var quote = after.Length > 1 && after[0] == '"' ? after.IndexOf('"', 1) : -1;
            if (quote < 0 || !after.AsSpan(quote + 1).StartsWith(" at <", StringComparison.Ordinal))
                return null;
            var at = after[(quote + 1 + " at <".Length)..];
            var close = at.IndexOf(">: ", StringComparison.Ordinal);
            if (close < 0)
                return null;
            return builder.Append(rest, 0, mark).Append("\n  executing \"").Append(after, 1, quote - 1).Append("\" at <").Append(at, 0, close)
                .Append(">:\n    ").Append(Cut(at[(close + 3)..])).Append('\n').ToString();
        }

        var last = rest.LastIndexOf(": ", StringComparison.Ordinal);
        return last < 0 ? null : builder.Append(rest, 0, last).Append("\n  ").Append(Cut(rest[(last + 2)..])).Append('\n').ToString();

        static string Cut(string text)
        {
            var chained = text.IndexOf(" template:", StringComparison.Ordinal);
            return chained < 0 ? text : text[..chained];
        }
    }
}
