namespace GitOps.Helm.Templates;

/// <summary>A template that could not be parsed or executed: what, and where (template, line, column).</summary>
internal sealed class TemplateException : Exception
{
    public TemplateException(string message, string? template, int line, int column, bool isParseError, Exception? inner = null)
        : base(message, inner)
    {
        Template = template;
        Line = line;
        Column = column;
        IsParseError = isParseError;
    }

    /// <summary>The template file in which the failing action stands.</summary>
    public string? Template { get; }

    /// <summary>The line, from 1; 0 when unknown.</summary>
    public int Line { get; }

    /// <summary>The column as Go counts it (bytes from the line's start); 0 when unknown, as for parse errors.</summary>
    public int Column { get; }

    /// <summary>Whether the text could not be parsed, as opposed to failing while it ran.</summary>
    public bool IsParseError { get; }
}
