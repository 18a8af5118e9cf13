using System.Text;
using Microsoft.Extensions.Logging;

namespace GitOps;

/// <summary>
/// Writes each transition to the log: failures as errors, all else as information, and the warnings that came with it. Registered by default.
/// The entry has the properties <c>Unit</c>, <c>UnitKind</c>, <c>Source</c>, <c>Reason</c>, <c>Revision</c>, <c>CommitAuthor</c>, <c>CommitMessage</c>,
/// <c>Changes</c> (at most 20) and <c>ChangeCount</c>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed partial class LogNotifier : INotifier
{
    private const int MostWarnings = 10;
    private const int MostChanges = 20;
    private const int LongestCommitMessage = 200;

    private static readonly EventId Transition = new(1304, "Transition");

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
        if (_logger.IsEnabled(level))
        {
            Write(level, gitOpsEvent);
        }

        foreach (var warning in gitOpsEvent.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Warning).Take(MostWarnings))
        {
            Warning(_logger, gitOpsEvent.Unit ?? gitOpsEvent.Source ?? "", warning.Reason, warning.ToString());
        }

        return ValueTask.CompletedTask;
    }

    private void Write(LogLevel level, GitOpsEvent gitOpsEvent)
    {
        var author = OneLine(gitOpsEvent.CommitAuthor);
        var commit = OneLine(gitOpsEvent.CommitMessage);
        var revision = gitOpsEvent.Revision?.ToString();
        var changes = gitOpsEvent.Changes.Take(MostChanges).Select(c => c.ToString()).ToArray();

        var text = new StringBuilder($"{gitOpsEvent.Unit ?? gitOpsEvent.Source}: {gitOpsEvent.Reason}");
        text.Append(revision is null ? "" : $" at {revision}");
        text.Append(gitOpsEvent.Unit is null || gitOpsEvent.Source is null ? "" : $" of {gitOpsEvent.Source}");
        text.Append(": ").Append(gitOpsEvent.Message);
        if (commit is not null || author is not null)
        {
            text.Append(" Commit");
            text.Append(commit is null ? "" : $" \"{commit}\"");
            text.Append(author is null ? "" : $" by {author}");
            text.Append('.');
        }

        if (changes.Length > 0)
        {
            text.Append(" Changed: ").AppendJoin(", ", changes);
            text.Append(gitOpsEvent.Changes.Count > changes.Length ? $" and {gitOpsEvent.Changes.Count - changes.Length} more." : ".");
        }

        KeyValuePair<string, object?>[] properties =
        [
            new("Unit", gitOpsEvent.Unit),
            new("UnitKind", gitOpsEvent.UnitKind),
            new("Source", gitOpsEvent.Source),
            new("Reason", gitOpsEvent.Reason),
            new("Revision", revision),
            new("CommitAuthor", author),
            new("CommitMessage", commit),
            new("Changes", changes),
            new("ChangeCount", gitOpsEvent.Changes.Count),
            new("Message", gitOpsEvent.Message),
        ];

        // Most parts may be absent, which a template of the log cannot leave out.
        _logger.Log(level, Transition, properties, null, (_, _) => text.ToString());
    }

    /// <summary>The first line of what a commit says of itself; whoever may commit must not be able to write lines of their own into the log.</summary>
    private static string? OneLine(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var line = text.AsSpan().Trim();
        line = line.IndexOfAny('\r', '\n') is var end and >= 0 ? line[..end] : line;
        line = line.Length > LongestCommitMessage ? line[..LongestCommitMessage] : line;
        return string.Concat(line.ToString().Select(c => char.IsControl(c) ? ' ' : c)).TrimEnd();
    }

    [LoggerMessage(EventId = 1306, EventName = "UnitWarning", Level = LogLevel.Warning, Message = "{Unit}: {Reason}: {Warning}")]
    private static partial void Warning(ILogger logger, string unit, string reason, string warning);
}
