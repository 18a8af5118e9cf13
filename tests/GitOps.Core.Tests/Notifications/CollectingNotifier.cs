using System.Collections.Concurrent;
using GitOps.Core.Tests.Engine;

namespace GitOps.Core.Tests.Notifications;

/// <summary>Remembers what it is told.</summary>
internal sealed class CollectingNotifier : INotifier
{
    private readonly ConcurrentQueue<GitOpsEvent> _events = new();
    private readonly SemaphoreSlim _called = new(0);

    public IReadOnlyList<GitOpsEvent> Events => [.. _events];

    /// <summary>Whether a call ends no sooner than it is cancelled.</summary>
    public volatile bool Hangs;

    public async ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken)
    {
        if (Hangs)
        {
            _called.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        _events.Enqueue(gitOpsEvent);
        _called.Release();
    }

    /// <summary>Waits for the next call that was not waited for yet.</summary>
    public async Task CalledAsync() =>
        (await _called.WaitAsync(EngineFixture.Patience, TestContext.Current.CancellationToken)).Should().BeTrue("the notifier must be called");

    /// <summary>Waits until it was told of so many events of a kind.</summary>
    public async Task ToldAsync(Func<GitOpsEvent, bool> condition, int count = 1)
    {
        while (_events.Count(condition) < count)
        {
            await CalledAsync();
        }
    }
}
