using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GitOps.Json;

namespace GitOps.Core.Tests.Engine;

/// <summary>A cluster that is a dictionary; health, drift and failures are what the test says.</summary>
internal sealed class FakeApplier : IApplier
{
    private readonly ConcurrentDictionary<string, Channel<HealthReport>> _health = new();
    private readonly ConcurrentDictionary<string, Channel<Drift>> _drift = new();
    private readonly ConcurrentDictionary<string, bool> _drifted = new();

    public ConcurrentDictionary<string, IReadOnlyList<Manifest>> Applied { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    public Func<ApplyRequest, IReadOnlyList<Diagnostic>> PlanErrors { get; set; } = _ => [];

    public Func<ApplyRequest, CancellationToken, Task> BeforeApply { get; set; } = (_, _) => Task.CompletedTask;

    public bool RunsHooks { get; set; }

    /// <summary>What running the hooks of one phase does.</summary>
    public Func<HookPhase, CancellationToken, Task<ChangeSet>> OnHooks { get; set; } = (_, _) => Task.FromResult(new ChangeSet([], []));

    /// <summary>Units whose health the test reports itself; all others are healthy at once.</summary>
    public ConcurrentDictionary<string, bool> ManualHealth { get; } = new();

    public int PlanCount;

    /// <summary>How many drift watches from now on cannot begin.</summary>
    public int DriftWatchesThatFail;

    /// <summary>What a watch says that it cannot watch.</summary>
    public IReadOnlyList<Diagnostic> Unwatched { get; set; } = [];

    /// <summary>Done when the first wait for health begins.</summary>
    public TaskCompletionSource Verifying { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask<Plan> PlanAsync(ApplyRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref PlanCount);
        var live = Applied.TryGetValue(request.UnitName, out var applied) ? applied.ToDictionary(m => m.Id) : [];
        var drifted = _drifted.TryRemove(request.UnitName, out _);
        var changes = request.Manifests.Select(m => new PlannedChange(
            m.Id,
            !live.TryGetValue(m.Id, out var before) ? ChangeAction.Created : drifted || !string.Equals(JsonTreeWriter.WriteText(before.Root), JsonTreeWriter.WriteText(m.Root), StringComparison.Ordinal) ? ChangeAction.Configured : ChangeAction.Unchanged,
            []));
        var deleted = live.Keys.Except(request.Manifests.Select(m => m.Id)).Select(id => new PlannedChange(id, ChangeAction.Deleted, []));
        return ValueTask.FromResult(new Plan(request, [.. changes, .. deleted], PlanErrors(request)));
    }

    public async ValueTask<ChangeSet> ApplyAsync(Plan plan, IProgress<ObjectChange>? progress, CancellationToken cancellationToken)
    {
        await BeforeApply(plan.Request, cancellationToken);
        Log.Enqueue($"apply {plan.Request.UnitName} {plan.Request.Revision?.Digest}");
        Applied[plan.Request.UnitName] = plan.Request.Manifests;
        var changes = plan.Changes.Select(c => new ObjectChange(c.Resource, c.Action)).ToList();
        changes.ForEach(c => progress?.Report(c));
        return new ChangeSet(changes, []);
    }

    public async ValueTask<ChangeSet> RunHooksAsync(Plan plan, HookPhase phase, TimeSpan timeout, IProgress<ObjectChange>? progress, CancellationToken cancellationToken)
    {
        Log.Enqueue($"hooks {phase} {plan.Request.UnitName}");
        return await OnHooks(phase, cancellationToken);
    }

    public ValueTask<ChangeSet> DeleteAsync(string unitName, CancellationToken cancellationToken)
    {
        Applied.TryRemove(unitName, out _);
        return ValueTask.FromResult(new ChangeSet([], []));
    }

    public void Report(string unit, HealthStatus status, string message = "") =>
        Health(unit).Writer.TryWrite(new HealthReport([new ObjectHealth(new ResourceId("apps", "Deployment", "default", unit), status, message)]));

    public void Drift(string unit, string manager)
    {
        _drifted[unit] = true;
        DriftOf(unit).Writer.TryWrite(new Drift(new ResourceId("", "ConfigMap", "default", unit), [new FieldChange("data.a", "\"2\"", "\"1\"")], IsDeleted: false) { Manager = manager });
    }

    public async IAsyncEnumerable<HealthReport> WatchHealthAsync(string unitName, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Log.Enqueue($"verify {unitName}");
        Verifying.TrySetResult();
        if (!ManualHealth.ContainsKey(unitName))
        {
            yield return new HealthReport([]);
            yield break;
        }

        await foreach (var report in Health(unitName).Reader.ReadAllAsync(cancellationToken))
        {
            yield return report;
        }
    }

    public IAsyncEnumerable<Drift> WatchDriftAsync(ApplyRequest request, IProgress<IReadOnlyList<Diagnostic>>? unwatched, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref DriftWatchesThatFail) >= 0)
        {
            throw new GitOpsException(Reasons.ClusterUnavailable, "The cluster is away.");
        }

        unwatched?.Report(Unwatched);
        return DriftOf(request.UnitName).Reader.ReadAllAsync(cancellationToken);
    }

    private Channel<HealthReport> Health(string unit) => _health.GetOrAdd(unit, _ => Channel.CreateUnbounded<HealthReport>());

    private Channel<Drift> DriftOf(string unit) => _drift.GetOrAdd(unit, _ => Channel.CreateUnbounded<Drift>());
}
