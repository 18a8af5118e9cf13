using System.Collections.Immutable;
using GitOps.Engine;
using GitOps.Events;
using GitOps.Notifications;
using GitOps.State;
using GitOps.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GitOps;

/// <summary>
/// The engine: watches the sources, reconciles the units, and answers questions about them. The host gets it from its services;
/// a hosted service runs it. A host that wants to drive it itself calls <see cref="ReconcileAsync"/>, <see cref="PlanAsync"/> and <see cref="ApplyAsync"/>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class GitOpsEngine : IAsyncDisposable
{
    private readonly Dictionary<string, SourceRunner> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnitRunner> _units = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<UnitRunner>> _dependents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<UnitRunner>> _consumers = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _order;
    private readonly EventStream _events = new();
    private readonly StateKeeper _state;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly NotificationDispatcher _notifications;
    private readonly EngineContext _context;
    private readonly TimeProvider _time;
    private readonly ILeaderElection? _election;
    private readonly Lock _waitersLock = new();
    private TaskCompletionSource _statusChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _opened;
    private ImmutableHashSet<string> _led = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Makes the engine; called by the host's services.</summary>
    /// <param name="options">Settings of the engine as a whole.</param>
    /// <param name="sources">The registered sources.</param>
    /// <param name="units">The registered units.</param>
    /// <param name="checks">Checks of other packages' configuration.</param>
    /// <param name="validators">The registered validators.</param>
    /// <param name="decryptors">The registered decryptor; the last one counts.</param>
    /// <param name="notifiers">The registered notifiers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="loggers">Makes the loggers.</param>
    /// <param name="services">For registrations that make their own parts, and for the <see cref="IApplier"/>, which is made only when the configuration is right.</param>
    /// <exception cref="GitOpsConfigurationException">The configuration has mistakes; the message lists them all.</exception>
    public GitOpsEngine(
        IOptions<GitOpsOptions> options,
        IEnumerable<SourceRegistration> sources,
        IEnumerable<UnitRegistration> units,
        IEnumerable<IConfigurationCheck> checks,
        IEnumerable<IManifestValidator> validators,
        IEnumerable<ISecretDecryptor> decryptors,
        IEnumerable<INotifier> notifiers,
        TimeProvider time,
        System.Diagnostics.Metrics.IMeterFactory meters,
        ILoggerFactory loggers,
        IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var configuration = EngineConfiguration.Create(options.Value, sources, units, [.. checks.SelectMany(c => c.Check()), .. MissingApplier(services)], services);
        var applier = services.GetRequiredService<IApplier>();
        _time = time;
        _election = services.GetService<ILeaderElection>();
        var metrics = new GitOpsMetrics(meters);
        _context = new EngineContext(options.Value, time, Random.Shared.NextDouble, metrics, Publish);
        _state = new StateKeeper(services.GetRequiredService<IStateStore>(), time, loggers.CreateLogger<StateKeeper>());
        _notifications = new NotificationDispatcher(notifiers, options.Value.NotificationTimeout, _state, time, metrics, loggers.CreateLogger<NotificationDispatcher>());
        IReadOnlyList<IManifestValidator> allValidators = [.. validators];
        var decryptor = decryptors.LastOrDefault();

        foreach (var (name, (registration, definition)) in configuration.Sources)
        {
            var runner = new SourceRunner(name, registration.Kind, definition, _context, loggers.CreateLogger<SourceRunner>()) { Changed = OnSourceChanged };
            _sources.Add(name, runner);
            _consumers.Add(name, []);
        }

        foreach (var (name, (registration, definition)) in configuration.Units)
        {
            var source = _sources[definition.SourceName!];
            var runner = new UnitRunner(name, registration.Kind, definition, source, applier, allValidators, decryptor, _context, loggers.CreateLogger<UnitRunner>()) { Changed = OnUnitChanged };
            _units.Add(name, runner);
            _dependents.Add(name, []);
            _consumers[source.Name].Add(runner);
        }

        foreach (var (name, (_, definition)) in configuration.Units)
        {
            _units[name].DependOn([.. definition.Options.DependsOn.Distinct(StringComparer.Ordinal).Select(d => _units[d])]);
            foreach (var dependency in definition.Options.DependsOn.Distinct(StringComparer.Ordinal))
            {
                _dependents[dependency].Add(_units[name]);
            }
        }

        _order = DependencyGraph.Sort(configuration.Units.ToDictionary(u => u.Key, IReadOnlyList<string> (u) => [.. u.Value.Definition.Options.DependsOn], StringComparer.Ordinal));
    }

    /// <summary>All units, each after the ones it depends on.</summary>
    /// <returns>Their states at this moment.</returns>
    public IReadOnlyList<UnitStatus> GetUnits() => [.. _order.Select(n => _units[n].Status)];

    /// <summary>One unit.</summary>
    /// <param name="name">The unit's name.</param>
    /// <returns>Its state at this moment.</returns>
    /// <exception cref="ArgumentException">There is no such unit.</exception>
    public UnitStatus GetUnit(string name) => Unit(name).Status;

    /// <summary>All sources in ordinal order of their names.</summary>
    /// <returns>Their states at this moment.</returns>
    public IReadOnlyList<SourceStatus> GetSources() => [.. _sources.Values.Select(s => s.Status).OrderBy(s => s.Name, StringComparer.Ordinal)];

    /// <summary>Looks at a source now; its units follow when there is something new.</summary>
    /// <param name="name">The source's name.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The source's state after the look.</returns>
    /// <exception cref="ArgumentException">There is no such source.</exception>
    public async Task<SourceStatus> PollSourceAsync(string name, CancellationToken cancellationToken = default)
    {
        var source = Source(name);
        await OpenStateAsync(null, cancellationToken).ConfigureAwait(false);
        await source.PollAsync(cancellationToken).ConfigureAwait(false);
        return source.Status;
    }

    /// <summary>Asks the running engine to look at a source soon; any number of requests until it looks are one look.</summary>
    /// <param name="name">The source's name.</param>
    /// <exception cref="ArgumentException">There is no such source.</exception>
    public void RequestPoll(string name) => Source(name).RequestPoll();

    /// <summary>Looks at the unit's source and reconciles the unit now, also when it is suspended. Dependencies are still respected.</summary>
    /// <param name="name">The unit's name.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The unit's state afterwards; failure is in its conditions.</returns>
    /// <exception cref="ArgumentException">There is no such unit.</exception>
    public async Task<UnitStatus> ReconcileAsync(string name, CancellationToken cancellationToken = default)
    {
        var unit = Unit(name);
        await OpenStateAsync(null, cancellationToken).ConfigureAwait(false);
        await unit.Source.PollAsync(cancellationToken).ConfigureAwait(false);
        await unit.ReconcileAsync(Triggers.Demand, cancellationToken).ConfigureAwait(false);
        return unit.Status;
    }

    /// <summary>
    /// Renders, validates and compares without writing anything, at the revision that the unit's source serves; <see cref="PollSourceAsync"/> looks for a newer one.
    /// </summary>
    /// <param name="name">The unit's name.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The plan; what is wrong is in its diagnostics.</returns>
    /// <exception cref="ArgumentException">There is no such unit.</exception>
    /// <exception cref="GitOpsException">The source has no revision to plan from.</exception>
    public async Task<Plan> PlanAsync(string name, CancellationToken cancellationToken = default)
    {
        var unit = Unit(name);
        if (unit.Source.Artifact is null)
        {
            await unit.Source.PollAsync(cancellationToken).ConfigureAwait(false);
        }

        return await unit.PlanAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Carries out a plan that <see cref="PlanAsync"/> made; refused when live state moved since.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The plan is of no unit of this engine.</exception>
    public Task<ChangeSet> ApplyAsync(Plan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Unit(plan.Request.UnitName).ApplyAsync(plan, cancellationToken);
    }

    /// <summary>Stops reconciling a unit until it is resumed; what is applied stays.</summary>
    /// <param name="name">The unit's name.</param>
    /// <exception cref="ArgumentException">There is no such unit.</exception>
    public void Suspend(string name) => Unit(name).Suspend();

    /// <summary>Goes on with a suspended unit, at once.</summary>
    /// <param name="name">The unit's name.</param>
    /// <exception cref="ArgumentException">There is no such unit.</exception>
    public void Resume(string name) => Unit(name).Resume();

    /// <summary>Everything that happens from the call on. A reader that falls more than 4096 events behind loses the oldest.</summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The events.</returns>
    public IAsyncEnumerable<GitOpsEvent> ReadEventsAsync(CancellationToken cancellationToken = default) => _events.Subscribe(cancellationToken);

    /// <summary>Waits until the units' states satisfy a condition; it is looked at now and after each change.</summary>
    /// <param name="condition">The condition; it gets what <see cref="GetUnits"/> returns.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The states that satisfied it.</returns>
    public async Task<IReadOnlyList<UnitStatus>> WaitAsync(Func<IReadOnlyList<UnitStatus>, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        while (true)
        {
            Task changed;
            lock (_waitersLock)
            {
                changed = _statusChanged.Task;
            }

            var units = GetUnits();
            if (condition(units))
            {
                return units;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs all sources and units until it is cancelled; the hosted service calls it.</summary>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>Completes when everything has stopped.</returns>
    /// <exception cref="InvalidOperationException">The engine runs already.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException("The engine runs already.");
        }

        try
        {
            await (_election is null ? RunAloneAsync(cancellationToken) : RunElectedAsync(_election, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _notifications.DisposeAsync().ConfigureAwait(false);
        await _state.DisposeAsync().ConfigureAwait(false);
        foreach (var unit in _units.Values)
        {
            unit.Dispose();
        }

        foreach (var source in _sources.Values)
        {
            source.Dispose();
        }

        _context.Dispose();
        _opening.Dispose();
    }

    private async Task RunAloneAsync(CancellationToken cancellationToken)
    {
        await OpenStateAsync(null, cancellationToken).ConfigureAwait(false);
        await RunAllAsync([RunSourcesAsync, token => RunUnitsAsync(_ => true, token)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A host that does not lead still watches its sources, so that it can take over at once. Each group of units has a leader of its own.</summary>
    private Task RunElectedAsync(ILeaderElection election, CancellationToken cancellationToken) =>
        RunAllAsync(
            [RunSourcesAsync, .. _units.Values.Select(u => u.LeaseGroup).Distinct(StringComparer.Ordinal).Select(group => (Func<CancellationToken, Task>)(token => election.RunAsync(group, term => LeadAsync(group, term), token)))],
            cancellationToken);

    private async Task LeadAsync(string group, CancellationToken cancellationToken)
    {
        ImmutableInterlocked.Update(ref _led, led => led.Add(group));
        try
        {
            await OpenStateAsync(group, cancellationToken).ConfigureAwait(false);
            await RunUnitsAsync(u => u.LeaseGroup == group, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ImmutableInterlocked.Update(ref _led, led => led.Remove(group));
        }
    }

    /// <summary>Of several hosts the one that leads a unit's group tells of the unit; of a source the one that leads its first unit.</summary>
    private bool Tells(GitOpsEvent gitOpsEvent) => _election is null || _led.Contains(GroupOf(gitOpsEvent));

    private string GroupOf(GitOpsEvent gitOpsEvent) =>
        (gitOpsEvent.Unit is { } name ? _units.GetValueOrDefault(name) : _consumers.GetValueOrDefault(gitOpsEvent.Source ?? "")?.FirstOrDefault())?.LeaseGroup ?? "";

    private Task RunSourcesAsync(CancellationToken cancellationToken) =>
        RunAllAsync(_sources.Values.Select(s => (Func<CancellationToken, Task>)s.RunAsync), cancellationToken);

    private Task RunUnitsAsync(Func<UnitRunner, bool> which, CancellationToken cancellationToken) =>
        RunAllAsync(_order.Select(n => _units[n]).Where(which).Select(u => (Func<CancellationToken, Task>)u.RunAsync), cancellationToken);

    /// <summary>Takes over what an earlier host left behind: once, and for the units of a group anew for each term of its leadership, for another host may have led in between.</summary>
    private async Task OpenStateAsync(string? group, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_opened && group is null)
            {
                return;
            }

            var units = _opened ? [.. _units.Values.Where(u => u.LeaseGroup == group)] : _units.Values.ToList();

            await _state.FlushAsync(cancellationToken).ConfigureAwait(false);
            var state = await _state.LoadAsync(why => units.ForEach(u => u.Hold(Reasons.StateInUse, why)), cancellationToken).ConfigureAwait(false);
            foreach (var unit in units)
            {
                if (state.TryGetValue(StateKeys.Unit(unit.Name), out var json) && StateJson.TryRead(json, out UnitState? known))
                {
                    unit.Restore(known);
                }
            }

            foreach (var source in _sources.Values)
            {
                if (state.TryGetValue(StateKeys.Source(source.Name), out var json) && StateJson.TryRead(json, out SourceState? known))
                {
                    source.Restore(known);
                }
            }

            _notifications.Restore(state, Tells);
            _opened = true;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Runs loops until the token is cancelled or one of them breaks; then all have ended.</summary>
    private async Task RunAllAsync(IEnumerable<Func<CancellationToken, Task>> loops, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = loops.Select(l => l(stop.Token)).ToList();
        try
        {
            await (await Task.WhenAny([.. running, Task.Delay(Timeout.InfiniteTimeSpan, _time, stop.Token)]).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IEnumerable<string> MissingApplier(IServiceProvider services) =>
        services.GetService<IServiceProviderIsService>()?.IsService(typeof(IApplier)) == false
            ? ["There is no cluster to apply to: call UseKubernetes(), or UseApplier() with your own."]
            : [];

    private SourceRunner Source(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _sources.TryGetValue(name, out var source) ? source : throw new ArgumentException($"There is no source '{name}'.", nameof(name));
    }

    internal Task DrainNotificationsAsync(CancellationToken cancellationToken) => _notifications.CompleteAsync(cancellationToken);

    private UnitRunner Unit(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _units.TryGetValue(name, out var unit) ? unit : throw new ArgumentException($"There is no unit '{name}'.", nameof(name));
    }

    private void OnSourceChanged(SourceRunner source)
    {
        foreach (var unit in _consumers[source.Name])
        {
            unit.Wake(Triggers.Source);
        }
    }

    private void OnUnitChanged(UnitRunner unit, bool moved)
    {
        TaskCompletionSource changed;
        lock (_waitersLock)
        {
            changed = _statusChanged;
            _statusChanged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
        if (moved && unit.Status.IsReady)
        {
            foreach (var dependent in _dependents[unit.Name])
            {
                dependent.Wake(Triggers.Dependency);
            }
        }
    }

    private void Publish(GitOpsEvent? gitOpsEvent, IReadOnlyList<(string Key, Func<ReadOnlyMemory<byte>>? Value)> state)
    {
        if (gitOpsEvent is not null)
        {
            _events.Publish(gitOpsEvent);
        }

        if (gitOpsEvent is { IsTransition: true, Severity: not EventSeverity.Trace } && Tells(gitOpsEvent))
        {
            _notifications.Post(gitOpsEvent, state);
        }
        else if (state.Count > 0)
        {
            _state.Write(state);
        }
    }
}
