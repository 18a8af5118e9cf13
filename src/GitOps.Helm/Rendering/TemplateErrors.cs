using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Rendering;

/// <summary>Turns the engine's errors into what Helm prints: the chain of templates, one place a line.</summary>
internal static class TemplateErrors
{
    private const string Prefix = "template: ";
    private const string WarnStart = "HELM_ERR_START";
    private const string WarnEnd = "HELM_ERR_END";

    public static HelmException ToHelm(TemplateException error, string template)
    {
        var message = error.IsParseError ? Parse(error.Message, template) : Execution(error.Message, template);
        return new HelmException(message, error)
        {
            AfterRelease = true,
            Location = new SourceLocation(error.Template ?? template, error.Line, error.Column),
        };
    }

    private static string Parse(string message, string template)
    {
        var tokens = message.Split(": ");
        return tokens.Length == 1 ? $"parse error in ({template}): {message}" : $"parse error at ({tokens[1]}): {tokens[^1]}";
    }

    private static string Execution(string message, string template)
    {
        var tokens = message.Split(": ", 3);
        if (tokens.Length != 3)
        {
            return $"execution error in ({template}): {message}";
        }

        // required and fail mark their text, so that the user's words come first.
        var start = message.IndexOf(WarnStart, StringComparison.Ordinal);
        var end = message.LastIndexOf(WarnEnd, StringComparison.Ordinal);
        if (start >= 0 && end >= start)
        {
            return $"execution error at ({tokens[1]}): {message[(start + WarnStart.Length)..end]}";
        }

        var text = new StringBuilder();
        var rest = message.AsSpan();
        while (rest.StartsWith(Prefix, StringComparison.Ordinal))
        {
            rest = rest[Prefix.Length..];
            var inner = rest.IndexOf(" template: ", StringComparison.Ordinal);
            var own = inner < 0 ? rest : rest[..inner];
            Append(text, own);
            rest = inner < 0 ? [] : rest[(inner + 1)..];
        }

        return text.Length == 0 ? message : text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, ReadOnlySpan<char> part)
    {
        const string executing = ": executing \"";
        var at = part.IndexOf(executing, StringComparison.Ordinal);
        var close = at < 0 ? -1 : part[at..].IndexOf(">: ", StringComparison.Ordinal);
        if (close < 0)
        {
            text.Append(part).Append('\n');
            return;
        }

        close += at;
        text.Append(part[..at]).Append("\n  ").Append(part[(at + 2)..(close + 2)]).Append("\n    ").Append(part[(close + 3)..]).Append('\n');
    }
}
