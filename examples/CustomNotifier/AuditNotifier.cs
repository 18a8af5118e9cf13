using System.Text.Json;
using GitOps;

namespace CustomNotifier;

/// <summary>
/// Writes each transition as one line of JSON. The engine gives every notifier its own queue, calls it again when it throws,
/// and cancels it when it takes too long, so there is nothing to guard against here.
/// </summary>
internal sealed class AuditNotifier(AuditFile audit) : INotifier
{
    public async ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.Serialize(new
        {
            at = gitOpsEvent.Timestamp,
            unit = gitOpsEvent.Unit,
            reason = gitOpsEvent.Reason,
            message = gitOpsEvent.Message,
            revision = gitOpsEvent.Revision?.ToString(),
            by = gitOpsEvent.CommitAuthor,
            changes = gitOpsEvent.Changes.Select(change => change.ToString()),
        });
        await audit.AppendAsync(line, cancellationToken);
    }
}
