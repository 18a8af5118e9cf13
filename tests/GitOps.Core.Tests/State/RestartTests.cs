using System.Text;
using GitOps.Core.Tests.Engine;
using GitOps.Core.Tests.Notifications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace GitOps.Core.Tests.State;

/// <summary>What one engine left in the store, the next one knows.</summary>
public sealed class RestartTests
{
    private readonly FakeSource _source = new();
    private readonly FakeApplier _applier = new();
    private readonly CollectingNotifier _collector = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restart_NothingNew_KeepsStatusAndTellsNothingAgain()
    {
        var store = new MemoryStateStore();
        _source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("late/a.yaml", EngineFixture.ConfigMap("b")));
        UnitStatus before;
        await using (var first = Engine(store))
        {
            first.Start();
            before = await first.WaitForReadyAsync("late", "r1");
            await first.StopAsync();
        }

        _collector.Events.Should().HaveCount(2, "each unit has reached its first revision");
        await using var second = Engine(store, startAt: TimeSpan.FromHours(1));
        second.Start();
        var after = await second.WaitForAsync("late", u => u.History is [{ Count: 2 }]);

        after.LastAppliedRevision.Should().Be(before.LastAppliedRevision);
        after.Condition(ConditionTypes.Ready)!.LastTransitionTime.Should().Be(before.Condition(ConditionTypes.Ready)!.LastTransitionTime);
        after.History[0].FirstAt.Should().Be(before.History[0].FirstAt);
        second.Events.Should().NotContain(e => e.Reason == Reasons.DependencyNotReady || e.Reason == Reasons.Progressing && e.Message.Contains("has not been fetched", StringComparison.Ordinal));
        await second.StopAsync();
        _collector.Events.Should().HaveCount(2, "a restart is no news");
    }

    [Fact]
    public async Task Restart_AfterAFailure_SameFailureIsNotToldAgainAndRecoveryIs()
    {
        var store = new MemoryStateStore();
        _source.Commit("r1", ("apps/a.yaml", "kind: ConfigMap\n"), ("late/a.yaml", EngineFixture.ConfigMap("b")));
        await using (var first = Engine(store))
        {
            first.Start();
            await first.WaitForAsync("apps", u => u.Condition(ConditionTypes.Stalled) is not null);
            await first.StopAsync();
        }

        await using var second = Engine(store);
        second.Start();
        await second.WaitForAsync("apps", u => u.History is [{ Count: 2 }]);
        _source.Commit("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("late/a.yaml", EngineFixture.ConfigMap("b")));
        await second.Engine.PollSourceAsync("fleet", Token);
        await second.WaitForReadyAsync("apps", "r2");
        await second.StopAsync();

        var told = _collector.Events.Where(e => e.Unit == "apps").ToList();
        told.Should().HaveCount(2);
        told[0].Severity.Should().Be(EventSeverity.Error);
        told[1].Message.Should().StartWith("Recovered");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Restart_SuspendedByHand_StaysSuspendedUnlessTheConfigurationChanged(bool suspendOption, bool expected)
    {
        var store = new MemoryStateStore();
        await using (var first = Engine(store))
        {
            await first.Engine.PollSourceAsync("fleet", Token);
            first.Engine.Suspend("apps");
            first.Engine.Suspend("late");
            first.Engine.Resume("late");
            await first.StopAsync();
        }

        await using var second = Engine(store, unit => unit.Suspend = suspendOption);
        await second.Engine.PollSourceAsync("fleet", Token);

        // Suspend=true in the configuration is news against what was remembered; it counts for both units.
        second.Engine.GetUnit("apps").IsSuspended.Should().Be(suspendOption || expected);
        second.Engine.GetUnit("late").IsSuspended.Should().Be(suspendOption);
    }

    [Fact]
    public async Task Restart_DependencyIsRememberedAsReady_DependentStillWaitsUntilItIsSeen()
    {
        var store = new MemoryStateStore();
        _source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("late/a.yaml", EngineFixture.ConfigMap("b")));
        await using (var first = Engine(store))
        {
            first.Start();
            await first.WaitForReadyAsync("late", "r1");
            await first.StopAsync();
        }

        _applier.Log.Clear();
        await using var second = Engine(store);
        second.Start();
        await second.WaitForAsync("late", u => u.History is [{ Count: 2 }]);

        _applier.Log.Should().Equal("apply apps r1", "verify apps", "apply late r1", "verify late");
    }

    [Fact]
    public async Task Restart_NotifierDidNotTakeTheEvent_NextEngineDeliversItOnce()
    {
        var store = new MemoryStateStore();
        _source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("late/a.yaml", EngineFixture.ConfigMap("b")));
        _collector.Hangs = true;
        await using (var first = Engine(store))
        {
            first.Start();
            await first.WaitForReadyAsync("late", "r1");
            await _collector.CalledAsync();

            // Disposed without the host's patience: as good as killed.
        }

        (await store.LoadAsync(Token)).Keys.Count(k => k.StartsWith("outbox/CollectingNotifier/", StringComparison.Ordinal)).Should().Be(2);
        _collector.Hangs = false;
        await using var second = Engine(store);
        await second.Engine.PollSourceAsync("fleet", Token);
        await second.StopAsync();

        _collector.Events.Select(e => e.Unit).Should().BeEquivalentTo("apps", "late");
        _collector.Events[0].Changes.Should().ContainSingle().Which.Action.Should().Be(ChangeAction.Created);
        _collector.Events[0].CommitAuthor.Should().Be("Ada <ada@example.com>");
        (await store.LoadAsync(Token)).Keys.Should().NotContain(k => k.StartsWith("outbox/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restart_OutboxHoldsWhatNobodyCanUse_IsDroppedAndTheRestDelivered()
    {
        var store = new MemoryStateStore();
        var good = new GitOpsEvent(Guid.NewGuid(), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), EventSeverity.Info, Reasons.ReconciliationSucceeded, "good") { IsTransition = true };
        var old = good with { Id = Guid.NewGuid(), Timestamp = good.Timestamp.AddDays(-2), Message = "old" };
        await store.SaveAsync(
            [
                new StateChange("outbox/CollectingNotifier/0-bad", Encoding.UTF8.GetBytes("{ not json")),
                new StateChange("outbox/CollectingNotifier/1-old", GitOps.State.StateJson.Write(old)),
                new StateChange("outbox/Gone/2", GitOps.State.StateJson.Write(good)),
                new StateChange("outbox/CollectingNotifier/3", GitOps.State.StateJson.Write(good)),
                new StateChange("unit/apps", Encoding.UTF8.GetBytes("{ \"Conditions\": 7 }")),
            ],
            Token);

        await using var engine = Engine(store);
        await engine.Engine.PollSourceAsync("fleet", Token);
        await engine.StopAsync();

        _collector.Events.Should().ContainSingle(e => e.Message == "good").And.NotContain(e => e.Message == "old");
        (await store.LoadAsync(Token)).Keys.Should().NotContain(k => k.StartsWith("outbox/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StoreFails_EngineGoesOnAndWritesEverythingWhenItIsBack()
    {
        var store = new FailingStore { Fails = true };
        _source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("late/a.yaml", EngineFixture.ConfigMap("b")));
        await using var engine = Engine(store);
        engine.Start();
        await engine.WaitForReadyAsync("late", "r1");
        await _collector.ToldAsync(_ => true, 2);

        store.Fails = false;
        await engine.PassAsync(TimeSpan.FromSeconds(5), store.Saved.Task);
        await engine.StopAsync();

        (await store.LoadAsync(Token)).Keys.Should().BeEquivalentTo("unit/apps", "unit/late", "source/fleet");
    }

    [Fact]
    public async Task StoreIsInUse_UnitsWaitAndSayWhy_AndGoOnWhenItIsFree()
    {
        var folder = Directory.CreateTempSubdirectory("gitops-state-").FullName;
        try
        {
            _source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("late/a.yaml", EngineFixture.ConfigMap("b")));
            var other = new FileStateStore(folder, NullLogger<FileStateStore>.Instance);
            await other.LoadAsync(Token);
            using var store = new FileStateStore(folder, NullLogger<FileStateStore>.Instance);
            await using var engine = Engine(store);
            engine.Start();

            var held = await engine.WaitForAsync("apps", u => u.Condition(ConditionTypes.Ready)?.Reason == Reasons.StateInUse);
            held.Condition(ConditionTypes.Ready)!.Message.Should().Contain(folder);
            _applier.Applied.Should().BeEmpty("the other host does the work");

            other.Dispose();
            await engine.PassAsync(TimeSpan.FromSeconds(5), engine.WaitForReadyAsync("late", "r1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Restart_SourceIsDownButHasTheLastRevisionAtHand_GoesOnServingIt()
    {
        var store = new MemoryStateStore();
        _source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("late/a.yaml", EngineFixture.ConfigMap("b")));
        await using (var first = Engine(store))
        {
            first.Start();
            await first.WaitForReadyAsync("late", "r1");
            await first.StopAsync();
        }

        _source.Failure = new GitOpsException(Reasons.FetchFailed, "Connection refused.");
        await using var second = Engine(store);
        second.Start();
        await second.WaitForAsync("late", u => u.History is [{ Count: 2 }]);

        var source = second.Engine.GetSources().Single();
        source.Revision!.Digest.Should().Be("r1");
        source.Ready!.Message.Should().Contain("Connection refused").And.Contain("Still serving");
    }

    private EngineFixture Engine(IStateStore store, Action<ManifestsOptions>? configure = null, TimeSpan startAt = default)
    {
        var fixture = new EngineFixture(
            g =>
            {
                g.Services.AddSingleton(store);
                g.Services.AddSingleton<INotifier>(_collector);
                g.AddManifests("apps", At("apps")).AddManifests("late", u => { At("late")(u); u.DependsOn.Add("apps"); });
            },
            source: _source,
            applier: _applier);
        if (startAt > TimeSpan.Zero)
        {
            fixture.Time.Advance(startAt);
        }

        return fixture;

        Action<ManifestsOptions> At(string path) => unit =>
        {
            unit.Source = "fleet";
            unit.Path = path;
            configure?.Invoke(unit);
        };
    }

    private sealed class FailingStore : IStateStore
    {
        public volatile bool Fails;

        /// <summary>Done when something was saved.</summary>
        public TaskCompletionSource Saved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private MemoryStateStore Inner { get; } = new();

        public ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> LoadAsync(CancellationToken cancellationToken) =>
            Fails ? throw new IOException("No space left on device") : Inner.LoadAsync(cancellationToken);

        public async ValueTask SaveAsync(IReadOnlyCollection<StateChange> changes, CancellationToken cancellationToken)
        {
            if (Fails)
            {
                throw new IOException("No space left on device");
            }

            await Inner.SaveAsync(changes, cancellationToken);
            Saved.TrySetResult();
        }
    }
}
