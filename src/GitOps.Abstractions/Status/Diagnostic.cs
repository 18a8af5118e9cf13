namespace GitOps;

/// <summary>One finding about the input: what is wrong, where, and what to do.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Reason">A stable reason, see <see cref="Reasons"/>.</param>
/// <param name="Message">What is wrong and what to do, without the place.</param>
/// <param name="Location">The place in the source, when known.</param>
/// <param name="Resource">The object, when known.</param>
public sealed record Diagnostic(DiagnosticSeverity Severity, string Reason, string Message, SourceLocation? Location = null, ResourceId? Resource = null)
{
    /// <summary>An error.</summary>
    /// <param name="reason">A stable reason.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="location">The place in the source.</param>
    /// <param name="resource">The object.</param>
    /// <returns>The diagnostic.</returns>
    public static Diagnostic Error(string reason, string message, SourceLocation? location = null, ResourceId? resource = null) =>
        new(DiagnosticSeverity.Error, reason, message, location, resource);

    /// <summary>A warning.</summary>
    /// <param name="reason">A stable reason.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="location">The place in the source.</param>
    /// <param name="resource">The object.</param>
    /// <returns>The diagnostic.</returns>
    public static Diagnostic Warning(string reason, string message, SourceLocation? location = null, ResourceId? resource = null) =>
        new(DiagnosticSeverity.Warning, reason, message, location, resource);

    /// <summary>Place, object and message on one line; what the message itself says already is not said twice.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Unless(Location?.ToString())}{Unless(Resource?.ToString())}{Message}";

    private string Unless(string? part) => string.IsNullOrEmpty(part) || Message.Contains(part, StringComparison.Ordinal) ? "" : $"{part}: ";
}
