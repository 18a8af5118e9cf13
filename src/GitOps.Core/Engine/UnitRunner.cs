using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using GitOps.State;
using GitOps.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace GitOps.Engine;

/// <summary>
/// Reconciles one unit: its own loop, woken by events, that borrows a worker only while it renders, plans and applies.
/// </summary>
internal sealed partial class UnitRunner : IDisposable
{
    private const Triggers FullReconcile = Triggers.Interval | Triggers.Demand | Triggers.Drift | Triggers.Resume;

    private static readonly ChangeSet s_nothing = new([], []);

    private readonly EngineContext _context;
    private readonly UnitDefinition _definition;
    private readonly UnitOptions _options;
    private readonly TreePath _path;
    private readonly IApplier _applier;
    private readonly IReadOnlyList<IManifestValidator> _validators;
    private readonly ISecretDecryptor? _decryptor;
    private readonly SourceRunner _source;
    private readonly ILogger _logger;
    private readonly Inbox _inbox;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly UnitRecord _record;
    private readonly DriftGuard _drift;
    private readonly ResiliencePipeline<Attempt> _retry;
    private readonly Lock _waitLock = new();
    private IReadOnlyList<UnitRunner> _dependencies = [];
    private RenderCache? _rendered;
    private CancellationTokenSource? _healthWait;
    private bool _settled;
    private CancellationToken _lifetime = CancellationToken.None;

    public UnitRunner(
        string name,
        string kind,
        UnitDefinition definition,
        SourceRunner source,
        IApplier applier,
        IReadOnlyList<IManifestValidator> validators,
        ISecretDecryptor? decryptor,
        EngineContext context,
        ILogger<UnitRunner> logger)
    {
        Name = name;
        Kind = kind;
        _definition = definition;
        _options = definition.Options;
        _path = TreePath.Parse(_options.Path);
        _source = source;
        _applier = applier;
        _validators = validators;
        _decryptor = decryptor;
        _context = context;
        _logger = logger;
        _inbox = new Inbox(context.Time);
        _record = new UnitRecord(new UnitStatus(name, kind, source.Name, _path.ToString()) { DependsOn = [.. _options.DependsOn] }, _options.Suspend, context.HistoryLimit, context.Time);
        _drift = new DriftGuard(name, _options.Drift, applier, context.Time, DriftDetected, Correct, logger);
        _retry = new ResiliencePipelineBuilder<Attempt> { TimeProvider = context.Time }
            .AddRetry(new RetryStrategyOptions<Attempt>
            {
                ShouldHandle = new PredicateBuilder<Attempt>().HandleResult(Attempt.Failed),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = Backoff.Bounded(_options.RetryInterval),
                MaxDelay = Backoff.Longer(_options.Interval, _options.RetryInterval),
                UseJitter = true,
                Randomizer = context.Randomizer,
            })
            .Build();
    }

    public string Name { get; }

    public string Kind { get; }

    /// <summary>The group whose leader reconciles the unit.</summary>
    public string LeaseGroup => _options.LeaseGroup ?? "";

    public SourceRunner Source => _source;

    public UnitStatus Status => _record.Status;

    /// <summary>Whether the status is what this host saw, not only what an earlier one left behind.</summary>
    public bool IsConfirmed => _record.IsConfirmed;

    /// <summary>Runs after the unit's status changed; the flag says whether units that depend on it should look.</summary>
    public Action<UnitRunner, bool>? Changed { get; set; }

    public void DependOn(IReadOnlyList<UnitRunner> dependencies) => _dependencies = dependencies;

    public void Dispose()
    {
        _inbox.Dispose();
        _turn.Dispose();
        _drift.Dispose();
    }

    /// <summary>Takes over what an earlier host knew of the unit; it counts as remembered until this host has seen it.</summary>
    public void Restore(UnitState state) => _record.Restore(state);

    /// <summary>Says why the unit's loop has not begun.</summary>
    public void Hold(string reason, string message) => Block(reason, message, ConditionStatus.Unknown);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _lifetime = cancellationToken;

        // Another host may have led meanwhile: what this one remembers of the cluster no longer counts.
        _settled = false;
        _record.Publish(confirmed: false);
        var due = Triggers.Source;
        try
        {
            while (true)
            {
                try
                {
                    // A post ends the wait before the next try; it never ends work that is under way.
                    await _retry.ExecuteAsync(async _ => await ReconcileAsync(Take(), cancellationToken).ConfigureAwait(false), _inbox.ArmInterrupt(cancellationToken)).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // Woken early: what woke it is in the inbox.
                }

                // A post right after the last one was taken ends the retries before the first try: then that one is still due.
                due |= await _inbox.WaitAsync(_context.Jittered(_options.Interval), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await _drift.StopAsync().ConfigureAwait(false);
        }

        // A retry does everything again, whatever began the first try.
        Triggers Take()
        {
            var taken = due == Triggers.None ? Triggers.Interval : due;
            due = Triggers.None;
            return taken;
        }
    }

    /// <summary>Wakes the unit. A newer revision ends a wait for health that is under way.</summary>
    public void Wake(Triggers trigger)
    {
        if (trigger == Triggers.Source && _source.Artifact is { } artifact && artifact.Revision != Status.LastAttemptedRevision)
        {
            EndHealthWait();
        }

        _inbox.Post(trigger);
    }

    public void Suspend()
    {
        EndHealthWait();
        Publish(s => s with { IsSuspended = true });
        Remember();
    }

    public void Resume()
    {
        Publish(s => s with { IsSuspended = false });
        Remember();
        _inbox.Post(Triggers.Resume);
    }

    /// <summary>Reconciles in the caller's turn; one attempt of a unit runs at a time.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Renderers, validators and appliers are user code; whatever they throw becomes the unit's Ready condition.")]
    public async Task<Attempt> ReconcileAsync(Triggers triggers, CancellationToken cancellationToken)
    {
        if ((triggers & Triggers.Demand) != Triggers.None)
        {
            EndHealthWait();
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        var start = _context.Time.GetTimestamp();
        Activity? activity = null;
        try
        {
            if (Status.IsSuspended && (triggers & Triggers.Demand) == Triggers.None)
            {
                return Attempt.Waiting;
            }

            if (_source.Artifact is not { } artifact)
            {
                if (_source.Status.Ready is { Status: ConditionStatus.False } failed)
                {
                    Block(failed.Reason, $"Source '{_source.Name}' has no revision: {failed.Message}");
                }
                else if (!IsRemembered)
                {
                    Block(Reasons.Progressing, $"Source '{_source.Name}' has not been fetched yet.", ConditionStatus.Unknown);
                }

                return Attempt.Waiting;
            }

            if (IsDone(artifact.Revision, triggers))
            {
                return Attempt.Succeeded;
            }

            if (FindBlocker(artifact) is { } blocker)
            {
                // When the new revision holds nothing new for this unit it stays ready where it is until its dependencies have moved on.
                if (!IsUntouched(artifact) && !(IsRemembered && artifact.Revision == Status.LastAppliedRevision))
                {
                    Block(Reasons.DependencyNotReady, blocker);
                }

                return Attempt.Waiting;
            }

            activity = GitOpsTelemetry.Activities.StartActivity("gitops.reconcile")?.SetTag(GitOpsTelemetry.Tags.Unit, Name).SetTag(GitOpsTelemetry.Tags.UnitKind, Kind);
            var attempt = await AttemptAsync(artifact, triggers, start, cancellationToken).ConfigureAwait(false);
            if (attempt is Attempt.Failed or Attempt.Stalled)
            {
                activity?.SetStatus(ActivityStatusCode.Error, Status.Condition(ConditionTypes.Ready)?.Reason);
            }

            return attempt;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            AttemptFailed(_logger, e, Name);
            var reason = e is GitOpsException known ? known.Reason : Reasons.ReconciliationFailed;
            activity?.SetStatus(ActivityStatusCode.Error, reason);
            return Fail(Attempt.Failed, _source.Artifact, [Diagnostic.Error(reason, e.Message, (e as GitOpsException)?.Location)], [], start);
        }
        finally
        {
            activity?.Dispose();
            _turn.Release();
        }
    }

    public async Task<Plan> PlanAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var artifact = _source.Artifact
                ?? throw new GitOpsException(_source.Status.Ready?.Reason ?? Reasons.FetchFailed, $"Source '{_source.Name}' has no revision to plan from: {_source.Status.Ready?.Message ?? "it has not been fetched yet"}");
            using var worker = await _context.EnterAsync(cancellationToken).ConfigureAwait(false);
            var (result, diagnostics) = await RenderAndValidateAsync(artifact, cancellationToken).ConfigureAwait(false);
            var request = Request(artifact.Revision, result);
            return diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error)
                ? new Plan(request, [], diagnostics)
                : await _applier.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<ChangeSet> ApplyAsync(Plan plan, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var before = await RunHooksAsync(plan, HookPhase.Before, cancellationToken).ConfigureAwait(false);
            if (!before.Succeeded)
            {
                return before;
            }

            ChangeSet changes;
            using (var worker = await _context.EnterAsync(cancellationToken).ConfigureAwait(false))
            {
                changes = await _applier.ApplyAsync(plan, Progress(plan.Request.Revision), cancellationToken).ConfigureAwait(false);
            }

            var after = changes.Succeeded ? await RunHooksAsync(plan, HookPhase.After, cancellationToken).ConfigureAwait(false) : s_nothing;
            return new ChangeSet([.. before.Changes, .. changes.Changes, .. after.Changes], [.. before.Diagnostics, .. changes.Diagnostics, .. after.Diagnostics]);
        }
        finally
        {
            _turn.Release();
            _inbox.Post(Triggers.Interval);
        }
    }

    private bool IsDone(Revision revision, Triggers triggers) =>
        (triggers & FullReconcile) == Triggers.None && _settled && Status.IsReady && Status.LastAppliedRevision == revision;

    /// <summary>Whether an earlier host left the unit ready; that stays its status until this host has got to it.</summary>
    private bool IsRemembered => !_record.IsConfirmed && Status.IsReady;

    private bool IsUntouched(Artifact artifact) => _settled && _rendered?.IsCurrent(artifact.Tree) == true;

    private string? FindBlocker(Artifact artifact)
    {
        foreach (var dependency in _dependencies)
        {
            var status = dependency.Status;
            if (!status.IsReady || !dependency.IsConfirmed)
            {
                return $"Waiting for '{dependency.Name}' to become ready.";
            }

            if (ReferenceEquals(dependency.Source, _source) && !artifact.Revision.SameContent(status.LastAppliedRevision))
            {
                return $"Waiting for '{dependency.Name}' to reach {artifact.Revision}; it is at {status.LastAppliedRevision?.ToString() ?? "no revision"}.";
            }
        }

        return null;
    }

    private async Task<Attempt> AttemptAsync(Artifact artifact, Triggers triggers, long start, CancellationToken cancellationToken)
    {
        var revision = artifact.Revision;
        if ((triggers & FullReconcile) == Triggers.None && IsUntouched(artifact))
        {
            // The commit touched nothing that this unit reads: no render, no request.
            _record.Set(ConditionTypes.Ready, ConditionStatus.True, Reasons.ReconciliationSucceeded, $"Applied {revision}.");
            Publish(s => s with { LastAppliedRevision = revision, LastAttemptedRevision = revision });
            Remember();
            Trace(Stage.Render, artifact, Reasons.ReconciliationSucceeded, $"Nothing that the unit reads changed in {revision}; not rendered.");
            return Attempt.Succeeded;
        }

        Plan plan;
        ChangeSet changes;
        IReadOnlyList<Diagnostic> warnings;
        var turn = await Turn.BeginAsync(_context, EngineContext.Bounded(_options.Timeout), cancellationToken).ConfigureAwait(false);
        await using (turn.ConfigureAwait(false))
        {
            Begin(revision);
            try
            {
                var (result, diagnostics) = await RenderAndValidateAsync(artifact, turn.Token).ConfigureAwait(false);
                if (diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error))
                {
                    return Fail(Attempt.Stalled, artifact, diagnostics, [], start);
                }

                var (failure, applied) = await ApplyAsync(artifact, Request(revision, result), turn, start).ConfigureAwait(false);
                if (failure is { } failed)
                {
                    return failed;
                }

                (plan, changes) = applied;
                warnings = [.. diagnostics, .. plan.Diagnostics, .. HooksLeftOut(plan.Request)];
            }
            catch (OperationCanceledException) when (turn.HasTimedOut)
            {
                return Fail(Attempt.Failed, artifact, [Diagnostic.Error(Reasons.Timeout, $"Rendering and applying took longer than {_options.Timeout}; what was applied stays recorded and the next try goes on.")], [], start);
            }
        }

        // An earlier watch compared with the earlier desired state.
        await _drift.StopAsync().ConfigureAwait(false);
        var healthy = await VerifyAsync(artifact, changes, start, cancellationToken).ConfigureAwait(false);
        _drift.Start(plan.Request, _lifetime);
        if (healthy is { } notHealthy)
        {
            return notHealthy;
        }

        var hooks = await RunHooksAsync(plan, HookPhase.After, cancellationToken).ConfigureAwait(false);
        changes = changes with { Changes = [.. changes.Changes, .. hooks.Changes] };
        if (!hooks.Succeeded)
        {
            return Fail(Attempt.Failed, artifact, ErrorsOf(hooks), changes.Changes, start);
        }

        Succeed(artifact, changes, [.. warnings, .. hooks.Diagnostics], (triggers & Triggers.Drift) != Triggers.None, plan.Request.Manifests.Count, start);
        return Attempt.Succeeded;
    }

    private async Task<(RenderResult Result, IReadOnlyList<Diagnostic> Diagnostics)> RenderAndValidateAsync(Artifact artifact, CancellationToken cancellationToken)
    {
        if (_rendered is { } cached && cached.IsCurrent(artifact.Tree))
        {
            return (cached.Result, []);
        }

        var recording = new RecordingFileTree(artifact.Tree);
        RenderResult result;
        using (var stage = Stage.Start(Stage.Render, GitOpsTelemetry.Tags.Unit, Name, _context.Metrics, _context.Time))
        {
            var request = new RenderRequest(Name, recording, _path) { Options = _definition.RenderOptions, Decryptor = _decryptor, Revision = artifact.Revision };
            result = artifact.Tree.Find(_path) is null
                ? RenderResult.Failure(Diagnostic.Error(Reasons.NotFound, $"The path '{_path}' does not exist in source '{_source.Name}' at {artifact.Revision}: check the unit's Path.", new SourceLocation(_path.Value)))
                : await _definition.Renderer.RenderAsync(request, cancellationToken).ConfigureAwait(false);
            Publish(s => s with { RenderCount = s.RenderCount + 1 });
            if (!result.Succeeded)
            {
                stage.Fail(Reasons.BuildFailed);
                return (result, result.Diagnostics);
            }

            stage.Succeed();
        }

        using (var stage = Stage.Start(Stage.Validate, GitOpsTelemetry.Tags.Unit, Name, _context.Metrics, _context.Time))
        {
            var diagnostics = new List<Diagnostic>(result.Diagnostics);
            IReadOnlyList<Manifest> all = result.Hooks.Count == 0 ? result.Manifests : [.. result.Manifests, .. result.Hooks.Select(h => h.Manifest)];
            foreach (var validator in _validators)
            {
                diagnostics.AddRange(await validator.ValidateAsync(Name, all, cancellationToken).ConfigureAwait(false));
            }

            if (diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error))
            {
                stage.Fail(Reasons.ValidationFailed);
                return (result, diagnostics);
            }

            stage.Succeed();
            _rendered = new RenderCache(recording.GetReads(), result);
            Trace(Stage.Render, artifact, Reasons.Progressing, $"Rendered {result.Manifests.Count} objects from {_path} at {artifact.Revision}.");
            return (result, diagnostics);
        }
    }

    private async Task<(Attempt? Failure, (Plan Plan, ChangeSet Changes) Applied)> ApplyAsync(Artifact artifact, ApplyRequest request, Turn turn, long start)
    {
        using var stage = Stage.Start(Stage.Apply, GitOpsTelemetry.Tags.Unit, Name, _context.Metrics, _context.Time);
        var plan = await _applier.PlanAsync(request, turn.Token).ConfigureAwait(false);
        if (!plan.CanApply)
        {
            stage.Fail(Reasons.ValidationFailed);
            return (Fail(IsTransient(plan.Diagnostics) ? Attempt.Failed : Attempt.Stalled, artifact, plan.Diagnostics, [], start), default);
        }

        var hooks = request.Hooks.Count == 0 ? s_nothing : await turn.PauseAsync(token => RunHooksAsync(plan, HookPhase.Before, token)).ConfigureAwait(false);
        if (!hooks.Succeeded)
        {
            stage.Fail(Reasons.HookFailed);
            return (Fail(Attempt.Failed, artifact, ErrorsOf(hooks), hooks.Changes, start), default);
        }

        var changes = await _applier.ApplyAsync(plan, Progress(request.Revision), turn.Token).ConfigureAwait(false);
        changes = changes with { Changes = [.. hooks.Changes, .. changes.Changes], Diagnostics = [.. hooks.Diagnostics, .. changes.Diagnostics] };
        foreach (var change in changes.Changes)
        {
            _context.Metrics.Applied(Name, change.Action);
        }

        if (!changes.Succeeded)
        {
            stage.Fail(Reasons.ApplyFailed);
            return (Fail(Attempt.Failed, artifact, ErrorsOf(changes), changes.Changes, start), default);
        }

        stage.Succeed();
        return (null, (plan, changes));
    }

    private static List<Diagnostic> ErrorsOf(ChangeSet changes) =>
        [.. changes.Diagnostics, .. changes.Changes.Where(c => c.Error is not null).Select(c => c.Error! with { Resource = c.Error.Resource ?? c.Resource })];

    /// <summary>Runs hooks, holding no worker; each may take as long as the unit's timeout says.</summary>
    private ValueTask<ChangeSet> RunHooksAsync(Plan plan, HookPhase phase, CancellationToken cancellationToken) =>
        plan.Request.Hooks.Count > 0 && _applier.RunsHooks
            ? _applier.RunHooksAsync(plan, phase, EngineContext.Bounded(_options.Timeout), Progress(plan.Request.Revision), cancellationToken)
            : ValueTask.FromResult(s_nothing);

    private IEnumerable<Diagnostic> HooksLeftOut(ApplyRequest request) => request.Hooks.Count > 0 && !_applier.RunsHooks
        ? [Diagnostic.Warning(Reasons.HooksNotRun, $"The applier does not run hooks: {string.Join(", ", request.Hooks.Take(10).Select(h => h.Manifest.Id))}{(request.Hooks.Count > 10 ? $" and {request.Hooks.Count - 10} more" : "")} are left out.")]
        : [];

    /// <summary>Waits for health, holding no worker; null when all is well.</summary>
    private async Task<Attempt?> VerifyAsync(Artifact artifact, ChangeSet changes, long start, CancellationToken cancellationToken)
    {
        if (!_options.Wait)
        {
            return null;
        }

        using var stage = Stage.Start(Stage.Verify, GitOpsTelemetry.Tags.Unit, Name, _context.Metrics, _context.Time);
        using var timeout = new CancellationTokenSource(EngineContext.Bounded(_options.Timeout), _context.Time);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        BeginHealthWait(wait);
        HealthReport? last = null;
        try
        {
            await foreach (var report in _applier.WatchHealthAsync(Name, wait.Token).ConfigureAwait(false))
            {
                last = report;
                if (report.IsHealthy)
                {
                    _record.Set(ConditionTypes.Healthy, ConditionStatus.True, Reasons.ReconciliationSucceeded, $"All {report.Objects.Count} objects are healthy.");
                    stage.Succeed();
                    return null;
                }

                _record.Set(ConditionTypes.Healthy, ConditionStatus.Unknown, Reasons.Progressing, Unhealthy(report, HealthStatus.InProgress));
                Publish();
                if (report.HasFailed)
                {
                    break;
                }
            }

            wait.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            if (!timeout.IsCancellationRequested)
            {
                stage.Fail(Reasons.HealthCheckCanceled);
                _record.Set(ConditionTypes.Ready, ConditionStatus.False, Reasons.HealthCheckCanceled, "The wait for health was ended by a newer revision or request.");
                Publish();
                Trace(Stage.Verify, artifact, Reasons.HealthCheckCanceled, "The wait for health was ended by a newer revision or request.");
                _inbox.Post(Triggers.Source);
                return Attempt.Waiting;
            }
        }
        finally
        {
            EndHealthWait();
        }

        stage.Fail(Reasons.HealthCheckFailed);
        var failed = last?.HasFailed == true;
        var message = failed
            ? $"Failed: {Unhealthy(last!, HealthStatus.Failed)}"
            : $"Not healthy after {_options.Timeout}: {(last is null ? "no object could be watched." : Unhealthy(last, HealthStatus.InProgress))}";
        _record.Set(ConditionTypes.Healthy, ConditionStatus.False, Reasons.HealthCheckFailed, message);
        return Fail(Attempt.Failed, artifact, [Diagnostic.Error(Reasons.HealthCheckFailed, message)], changes.Changes, start);
    }

    private static string Unhealthy(HealthReport report, HealthStatus at)
    {
        const int most = 5;
        var objects = report.Objects.Where(o => at == HealthStatus.Failed ? o.Status == HealthStatus.Failed : o.Status is not (HealthStatus.Current or HealthStatus.Suspended)).ToList();
        var text = string.Join("; ", objects.Take(most));
        return objects.Count > most ? $"{text}; and {objects.Count - most} more." : $"{text}.";
    }

    private ApplyRequest Request(Revision revision, RenderResult result) => new(Name, result.Manifests)
    {
        Revision = revision,
        Hooks = result.Hooks,
        Prune = _options.Prune,
        AllowEmpty = _options.AllowEmpty,
        RecreateOnImmutable = _options.Force,
        DefaultNamespace = _options.TargetNamespace,
        ServiceAccount = _options.ServiceAccount,
        LeaseGroup = LeaseGroup,
        Ignore = [.. _options.Ignore.Select(r => r.ToRule())],
    };

    private static bool IsTransient(IReadOnlyList<Diagnostic> diagnostics) =>
        !diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error && d.Reason is Reasons.EmptyNotAllowed or Reasons.BuildFailed);

    private Progress Progress(Revision? revision) => new(change =>
        _context.Publish(NewEvent(EventSeverity.Trace, Reasons.Progressing, change.ToString(), revision) with { Stage = Stage.Apply, Changes = [change] }, []));

    private void BeginHealthWait(CancellationTokenSource wait)
    {
        lock (_waitLock)
        {
            _healthWait = wait;

            // The revision may have moved between the apply and now.
            if (_source.Artifact is { } artifact && artifact.Revision != Status.LastAttemptedRevision)
            {
                EndHealthWait();
            }
        }
    }

    private void EndHealthWait()
    {
        lock (_waitLock)
        {
            _ = _healthWait?.CancelAsync();
            _healthWait = null;
        }
    }

    private void DriftDetected(Drift drift, Revision? revision)
    {
        _context.Metrics.Drifted(Name);
        var severity = _options.Drift == DriftPolicy.Warn ? EventSeverity.Error : EventSeverity.Info;
        _context.Publish(NewEvent(severity, Reasons.DriftDetected, DriftGuard.Describe(drift), revision) with { Drifts = [drift], IsTransition = _options.Drift != DriftPolicy.Correct }, []);
    }

    private void Correct()
    {
        if (!Status.IsSuspended)
        {
            _inbox.Post(Triggers.Drift);
        }
    }

    private void Begin(Revision revision)
    {
        var retrying = _record.WasGood == false;
        _settled = false;
        _record.Set(ConditionTypes.Reconciling, ConditionStatus.True, retrying ? Reasons.ProgressingWithRetry : Reasons.Progressing, $"Reconciling {revision}.");
        _record.Remove(ConditionTypes.Stalled);
        if (!retrying && !Status.IsReady)
        {
            _record.Set(ConditionTypes.Ready, ConditionStatus.Unknown, Reasons.Progressing, $"Reconciling {revision}.");
        }

        Publish(s => s with { LastAttemptedRevision = revision });
        Remember();
    }

    private void Block(string reason, string message, ConditionStatus status = ConditionStatus.False)
    {
        var ready = Status.Condition(ConditionTypes.Ready);
        if (ready is not null && string.Equals(ready.Message, message, StringComparison.Ordinal))
        {
            return;
        }

        _record.Set(ConditionTypes.Ready, status, reason, message);
        _record.Remove(ConditionTypes.Reconciling);
        Publish();
        Trace(null, _source.Artifact, reason, message);
    }

    private Attempt Fail(Attempt attempt, Artifact? artifact, IReadOnlyList<Diagnostic> diagnostics, IReadOnlyList<ObjectChange> changes, long start)
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

    private void Succeed(Artifact artifact, ChangeSet changes, IReadOnlyList<Diagnostic> warnings, bool corrected, int objectCount, long start)
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
        _settled = true;
        var drifts = _drift.Corrected();
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

    private void End(Revision? revision, bool succeeded, string reason, string message, long start, Func<UnitStatus, UnitStatus>? change = null)
    {
        var elapsed = _context.Time.GetElapsedTime(start);
        _record.AddHistory(revision, succeeded, reason, message, elapsed);
        _context.Metrics.Reconciled(Name, Kind, succeeded ? "success" : "failure", elapsed);
        Publish(change, confirmed: true);
    }

    private static string Summary(List<ObjectChange> changed, int objectCount, bool recovered)
    {
        var what = changed.Count == 0
            ? $"{objectCount} objects, all as desired."
            : string.Join(", ", changed.GroupBy(c => c.Action).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}")) + $" of {objectCount} objects.";
        return recovered ? $"Recovered: {what}" : what;
    }

    private void Publish(Func<UnitStatus, UnitStatus>? change = null, bool? confirmed = null)
    {
        var moved = _record.Publish(change, confirmed);
        Changed?.Invoke(this, moved);
    }

    /// <summary>Tells of the end of an attempt; event and state are remembered together, so that a kill leaves neither without the other.</summary>
    private void Tell(GitOpsEvent gitOpsEvent) => _context.Publish(gitOpsEvent, [RememberedState()]);

    private void Remember() => _context.Publish(null, [RememberedState()]);

    private (string Key, Func<ReadOnlyMemory<byte>>? Value) RememberedState()
    {
        var state = _record.ToState();
        return (StateKeys.Unit(Name), () => StateJson.Write(state));
    }

    private void Trace(string? stage, Artifact? artifact, string reason, string message) =>
        _context.Publish(NewEvent(EventSeverity.Trace, reason, message, artifact?.Revision) with { Stage = stage }, []);

    private GitOpsEvent NewEvent(EventSeverity severity, string reason, string message, Revision? revision) =>
        new(Guid.NewGuid(), _context.Time.GetUtcNow(), severity, reason, message) { Unit = Name, UnitKind = Kind, Source = _source.Name, Revision = revision };

    [LoggerMessage(EventId = 1201, EventName = "UnitAttemptFailed", Level = LogLevel.Error, Message = "Unit {Unit} failed unexpectedly")]
    private static partial void AttemptFailed(ILogger logger, Exception exception, string unit);

}
