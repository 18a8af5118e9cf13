using System.Runtime.CompilerServices;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Client.Access;
using GitOps.Kubernetes.Drifting;
using GitOps.Kubernetes.Health;
using GitOps.Kubernetes.Hooks;
using GitOps.Kubernetes.Inventories;
using GitOps.Kubernetes.Leases;
using GitOps.Kubernetes.Planning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GitOps.Kubernetes;

/// <summary>
/// Makes a Kubernetes cluster equal to a desired set by server-side apply: the whole set is dry-run before the first write,
/// an inventory in the cluster names everything that is owned, and what did not move costs no request.
/// </summary>
/// <remarks>
/// Thread-safe; one applier serves any number of units of one cluster. Plans and applies of one unit must not overlap;
/// should another process apply the same unit at the same time, one of the two fails with <see cref="Reasons.Conflict"/>.
/// What a cluster may well refuse comes back as diagnostics; exceptions are for misuse.
/// </remarks>
public sealed class KubernetesApplier : IApplier, IDisposable
{
    private readonly KubernetesOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<IHealthAssessor> _assessors;
    private readonly Lock _lock = new();
    private readonly Func<KubernetesOptions, ClusterConnection> _connect;
    private Cluster? _cluster;
    private bool _disposed;

    /// <summary>Makes an applier. It connects when it is first used.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Where to log; <see langword="null"/> for nowhere.</param>
    /// <param name="healthAssessors">Rules that are asked before the built-in ones; <see langword="null"/> for none.</param>
    public KubernetesApplier(KubernetesOptions options, TimeProvider? timeProvider = null, ILogger<KubernetesApplier>? logger = null, IEnumerable<IHealthAssessor>? healthAssessors = null)
        : this(options, timeProvider, logger, healthAssessors, o => ClusterConnection.Open(o, timeProvider ?? TimeProvider.System, ClusterEnvironment.Process))
    {
    }

    internal KubernetesApplier(KubernetesOptions options, TimeProvider? timeProvider, ILogger? logger, IEnumerable<IHealthAssessor>? healthAssessors, Func<KubernetesOptions, ClusterConnection> connect)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _assessors = [.. healthAssessors ?? []];
        _connect = connect;
    }

    /// <summary>How many requests were sent so far.</summary>
    internal long RequestCount => _cluster?.Client.RequestCount ?? 0;

    /// <summary>Elections among the hosts that share the options' lease; a group of units has a lease of its own, named after both.</summary>
    internal ILeaderElection CreateElection()
    {
        var identity = $"{Environment.MachineName}_{Guid.NewGuid():N}";
        return CreateElection(group => new LeaseOptions(_options.InventoryNamespace, group.Length == 0 ? _options.LeaseName : $"{_options.LeaseName}-{group}", identity) { FieldManager = _options.FieldManager });
    }

    /// <summary>Elections on other terms. From now on the applier writes for a group only while this host leads it.</summary>
    internal ILeaderElection CreateElection(Func<string, LeaseOptions> terms)
    {
        var cluster = Connect();
        return new LeaderElection(cluster.Client.Behind(null), terms, cluster.Fences, _time, _logger);
    }

    /// <summary>Completes when a drift watch of a unit runs and has told everything there is to tell.</summary>
    internal async Task WatchingAsync(string unitName, CancellationToken cancellationToken)
    {
        var watch = await Connect().Watches.WhenRegistered(Owner.LabelValue(unitName)).WaitAsync(cancellationToken).ConfigureAwait(false);
        await watch.Settled.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The client for the cluster; connects when need be.</summary>
    internal DynamicClient Client => Connect().Client;

    /// <summary>What reading single objects needs; connects when need be.</summary>
    internal (DynamicClient Client, Discovery Discovery) Reading => Connect() is var cluster ? (cluster.Client, cluster.Discovery) : default;

    /// <summary>The namespace that the kubeconfig's context names; connects when need be.</summary>
    internal string? DefaultNamespace => Client.DefaultNamespace;

    /// <inheritdoc/>
    public async ValueTask<Plan> PlanAsync(ApplyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.UnitName);
        Cluster cluster;
        try
        {
            cluster = Connect(request);
        }
        catch (GitOpsException e)
        {
            return new Plan(request, [], [Diagnostic.Error(e.Reason, e.Message, e.Location)]);
        }

        var watch = cluster.Watches.Find(Owner.LabelValue(request.UnitName));
        var plan = await new Planner(cluster, request, watch is { IsSynced: true } ? watch : null).RunAsync(cancellationToken).ConfigureAwait(false);
        if (plan.Announced)
        {
            watch?.Remember(plan.Inventory);
        }

        return watch is null || watch.Unwatchable.Count == 0 ? plan : plan with { Diagnostics = [.. plan.Diagnostics, .. watch.Findings()] };
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The plan is not one of this type of applier, or it has errors.</exception>
    public async ValueTask<ChangeSet> ApplyAsync(Plan plan, IProgress<ObjectChange>? progress, CancellationToken cancellationToken)
    {
        var own = Own(plan);
        return (await ExecuteAsync(Connect(own.Request), own, progress, cancellationToken).ConfigureAwait(false)).Changes;
    }

    private static KubernetesPlan Own(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan is not KubernetesPlan own)
        {
            throw new ArgumentException("The plan was not made by this applier.", nameof(plan));
        }

        return plan.CanApply ? own : throw new ArgumentException("The plan has errors and cannot be applied: see its diagnostics.", nameof(plan));
    }

    /// <inheritdoc/>
    public bool RunsHooks => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The plan is not one of this type of applier, or it has errors.</exception>
    public ValueTask<ChangeSet> RunHooksAsync(Plan plan, HookPhase phase, TimeSpan timeout, IProgress<ObjectChange>? progress, CancellationToken cancellationToken) =>
        Own(plan) is { HookRun: { } run } own
            ? new HookRunner(Connect(own.Request), own, run, timeout, progress).RunAsync(phase, cancellationToken)
            : ValueTask.FromResult(new ChangeSet([], []));

    /// <inheritdoc/>
    public async ValueTask<ChangeSet> DeleteAsync(string unitName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(unitName);
        var plan = await PlanAsync(new ApplyRequest(unitName, []) { AllowEmpty = true, LeaseGroup = Connect().GroupOf(unitName) }, cancellationToken).ConfigureAwait(false);
        if (plan is not KubernetesPlan own || !plan.CanApply)
        {
            return new ChangeSet([], plan.Diagnostics);
        }

        var cluster = Connect(own.Request);
        var (changes, result) = await ExecuteAsync(cluster, own, null, cancellationToken).ConfigureAwait(false);
        if (changes.Succeeded && result is { Entries.Count: 0 } inventory)
        {
            cluster.Claims.Remove(Owner.LabelValue(unitName));
            var error = await cluster.Inventories.DeleteAsync(inventory, cancellationToken).ConfigureAwait(false)
                ?? await cluster.Releases.DeleteAsync(unitName, cancellationToken).ConfigureAwait(false);
            if (error is not null)
            {
                return changes with { Diagnostics = [.. changes.Diagnostics, Failures.General(error, "The records of the unit cannot be removed", null)] };
            }
        }

        return changes;
    }

    /// <summary>Plans the deletion of those objects of a set that the unit owns; the rest of the unit stays.</summary>
    internal async ValueTask<Plan> PlanDeleteAsync(ApplyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await new Planner(Connect(request), request, null).DeleteOnlyAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (GitOpsException e)
        {
            return new Plan(request, [], [Diagnostic.Error(e.Reason, e.Message, e.Location)]);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<HealthReport> WatchHealthAsync(string unitName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(unitName);
        return new HealthWatch(Connect(), unitName, _assessors).RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Drift> WatchDriftAsync(ApplyRequest request, IProgress<IReadOnlyList<Diagnostic>>? unwatched, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cluster = Connect(request);
        var (desired, ignore, diagnostics) = await new Planner(cluster, request, null).MapOnlyAsync(cancellationToken).ConfigureAwait(false);
        if (diagnostics.FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is { } problem)
        {
            throw new GitOpsException(problem.Reason, $"The unit {request.UnitName} cannot be watched: {problem}");
        }

        var (inventory, error) = await cluster.Inventories.LoadAsync(request.UnitName, cancellationToken).ConfigureAwait(false);
        if (inventory is null)
        {
            throw new GitOpsException(Failures.ReasonOf(error!), $"The inventory of the unit {request.UnitName} cannot be read: {Failures.Explain(error!, null)}.");
        }

        var watch = new UnitWatch(cluster, cluster.Client.As(request.ServiceAccount), Owner.Of(request.UnitName, _options.InventoryNamespace), ignore, desired, inventory);
        await foreach (var drift in watch.RunAsync([.. desired.Select(d => (d.Resource, d.Id.Namespace)).Distinct()], unwatched, cancellationToken).ConfigureAwait(false))
        {
            yield return drift;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _cluster?.Dispose();
            _cluster = null;
        }
    }

    private static async ValueTask<(ChangeSet Changes, Inventory? Inventory)> ExecuteAsync(Cluster cluster, KubernetesPlan plan, IProgress<ObjectChange>? progress, CancellationToken cancellationToken)
    {
        var watch = cluster.Watches.Find(Owner.LabelValue(plan.Request.UnitName));
        var executor = new Executor(cluster, plan, progress, watch is { IsSynced: true } ? watch : null);
        watch?.BeginApply();
        try
        {
            return (await executor.RunAsync(cancellationToken).ConfigureAwait(false), executor.Result);
        }
        finally
        {
            watch?.EndApply(executor.Result, executor.Written.Values, plan.Objects.Where(o => o.Desired is not null).Select(o => o.Desired!));
        }
    }

    private Cluster Connect(ApplyRequest request) => Connect().For(request.LeaseGroup);

    private Cluster Connect()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _cluster ??= new Cluster(_connect(_options), _options, _time, _logger);
        }
    }
}
