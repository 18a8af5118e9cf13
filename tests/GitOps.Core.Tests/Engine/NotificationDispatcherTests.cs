using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using GitOps.Notifications;
using GitOps.State;
using GitOps.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Core.Tests.Engine;

public sealed class NotificationDispatcherTests
{
    [Fact]
    public async Task Post_OneNotifierThrowsAndOneHangs_TheThirdGetsEverything()
    {
        var time = new FakeTimeProvider();
        var good = new Collector(100);
        await using var dispatcher = await DispatcherAsync(time, new Throwing(), new Hanging(), good);

        for (var i = 0; i < 100; i++)
        {
            dispatcher.Post(Event($"e{i}"), []);
        }

        await good.Done.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        good.Events.Select(e => e.Message).Should().Equal(Enumerable.Range(0, 100).Select(i => $"e{i}"));
    }

    [Fact]
    public async Task Post_NotifierThrowsOnce_IsTriedAgain()
    {
        var time = new FakeTimeProvider();
        var flaky = new Flaky();
        await using var dispatcher = await DispatcherAsync(time, flaky);

        dispatcher.Post(Event("once"), []);
        await flaky.Failed.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        while (!flaky.Done.Task.IsCompleted)
        {
            // The wait before the next try is armed on another thread.
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(flaky.Done.Task, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System));
        }

        flaky.Calls.Should().Be(2);
    }

    [Fact]
    public async Task CompleteAsync_EventsAreQueued_DeliversThemFirst()
    {
        var good = new Collector(50);
        await using var dispatcher = await DispatcherAsync(TimeProvider.System, good);
        for (var i = 0; i < 50; i++)
        {
            dispatcher.Post(Event($"e{i}"), []);
        }

        await dispatcher.CompleteAsync(TestContext.Current.CancellationToken);

        good.Events.Should().HaveCount(50);
    }

    [Fact]
    public async Task CompleteAsync_NotifierHangs_EndsWithTheHostsPatience()
    {
        await using var dispatcher = await DispatcherAsync(new FakeTimeProvider(), new Hanging());
        dispatcher.Post(Event("stuck"), []);
        using var patience = new CancellationTokenSource();

        var complete = dispatcher.CompleteAsync(patience.Token);
        complete.IsCompleted.Should().BeFalse();
        await patience.CancelAsync();

        await complete.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    private static async Task<NotificationDispatcher> DispatcherAsync(TimeProvider time, params INotifier[] notifiers)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var state = new StateKeeper(new MemoryStateStore(), time, NullLogger<StateKeeper>.Instance);
        await state.LoadAsync(_ => { }, CancellationToken.None);
        return new NotificationDispatcher(notifiers, TimeSpan.FromSeconds(15), state, time, new GitOpsMetrics(meters), NullLogger<NotificationDispatcher>.Instance);
    }

    private static GitOpsEvent Event(string message) => new(Guid.NewGuid(), DateTimeOffset.UnixEpoch, EventSeverity.Info, Reasons.ReconciliationSucceeded, message) { IsTransition = true };

    private sealed class Collector(int count) : INotifier
    {
        public ConcurrentQueue<GitOpsEvent> Events { get; } = new();

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken)
        {
            Events.Enqueue(gitOpsEvent);
            if (Events.Count == count)
            {
                Done.TrySetResult();
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class Throwing : INotifier
    {
        public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken) => throw new InvalidOperationException("no");
    }

    private sealed class Hanging : INotifier
    {
        // It ignores its token on purpose.
        public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken) => new(new TaskCompletionSource().Task);
    }

    private sealed class Flaky : INotifier
    {
        public int Calls { get; private set; }

        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken)
        {
            if (++Calls == 1)
            {
                Failed.TrySetResult();
                throw new InvalidOperationException("not yet");
            }

            Done.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
