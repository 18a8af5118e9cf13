using GitOps.Engine;

namespace GitOps.Core.Tests.Engine;

public sealed class HistoryTests
{
    [Fact]
    public async Task HistoryLimit_MoreReconciliationsThanThat_KeepsTheNewest()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"), o => o.HistoryLimit = 3);
        for (var i = 1; i <= 5; i++)
        {
            fixture.Source.Commit($"r{i}", ("apps/a.yaml", EngineFixture.ConfigMap("a", $"{i}")));
            await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);
        }

        fixture.Engine.GetUnit("apps").History.Select(r => r.Revision!.Digest).Should().Equal("r5", "r4", "r3");
    }

    [Fact]
    public async Task ReconcileAsync_SameOutcomeAgain_IsCountedInOneRecord()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        var first = fixture.Time.GetUtcNow();
        await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);
        fixture.Time.Advance(TimeSpan.FromMinutes(3));
        await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);

        var record = fixture.Engine.GetUnit("apps").History.Should().ContainSingle().Subject;
        record.Should().BeEquivalentTo(new { Count = 2, FirstAt = first, LastAt = first + TimeSpan.FromMinutes(3), Succeeded = true, Reason = Reasons.ReconciliationSucceeded });
    }

    [Fact]
    public void Replace_MoreRecordsThanTheLimit_KeepsTheNewest()
    {
        var records = Enumerable.Range(0, 5).Select(i => new ReconcileRecord(null, true, $"reason {i}", "", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.Zero, 1)).ToList();
        var history = new History(limit: 2);

        history.Replace(records);

        history.Snapshot().Should().Equal(records.Take(2));
    }

    [Fact]
    public async Task Publish_WhileAnAttemptEnds_SeesWholeHistories()
    {
        var record = new UnitRecord(new UnitStatus("apps", "Manifests", "fleet", "apps"), suspend: false, historyLimit: 10, TimeProvider.System);
        var attempts = Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                record.AddHistory(null, succeeded: true, $"reason {i}", "", TimeSpan.Zero);
            }
        });

        // Suspend and resume come from threads of the host.
        while (!attempts.IsCompleted)
        {
            record.Publish(s => s with { IsSuspended = !s.IsSuspended });
            record.Status.History.Should().HaveCountLessThanOrEqualTo(10);
        }

        await attempts;
    }
}
