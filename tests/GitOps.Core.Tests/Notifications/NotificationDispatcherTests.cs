using System.Diagnostics.Metrics;
using GitOps.Core.Tests.Engine;
using GitOps.Notifications;
using GitOps.State;
using GitOps.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Core.Tests.Notifications;

public sealed class NotificationDispatcherTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Post_OneNotifierThrowsAndOneHangs_TheThirdGetsEverything()
    {
        var time = new FakeTimeProvider();
        var good = new CollectingNotifier();
        await using var dispatcher = await DispatcherAsync(time, new ThrowingNotifier(), new HangingNotifier(), good);

        for (var i = 0; i < 100; i++)
        {
            dispatcher.Post(Event($"e{i}"), []);
        }

        await good.ToldAsync(_ => true, 100);
        good.Events.Select(e => e.Message).Should().Equal(Enumerable.Range(0, 100).Select(i => $"e{i}"));
    }

    [Fact]
    public async Task Post_NotifierThrowsOnce_IsTriedAgain()
    {
        var time = new ObservedTimeProvider(DateTimeOffset.UnixEpoch);
        var flaky = new Flaky();
        await using var dispatcher = await DispatcherAsync(time, flaky);

        dispatcher.Post(Event("once"), []);
        var wait = await time.WaitBegunAsync(w => w < Limit);
        time.Advance(wait);
        await flaky.Done.Task.WaitAsync(EngineFixture.Patience, TestContext.Current.CancellationToken);

        flaky.Calls.Should().Be(2);
    }

    [Fact]
    public async Task CompleteAsync_EventsAreQueued_DeliversThemFirst()
    {
        var good = new CollectingNotifier();
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
        await using var dispatcher = await DispatcherAsync(new FakeTimeProvider(), new HangingNotifier());
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
        return new NotificationDispatcher(notifiers, Limit, state, time, new GitOpsMetrics(meters), NullLogger<NotificationDispatcher>.Instance);
    }

    private static GitOpsEvent Event(string message) => new(Guid.NewGuid(), DateTimeOffset.UnixEpoch, EventSeverity.Info, Reasons.ReconciliationSucceeded, message) { IsTransition = true };

    private sealed class Flaky : INotifier
    {
        public int Calls { get; private set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken)
        {
            if (++Calls == 1)
            {
                throw new InvalidOperationException("not yet");
            }

            Done.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
