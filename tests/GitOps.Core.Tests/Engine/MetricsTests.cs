using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace GitOps.Core.Tests.Engine;

public sealed class MetricsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Durations_OfStagesAndReconciliation_AreInSeconds()
    {
        using var stages = Collect<double>("gitops.stage.duration");
        using var reconciliations = Collect<double>("gitops.reconcile.duration");
        await using var fixture = Fixture(g => g.AddFolder("apps"));
        fixture.Applier.BeforeApply = (_, _) =>
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(3.5));
            return Task.CompletedTask;
        };
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));

        await fixture.Engine.ReconcileAsync("apps", Token);

        stages.Instrument!.Unit.Should().Be("s");
        reconciliations.Instrument!.Unit.Should().Be("s");
        var durations = stages.GetMeasurementSnapshot().Where(m => !Equals(m.Tags["gitops.stage"], "notify")).ToDictionary(m => (string)m.Tags["gitops.stage"]!, m => m.Value);
        durations.Should().BeEquivalentTo(new Dictionary<string, double> { ["detect"] = 0, ["fetch"] = 0, ["render"] = 0, ["validate"] = 0, ["apply"] = 3.5, ["verify"] = 0 });
        var reconciliation = reconciliations.GetMeasurementSnapshot().Should().ContainSingle().Subject;
        reconciliation.Value.Should().Be(3.5);
        reconciliation.Tags.Should().Contain("gitops.outcome", "success").And.Contain("gitops.unit.name", "apps").And.Contain("gitops.unit.kind", "Manifests");
    }

    [Fact]
    public async Task Objects_AreCountedByWhatWasDoneToThem()
    {
        using var objects = Collect<long>("gitops.apply.objects");
        await using var fixture = Fixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("apps/b.yaml", EngineFixture.ConfigMap("b")), ("apps/c.yaml", EngineFixture.ConfigMap("c")));
        await fixture.Engine.ReconcileAsync("apps", Token);
        fixture.Source.Commit("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("apps/b.yaml", EngineFixture.ConfigMap("b", "2")));
        await fixture.Engine.ReconcileAsync("apps", Token);

        objects.Instrument!.Unit.Should().Be("{object}");
        objects.GetMeasurementSnapshot().GroupBy(m => (string)m.Tags["gitops.action"]!).ToDictionary(g => g.Key, g => g.Sum(m => m.Value)).Should().BeEquivalentTo(
            new Dictionary<string, long> { ["Created"] = 3, ["Configured"] = 1, ["Unchanged"] = 1, ["Deleted"] = 1 });
    }

    [Fact]
    public async Task Drift_IsCountedByUnit()
    {
        using var drift = Collect<long>("gitops.drift.objects");
        await using var fixture = Fixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Applier.Drift("apps", "kubectl-edit");
        await drift.WaitForMeasurementsAsync(1, EngineFixture.Patience).WaitAsync(Token);

        drift.LastMeasurement!.Tags.Should().Contain("gitops.unit.name", "apps");
    }

    [Fact]
    public async Task QueueDepth_UnitsWaitForTheOnlyWorker_IsTheirNumber()
    {
        using var queue = Collect<int>("gitops.queue.depth");
        await using var fixture = Fixture(g => g.AddFolder("first").AddFolder("a").AddFolder("b").AddFolder("c"), o => o.Concurrency = 1);
        fixture.Source.Commit("r1", [.. new[] { "first", "a", "b", "c" }.Select(n => ($"{n}/a.yaml", EngineFixture.ConfigMap(n)))]);
        var gate = new Gate();
        fixture.Applier.BeforeApply = (request, token) => request.UnitName == "first" ? gate.PassAsync(token) : Task.CompletedTask;

        var first = fixture.Engine.ReconcileAsync("first", Token);
        await gate.ReachedAsync();
        Depth().Should().Be(0, "the unit that works does not wait");
        var others = new[] { "a", "b", "c" }.Select(n => fixture.Engine.ReconcileAsync(n, Token)).ToList();
        await queue.WaitForMeasurementsAsync(5, EngineFixture.Patience).WaitAsync(Token);
        Depth().Should().Be(3);

        gate.Open();
        await first;
        await Task.WhenAll(others);
        Depth().Should().Be(0);
        queue.Instrument!.Unit.Should().Be("{unit}");

        int Depth() => queue.GetMeasurementSnapshot().Sum(m => m.Value);
    }

    private MetricCollector<T> Collect<T>(string instrument)
        where T : struct => new(Meters, GitOpsTelemetry.Name, instrument);

    private EngineFixture Fixture(Action<IGitOpsBuilder> configure, Action<GitOpsOptions>? options = null) => new(
        g =>
        {
            configure(g);
            g.Services.AddSingleton(Meters);
        },
        options);
}
