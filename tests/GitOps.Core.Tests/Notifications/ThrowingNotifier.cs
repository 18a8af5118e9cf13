namespace GitOps.Core.Tests.Notifications;

internal sealed class ThrowingNotifier : INotifier
{
    public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken) => throw new InvalidOperationException("no");
}
