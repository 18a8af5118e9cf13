namespace GitOps.Core.Tests.Engine;

/// <summary>With a single worker, a unit that fails or waits keeps no other from being reconciled.</summary>
public sealed class FairnessTests
{
    [Fact]
    public async Task RunAsync_WaitForHealth_HoldsNoWorker()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("slow").AddFolder("quick"), o => o.Concurrency = 1);
        fixture.Applier.ManualHealth["slow"] = true;
        fixture.Source.Commit("a1", ("slow/a.yaml", EngineFixture.ConfigMap("slow")), ("quick/a.yaml", EngineFixture.ConfigMap("quick")));

        fixture.Start();
        await fixture.WaitForReadyAsync("quick", "a1");

        fixture.Engine.GetUnit("slow").IsReady.Should().BeFalse();
    }

    [Fact]
    public async Task RunAsync_OneUnitFailsAndOthersWait_HealthyUnitGetsEachRevision()
    {
        await using var fixture = new EngineFixture(
            g => g.AddFolder("failing").AddFolder("broken").AddFolder("unhealthy").AddFolder("dependent", "unhealthy").AddFolder("healthy"),
            o => o.Concurrency = 1);
        fixture.Applier.ManualHealth["unhealthy"] = true;
        fixture.Applier.PlanErrors = request => request.UnitName == "failing" ? [Diagnostic.Error(Reasons.ClusterUnavailable, "connection refused")] : [];
        fixture.Source.Commit("r1", Files("1"));
        fixture.Start();
        await fixture.WaitForReadyAsync("healthy", "r1");
        await fixture.WaitForAsync("failing", u => u.Condition(ConditionTypes.Ready)?.Reason == Reasons.ClusterUnavailable);
        await fixture.WaitForAsync("broken", u => u.Condition(ConditionTypes.Stalled) is not null);
        await fixture.WaitForAsync("dependent", u => u.Condition(ConditionTypes.Ready)?.Reason == Reasons.DependencyNotReady);
        await fixture.Applier.Verifying.Task.WaitAsync(EngineFixture.Patience, TestContext.Current.CancellationToken);

        // The clock stands still: neither a retry nor an interval makes room.
        for (var i = 2; i <= 10; i++)
        {
            await fixture.CommitAsync($"r{i}", Files($"{i}"));
            await fixture.WaitForReadyAsync("healthy", $"r{i}");
        }

        (string, string)[] Files(string value) =>
        [
            ("failing/a.yaml", EngineFixture.ConfigMap("failing", value)),
            ("broken/a.yaml", $"kind: ConfigMap\n# {value}\n"),
            ("unhealthy/a.yaml", EngineFixture.ConfigMap("unhealthy")),
            ("dependent/a.yaml", EngineFixture.ConfigMap("dependent", value)),
            ("healthy/a.yaml", EngineFixture.ConfigMap("healthy", value)),
        ];
    }

    [Fact]
    public async Task RunAsync_MoreUnitsThanWorkers_AllGetTheirTurnAndNoMoreThanThatWorkAtOnce()
    {
        const int units = 30;
        var names = Enumerable.Range(0, units).Select(i => $"u{i}").ToList();
        await using var fixture = new EngineFixture(g => names.ForEach(n => g.AddFolder(n)), o => o.Concurrency = 3);
        var (now, most) = (0, 0);
        fixture.Applier.BeforeApply = async (_, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
        };
        fixture.Source.Commit("r1", [.. names.Select(n => ($"{n}/a.yaml", EngineFixture.ConfigMap(n)))]);

        fixture.Start();
        foreach (var name in names)
        {
            await fixture.WaitForReadyAsync(name, "r1");
        }

        most.Should().BeInRange(1, 3);

        static void InterlockedMax(ref int target, int value)
        {
            for (var seen = Volatile.Read(ref target); seen < value;)
            {
                seen = Interlocked.CompareExchange(ref target, value, seen);
            }
        }
    }
}
