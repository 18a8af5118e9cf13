using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace GitOps.Telemetry;

/// <summary>The engine's instruments. Durations are in seconds; no tag holds a revision or path, so the number of series stays small.</summary>
internal sealed class GitOpsMetrics
{
    private readonly Histogram<double> _reconcileDuration;
    private readonly Histogram<double> _stageDuration;
    private readonly Counter<long> _objects;
    private readonly Counter<long> _drift;
    private readonly UpDownCounter<int> _queueDepth;

    public GitOpsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GitOpsTelemetry.Name);
        var buckets = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] };
        _reconcileDuration = meter.CreateHistogram("gitops.reconcile.duration", "s", "How long a unit's reconciliation took, health included.", null, buckets);
        _stageDuration = meter.CreateHistogram("gitops.stage.duration", "s", "How long one stage of the pipeline took.", null, buckets);
        _objects = meter.CreateCounter<long>("gitops.apply.objects", "{object}", "Objects that were looked at in applying, by what was done to them.");
        _drift = meter.CreateCounter<long>("gitops.drift.objects", "{object}", "Objects that somebody else changed.");
        _queueDepth = meter.CreateUpDownCounter<int>("gitops.queue.depth", "{unit}", "Units that wait for a worker.");
    }

    public void Reconciled(string unit, string kind, string outcome, TimeSpan duration) =>
        _reconcileDuration.Record(duration.TotalSeconds, new TagList { { GitOpsTelemetry.Tags.Unit, unit }, { GitOpsTelemetry.Tags.UnitKind, kind }, { GitOpsTelemetry.Tags.Outcome, outcome } });

    public void StageEnded(string stage, string outcome, TimeSpan duration) =>
        _stageDuration.Record(duration.TotalSeconds, new TagList { { GitOpsTelemetry.Tags.Stage, stage }, { GitOpsTelemetry.Tags.Outcome, outcome } });

    public void Applied(string unit, ChangeAction action) =>
        _objects.Add(1, new TagList { { GitOpsTelemetry.Tags.Unit, unit }, { GitOpsTelemetry.Tags.Action, action.ToString() } });

    public void Drifted(string unit) => _drift.Add(1, new TagList { { GitOpsTelemetry.Tags.Unit, unit } });

    public void Queued() => _queueDepth.Add(1);

    public void Dequeued() => _queueDepth.Add(-1);
}
