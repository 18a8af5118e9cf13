namespace GitOps;

/// <summary>How bad a diagnostic is.</summary>
public enum DiagnosticSeverity
{
    /// <summary>Worth knowing; the work goes on.</summary>
    Warning,

    /// <summary>The work cannot go on.</summary>
    Error,
}
