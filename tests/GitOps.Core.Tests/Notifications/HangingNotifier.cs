namespace GitOps.Core.Tests.Notifications;

/// <summary>Never comes to an end, and ignores its token on purpose.</summary>
internal sealed class HangingNotifier : INotifier
{
    public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken) => new(new TaskCompletionSource().Task);
}
