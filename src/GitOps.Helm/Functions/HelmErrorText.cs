using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>The engine's errors as Helm prints them.</summary>
internal static class HelmErrorText
{
    /// <summary>The message for a text that is no template.</summary>
    /// <param name="name">The template.</param>
    /// <param name="message">The engine's message.</param>
    /// <returns>Helm's message.</returns>
    public static string OfParsing(string name, string message)
    {
        var parts = message.Split(": ");
        return parts.Length == 1 ? "parse error in (" + name + "): " + message : "parse error at (" + parts[1] + "): " + parts[^1];
    }

    /// <summary>The message for a template that failed while it ran: one paragraph for each template in the chain.</summary>
    /// <param name="name">The template.</param>
    /// <param name="error">The engine's error.</param>
    /// <returns>Helm's message.</returns>
    public static string OfExecution(string name, TemplateException error)
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
