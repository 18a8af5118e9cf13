using Microsoft.Extensions.Logging;

namespace GitOps;

/// <summary>Writes each transition to the log: failures as errors, all else as information, and the warnings that came with it. Registered by default.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed partial class LogNotifier : INotifier
{
    private const int MostWarnings = 10;

    private readonly ILogger<LogNotifier> _logger;

    /// <summary>Makes the notifier.</summary>
    /// <param name="logger">The log.</param>
    public LogNotifier(ILogger<LogNotifier> logger) => _logger = logger;

    /// <inheritdoc/>
    public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gitOpsEvent);
        cancellationToken.ThrowIfCancellationRequested();
        var level = gitOpsEvent.Severity == EventSeverity.Error ? LogLevel.Error : LogLevel.Information;
        Transition(_logger, level, gitOpsEvent.Unit ?? gitOpsEvent.Source ?? "", gitOpsEvent.Reason, gitOpsEvent.Revision?.ToString() ?? "", gitOpsEvent.Message);
        foreach (var warning in gitOpsEvent.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Warning).Take(MostWarnings))
        {
            Warning(_logger, gitOpsEvent.Unit ?? gitOpsEvent.Source ?? "", warning.Reason, warning.ToString());
        }

        return ValueTask.CompletedTask;
    }

    [LoggerMessage(EventId = 1304, EventName = "Transition", Message = "{Unit}: {Reason} at {Revision}: {Message}")]
    private static partial void Transition(ILogger logger, LogLevel level, string unit, string reason, string revision, string message);

    [LoggerMessage(EventId = 1306, EventName = "UnitWarning", Level = LogLevel.Warning, Message = "{Unit}: {Reason}: {Warning}")]
    private static partial void Warning(ILogger logger, string unit, string reason, string warning);
}
