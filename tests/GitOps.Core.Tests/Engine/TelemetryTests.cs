using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace GitOps.Core.Tests.Engine;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Reconcile_OneUnit_HasOneActivityForEachStageInOrder()
    {
        const string unit = "telemetry-unit";
        var notified = new TaskCompletionSource();
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == GitOpsTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                activities.Enqueue(activity);
                if (activity.OperationName == "gitops.notify" && Equals(activity.GetTagItem("gitops.unit.name"), unit))
                {
                    notified.TrySetResult();
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var fixture = new EngineFixture(g => g.AddManifests(unit, o => o.Source = "fleet"));
        fixture.Source.Commit("r1", ("a.yaml", EngineFixture.ConfigMap("a")));

        await fixture.Engine.ReconcileAsync(unit, TestContext.Current.CancellationToken);
        await notified.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // Other tests run at the same time, so only this unit's activities count.
        activities.Where(a => Equals(a.GetTagItem("gitops.unit.name"), unit)).Select(a => a.OperationName)
            .Should().Equal("gitops.render", "gitops.validate", "gitops.apply", "gitops.verify", "gitops.reconcile", "gitops.notify");
        activities.Select(a => a.OperationName).Should().Contain(["gitops.detect", "gitops.fetch"]);
    }

    [Fact]
    public async Task Reconcile_OneUnit_RecordsSecondsAndObjects()
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        await using var fixture = new EngineFixture(g =>
        {
            g.AddManifests("apps", o => o.Source = "fleet");
            g.Services.AddSingleton(meters);
        });
        using var durations = new MetricCollector<double>(meters, GitOpsTelemetry.Name, "gitops.reconcile.duration");
        using var objects = new MetricCollector<long>(meters, GitOpsTelemetry.Name, "gitops.apply.objects");
        using var queue = new MetricCollector<int>(meters, GitOpsTelemetry.Name, "gitops.queue.depth");
        fixture.Source.Commit("r1", ("a.yaml", EngineFixture.ConfigMap("a") + "---\n" + EngineFixture.ConfigMap("b")));

        await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);

        durations.LastMeasurement!.Tags["gitops.outcome"].Should().Be("success");
        objects.GetMeasurementSnapshot().Should().HaveCount(2).And.OnlyContain(m => (string)m.Tags["gitops.action"]! == "Created");
        queue.GetMeasurementSnapshot().Sum(m => m.Value).Should().Be(0);
    }
}
