using GitOps.State;
using GitOps.Telemetry;

namespace GitOps.Engine;

/// <summary>Turns what happens to a unit into its conditions and history, what is remembered over a restart, and the events that tell of it.</summary>
internal sealed class UnitReport
{
    private readonly string _name;
    private readonly string _kind;
    private readonly string _source;
    private readonly DriftPolicy _drift;
    private readonly UnitRecord _record;
    private readonly EngineContext _context;
    private readonly Action<bool> _changed;

    /// <param name="name">The unit.</param>
    /// <param name="kind">What it is called by, such as <c>Kustomization</c>.</param>
    /// <param name="source">The name of its source.</param>
    /// <param name="options">Its options.</param>
    /// <param name="context">Clock, metrics and where events go.</param>
    /// <param name="changed">Runs after the status changed; the flag says whether units that depend on the unit should look.</param>
    public UnitReport(string name, string kind, string source, UnitOptions options, EngineContext context, Action<bool> changed)
    {
        (_name, _kind, _source, _drift, _context, _changed) = (name, kind, source, options.Drift, context, changed);
        var status = new UnitStatus(name, kind, source, TreePath.Parse(options.Path).ToString()) { DependsOn = [.. options.DependsOn] };
        _record = new UnitRecord(status, options.Suspend, context.HistoryLimit, context.Time);
    }

    public UnitStatus Status => _record.Status;

    /// <summary>Whether the status is what this host saw, not only what an earlier one left behind.</summary>
    public bool IsConfirmed => _record.IsConfirmed;

    /// <summary>Takes over what an earlier host knew of the unit; it counts as remembered until this host has seen it.</summary>
    public void Restore(UnitState state) => _record.Restore(state);

    /// <summary>What was seen no longer counts: another host may have led meanwhile.</summary>
    public void Doubt() => _record.Publish(confirmed: false);

    public void Suspended(bool suspended)
    {
        Publish(s => s with { IsSuspended = suspended });
        Remember();
    }

    /// <summary>The new revision holds nothing new for the unit.</summary>
    public void Untouched(Artifact artifact)
    {
        _record.Set(ConditionTypes.Ready, ConditionStatus.True, Reasons.ReconciliationSucceeded, $"Applied {artifact.Revision}.");
        Publish(s => s with { LastAppliedRevision = artifact.Revision, LastAttemptedRevision = artifact.Revision });
        Remember();
        Trace(Stage.Render, artifact, Reasons.ReconciliationSucceeded, $"Nothing that the unit reads changed in {artifact.Revision}; not rendered.");
    }

    public void Rendered() => Publish(s => s with { RenderCount = s.RenderCount + 1 });

    public void Healthy(string message) => _record.Set(ConditionTypes.Healthy, ConditionStatus.True, Reasons.ReconciliationSucceeded, message);

    public void Unhealthy(string message) => _record.Set(ConditionTypes.Healthy, ConditionStatus.False, Reasons.HealthCheckFailed, message);

    public void AwaitsHealth(string message)
    {
        _record.Set(ConditionTypes.Healthy, ConditionStatus.Unknown, Reasons.Progressing, message);
        Publish();
    }

    public void StoppedAwaitingHealth(Artifact artifact)
    {
        const string message = "The wait for health was ended by a newer revision or request.";
        _record.Set(ConditionTypes.Ready, ConditionStatus.False, Reasons.HealthCheckCanceled, message);
        Publish();
        Trace(Stage.Verify, artifact, Reasons.HealthCheckCanceled, message);
    }

    /// <summary>An attempt begins.</summary>
    public void Begin(Revision revision)
    {
        var retrying = _record.WasGood == false;
        _record.Set(ConditionTypes.Reconciling, ConditionStatus.True, retrying ? Reasons.ProgressingWithRetry : Reasons.Progressing, $"Reconciling {revision}.");
        _record.Remove(ConditionTypes.Stalled);
        if (!retrying && !Status.IsReady)
        {
            _record.Set(ConditionTypes.Ready, ConditionStatus.Unknown, Reasons.Progressing, $"Reconciling {revision}.");
        }

        Publish(s => s with { LastAttemptedRevision = revision });
        Remember();
    }

    /// <summary>The unit cannot be tried yet; said once for as long as it stays the same.</summary>
    public void Block(Artifact? artifact, string reason, string message, ConditionStatus status = ConditionStatus.False)
    {
        var ready = Status.Condition(ConditionTypes.Ready);
        if (ready is not null && string.Equals(ready.Message, message, StringComparison.Ordinal))
        {
            return;
        }

        _record.Set(ConditionTypes.Ready, status, reason, message);
        _record.Remove(ConditionTypes.Reconciling);
        Publish();
        Trace(null, artifact, reason, message);
    }

    /// <summary>An attempt ended without success; told to people when it is not the same failure again.</summary>
    public Attempt Fail(Attempt attempt, Artifact? artifact, IReadOnlyList<Diagnostic> diagnostics, IReadOnlyList<ObjectChange> changes, long start)
    {
        var errors = diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        var reason = errors.Count > 0 ? errors[0].Reason : Reasons.ReconciliationFailed;
        var message = string.Join(Environment.NewLine, errors.Take(10)) + (errors.Count > 10 ? $"{Environment.NewLine}and {errors.Count - 10} more errors" : "");
        _record.Set(ConditionTypes.Ready, ConditionStatus.False, reason, message);
        _record.Remove(ConditionTypes.Reconciling);
        if (attempt == Attempt.Stalled)
        {
            _record.Set(ConditionTypes.Stalled, ConditionStatus.True, reason, "The unit stays at its last good revision until its source or configuration changes.");
        }

        var failure = $"{artifact?.Revision} {reason} {message}";
        var isNew = _record.WasGood != false || !string.Equals(failure, _record.LastFailure, StringComparison.Ordinal);
        _record.Failed(failure);
        End(artifact?.Revision, succeeded: false, reason, message, start);
        Tell(NewEvent(EventSeverity.Error, reason, message, artifact?.Revision) with
        {
            CommitAuthor = artifact?.Author,
            CommitMessage = artifact?.Message,
            Changes = [.. changes.Where(c => c.Error is not null || c.Action is not (ChangeAction.Unchanged or ChangeAction.Skipped))],
            Diagnostics = diagnostics,
            IsTransition = isNew,
        });
        return attempt;
    }

    public void Succeed(Artifact artifact, ChangeSet changes, IReadOnlyList<Diagnostic> warnings, bool corrected, IReadOnlyList<Drift> drifts, int objectCount, long start)
    {
        var changed = changes.Changes.Where(c => c.Action is not (ChangeAction.Unchanged or ChangeAction.Skipped)).ToList();
        var recovered = _record.WasGood == false;
        var progressed = artifact.Revision != Status.LastAppliedRevision;
        var reason = corrected && changed.Count > 0 ? Reasons.DriftCorrected : Reasons.ReconciliationSucceeded;
        var message = Summary(changed, objectCount, recovered);
        _record.Set(ConditionTypes.Ready, ConditionStatus.True, reason, $"Applied {artifact.Revision}.");
        _record.Remove(ConditionTypes.Reconciling);
        _record.Remove(ConditionTypes.Stalled);
        _record.Succeeded();
        End(artifact.Revision, succeeded: true, reason, message, start, s => s with { LastAppliedRevision = artifact.Revision, ObjectCount = objectCount });
        Tell(NewEvent(EventSeverity.Info, reason, message, artifact.Revision) with
        {
            CommitAuthor = artifact.Author,
            CommitMessage = artifact.Message,
            Changes = changed,
            Drifts = corrected ? drifts : [],
            Diagnostics = warnings,
            IsTransition = recovered || changed.Count > 0 || progressed,
        });
    }

    public void DriftDetected(Drift drift, Revision? revision)
    {
        _context.Metrics.Drifted(_name);
        var severity = _drift == DriftPolicy.Warn ? EventSeverity.Error : EventSeverity.Info;
        _context.Publish(NewEvent(severity, Reasons.DriftDetected, DriftGuard.Describe(drift), revision) with { Drifts = [drift], IsTransition = _drift != DriftPolicy.Correct }, []);
    }

    /// <summary>Tells of each object while it is applied.</summary>
    public Progress Progress(Revision? revision) => new(change =>
        _context.Publish(NewEvent(EventSeverity.Trace, Reasons.Progressing, change.ToString(), revision) with { Stage = Stage.Apply, Changes = [change] }, []));

    public void Trace(string? stage, Artifact? artifact, string reason, string message) =>
        _context.Publish(NewEvent(EventSeverity.Trace, reason, message, artifact?.Revision) with { Stage = stage }, []);

    private void End(Revision? revision, bool succeeded, string reason, string message, long start, Func<UnitStatus, UnitStatus>? change = null)
    {
        var elapsed = _context.Time.GetElapsedTime(start);
        _record.AddHistory(revision, succeeded, reason, message, elapsed);
        _context.Metrics.Reconciled(_name, _kind, succeeded ? "success" : "failure", elapsed);
        Publish(change, confirmed: true);
    }

    private static string Summary(List<ObjectChange> changed, int objectCount, bool recovered)
    {
        var what = changed.Count == 0
            ? $"{objectCount} objects, all as desired."
            : string.Join(", ", changed.GroupBy(c => c.Action).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}")) + $" of {objectCount} objects.";
        return recovered ? $"Recovered: {what}" : what;
    }

    /// <summary>Tells of the end of an attempt; event and state are remembered together, so that a kill leaves neither without the other.</summary>
    private void Tell(GitOpsEvent gitOpsEvent) => _context.Publish(gitOpsEvent, [RememberedState()]);

    private void Publish(Func<UnitStatus, UnitStatus>? change = null, bool? confirmed = null)
    {
        var moved = _record.Publish(change, confirmed);
        _changed(moved);
    }

    private void Remember() => _context.Publish(null, [RememberedState()]);

    private (string Key, Func<ReadOnlyMemory<byte>>? Value) RememberedState()
    {
        var state = _record.ToState();
        return (StateKeys.Unit(_name), () => StateJson.Write(state));
    }

    private GitOpsEvent NewEvent(EventSeverity severity, string reason, string message, Revision? revision) =>
        new(Guid.NewGuid(), _context.Time.GetUtcNow(), severity, reason, message) { Unit = _name, UnitKind = _kind, Source = _source, Revision = revision };
}
