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
    private readonly UnitOptions _options;
    private readonly IApplier _applier;
    private readonly SourceRunner _source;
    private readonly ILogger _logger;
    private readonly Inbox _inbox;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly UnitReport _report;
    private readonly UnitRendering _rendering;
    private readonly HealthWait _health;
    private readonly DriftGuard _drift;
    private readonly ResiliencePipeline<Attempt> _retry;
    private IReadOnlyList<UnitRunner> _dependencies = [];
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
        _options = definition.Options;
        _source = source;
        _applier = applier;
        _context = context;
        _logger = logger;
        _inbox = new Inbox(context.Time);
        _report = new UnitReport(name, kind, source.Name, _options, context, moved => Changed?.Invoke(this, moved));
        _rendering = new UnitRendering(name, source.Name, definition, validators, decryptor, context, _report);
        _health = new HealthWait(name, applier, _options.Timeout, context.Time);
        _drift = new DriftGuard(name, _options.Drift, applier, context.Time, _report.DriftDetected, Correct, new ImmediateProgress<IReadOnlyList<Diagnostic>>(_report.Unwatched), logger);
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

    public UnitStatus Status => _report.Status;

    /// <summary>Whether the status is what this host saw, not only what an earlier one left behind.</summary>
    public bool IsConfirmed => _report.IsConfirmed;

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
    public void Restore(UnitState state) => _report.Restore(state);

    /// <summary>Says why the unit's loop has not begun.</summary>
    public void Hold(string reason, string message) => _report.Block(_source.Artifact, reason, message, ConditionStatus.Unknown);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _lifetime = cancellationToken;

        // Another host may have led meanwhile: what this one remembers of the cluster no longer counts.
        _settled = false;
        _report.Doubt();
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
        if (trigger == Triggers.Source && HasNewRevision())
        {
            _health.End();
        }

        _inbox.Post(trigger);
    }

    public void Suspend()
    {
        _health.End();
        _report.Suspended(true);
    }

    public void Resume()
    {
        _report.Suspended(false);
        _inbox.Post(Triggers.Resume);
    }

    /// <summary>Reconciles in the caller's turn; one attempt of a unit runs at a time.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Renderers, validators and appliers are user code; whatever they throw becomes the unit's Ready condition.")]
    public async Task<Attempt> ReconcileAsync(Triggers triggers, CancellationToken cancellationToken)
    {
        if ((triggers & Triggers.Demand) != Triggers.None)
        {
            _health.End();
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
                    _report.Block(null, failed.Reason, $"Source '{_source.Name}' has no revision: {failed.Message}");
                }
                else if (!IsRemembered)
                {
                    _report.Block(null, Reasons.Progressing, $"Source '{_source.Name}' has not been fetched yet.", ConditionStatus.Unknown);
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
                    _report.Block(artifact, Reasons.DependencyNotReady, blocker);
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
            return _report.Fail(Attempt.Failed, _source.Artifact, [Diagnostic.Error(reason, e.Message, (e as GitOpsException)?.Location)], [], start);
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
            var (result, diagnostics) = await _rendering.RunAsync(artifact, cancellationToken).ConfigureAwait(false);
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
                changes = await _applier.ApplyAsync(plan, _report.Progress(plan.Request.Revision), cancellationToken).ConfigureAwait(false);
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
    private bool IsRemembered => !IsConfirmed && Status.IsReady;

    private bool IsUntouched(Artifact artifact) => _settled && _rendering.IsCurrent(artifact.Tree);

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
            _report.Untouched(artifact);
            return Attempt.Succeeded;
        }

        Plan plan;
        ChangeSet changes;
        IReadOnlyList<Diagnostic> warnings;
        var turn = await Turn.BeginAsync(_context, EngineContext.Bounded(_options.Timeout), cancellationToken).ConfigureAwait(false);
        await using (turn.ConfigureAwait(false))
        {
            _settled = false;
            _report.Begin(revision);
            try
            {
                var (result, diagnostics) = await _rendering.RunAsync(artifact, turn.Token).ConfigureAwait(false);
                if (diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error))
                {
                    return _report.Fail(Attempt.Stalled, artifact, diagnostics, [], start);
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
                return _report.Fail(Attempt.Failed, artifact, [Diagnostic.Error(Reasons.Timeout, $"Rendering and applying took longer than {_options.Timeout}; what was applied stays recorded and the next try goes on.")], [], start);
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
            return _report.Fail(Attempt.Failed, artifact, ErrorsOf(hooks), changes.Changes, start);
        }

        _settled = true;
        _report.Succeed(artifact, changes, [.. warnings, .. hooks.Diagnostics], (triggers & Triggers.Drift) != Triggers.None, _drift.Corrected(), plan.Request.Manifests.Count, start);
        return Attempt.Succeeded;
    }

    private async Task<(Attempt? Failure, (Plan Plan, ChangeSet Changes) Applied)> ApplyAsync(Artifact artifact, ApplyRequest request, Turn turn, long start)
    {
        using var stage = Stage.Start(Stage.Apply, GitOpsTelemetry.Tags.Unit, Name, _context.Metrics, _context.Time);
        var plan = await _applier.PlanAsync(request with { AnnounceTakeover = true }, turn.Token).ConfigureAwait(false);
        if (!plan.CanApply)
        {
            stage.Fail(Reasons.ValidationFailed);
            return (_report.Fail(IsTransient(plan.Diagnostics) ? Attempt.Failed : Attempt.Stalled, artifact, plan.Diagnostics, [], start), default);
        }

        var hooks = request.Hooks.Count == 0 ? s_nothing : await turn.PauseAsync(token => RunHooksAsync(plan, HookPhase.Before, token)).ConfigureAwait(false);
        if (!hooks.Succeeded)
        {
            stage.Fail(Reasons.HookFailed);
            return (_report.Fail(Attempt.Failed, artifact, ErrorsOf(hooks), hooks.Changes, start), default);
        }

        var changes = await _applier.ApplyAsync(plan, _report.Progress(request.Revision), turn.Token).ConfigureAwait(false);
        changes = changes with { Changes = [.. hooks.Changes, .. changes.Changes], Diagnostics = [.. hooks.Diagnostics, .. changes.Diagnostics] };
        foreach (var change in changes.Changes)
        {
            _context.Metrics.Applied(Name, change.Action);
        }

        if (!changes.Succeeded)
        {
            stage.Fail(Reasons.ApplyFailed);
            return (_report.Fail(Attempt.Failed, artifact, ErrorsOf(changes), changes.Changes, start), default);
        }

        stage.Succeed();
        return (null, (plan, changes));
    }

    private static List<Diagnostic> ErrorsOf(ChangeSet changes) =>
        [.. changes.Diagnostics, .. changes.Changes.Where(c => c.Error is not null).Select(c => c.Error! with { Resource = c.Error.Resource ?? c.Resource })];

    /// <summary>Runs hooks, holding no worker; each may take as long as the unit's timeout says.</summary>
    private ValueTask<ChangeSet> RunHooksAsync(Plan plan, HookPhase phase, CancellationToken cancellationToken) =>
        plan.Request.Hooks.Count > 0 && _applier.RunsHooks
            ? _applier.RunHooksAsync(plan, phase, EngineContext.Bounded(_options.Timeout), _report.Progress(plan.Request.Revision), cancellationToken)
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
        var (outcome, message) = await _health.RunAsync(HasNewRevision, _report.AwaitsHealth, cancellationToken).ConfigureAwait(false);
        switch (outcome)
        {
            case HealthOutcome.Healthy:
                _report.Healthy(message);
                stage.Succeed();
                return null;
            case HealthOutcome.Ended:
                stage.Fail(Reasons.HealthCheckCanceled);
                _report.StoppedAwaitingHealth(artifact);
                _inbox.Post(Triggers.Source);
                return Attempt.Waiting;
            default:
                stage.Fail(Reasons.HealthCheckFailed);
                _report.Unhealthy(message);
                return _report.Fail(Attempt.Failed, artifact, [Diagnostic.Error(Reasons.HealthCheckFailed, message)], changes.Changes, start);
        }
    }

    private bool HasNewRevision() => _source.Artifact is { } artifact && artifact.Revision != Status.LastAttemptedRevision;

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

    private void Correct()
    {
        if (!Status.IsSuspended)
        {
            _inbox.Post(Triggers.Drift);
        }
    }

    [LoggerMessage(EventId = 1201, EventName = "UnitAttemptFailed", Level = LogLevel.Error, Message = "Unit {Unit} failed unexpectedly")]
    private static partial void AttemptFailed(ILogger logger, Exception exception, string unit);
}
