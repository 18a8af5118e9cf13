using Microsoft.Extensions.Logging;

namespace GitOps;

/// <summary>Writes each transition to the log: failures as errors, all else as information. Registered by default.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed partial class LogNotifier : INotifier
{
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
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(EventId = 1304, EventName = "Transition", Message = "{Unit}: {Reason} at {Revision}: {Message}")]
    private static partial void Transition(ILogger logger, LogLevel level, string unit, string reason, string revision, string message);
}
