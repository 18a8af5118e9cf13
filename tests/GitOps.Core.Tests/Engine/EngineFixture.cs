using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Core.Tests.Engine;

/// <summary>An engine with a fake clock, source and cluster. Every wait ends after a minute of real time with what was seen until then.</summary>
internal sealed class EngineFixture : IAsyncDisposable
{
    /// <summary>How long a test waits in real time for what has to happen; a busy machine may need most of it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<GitOpsEvent> _events = [];
    private readonly Task _reader;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _run = Task.CompletedTask;

    public EngineFixture(Action<IGitOpsBuilder> configure, Action<GitOpsOptions>? options = null, FakeSource? source = null, FakeApplier? applier = null, TimeSpan? sourceInterval = null, TimeSpan? sourceTimeout = null)
    {
        Source = source ?? new FakeSource();
        Applier = applier ?? new FakeApplier();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IApplier>(Applier);
        var builder = services.AddGitOps(o =>
        {
            o.Jitter = 0;
            options?.Invoke(o);
        });
        builder.AddSource("fleet", _ => Source, sourceInterval ?? TimeSpan.FromMinutes(1), sourceTimeout);
        configure(builder);
        _services = services.BuildServiceProvider();
        Engine = _services.GetRequiredService<GitOpsEngine>();
        var stream = Engine.ReadEventsAsync(_stop.Token);
        _reader = Task.Run(async () =>
        {
            try
            {
                await foreach (var gitOpsEvent in stream)
                {
                    TaskCompletionSource arrived;
                    lock (_events)
                    {
                        _events.Add(gitOpsEvent);
                        arrived = _arrived;
                        _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    }

                    arrived.TrySetResult();
                }
            }
            catch (OperationCanceledException)
            {
                // The fixture is done.
                return;
            }
        });
    }

    public ObservedTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public FakeSource Source { get; }

    public FakeApplier Applier { get; }

    public GitOpsEngine Engine { get; }

    public IReadOnlyList<GitOpsEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public static string ConfigMap(string name, string value = "1") =>
        $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: \"{value}\"\n";

    /// <summary>Commits, and has the source looked at: when this is done, every unit of the source was woken.</summary>
    public Task<SourceStatus> CommitAsync(string digest, params (string Path, string Text)[] files)
    {
        Source.Commit(digest, files);
        return Engine.PollSourceAsync("fleet", TestContext.Current.CancellationToken);
    }

    public void Start() => _run = Engine.RunAsync(_stop.Token);

    public async Task<UnitStatus> WaitForAsync(string unit, Func<UnitStatus, bool> condition)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await Engine.WaitAsync(units => condition(units.Single(u => u.Name == unit)), timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{unit} is {Engine.GetUnit(unit)} {string.Join("; ", Engine.GetUnit(unit).Conditions)}; events: {string.Join("\n", Events.Select(e => $"{e.Unit} {e.Reason} {e.Message}"))}");
        }

        return Engine.GetUnit(unit);
    }

    public Task<UnitStatus> WaitForReadyAsync(string unit, string digest) =>
        WaitForAsync(unit, u => u.IsReady && u.LastAppliedRevision?.Digest == digest);

    /// <summary>Waits for an event, also one that has passed already.</summary>
    public async Task<GitOpsEvent> WaitForEventAsync(Func<GitOpsEvent, bool> condition) => (await WaitForEventsAsync(condition, 1))[0];

    /// <summary>Waits until there are so many events of a kind, those that have passed already among them.</summary>
    public async Task<IReadOnlyList<GitOpsEvent>> WaitForEventsAsync(Func<GitOpsEvent, bool> condition, int count)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                Task arrived;
                lock (_events)
                {
                    if (_events.Where(condition).ToList() is { } found && found.Count >= count)
                    {
                        return found;
                    }

                    arrived = _arrived.Task;
                }

                await arrived.WaitAsync(timeout.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No {count} such events among: {string.Join("\n", Events.Select(e => $"{e.Unit} {e.Reason} {e.Message}"))}");
        }
    }

    /// <summary>Lets the waits pass that are no longer than some time, one after the other, until something is done. Limits of the test's units are longer.</summary>
    public Task PassAsync(TimeSpan atMost, Task until) => Time.PassAsync(wait => wait <= atMost, until);

    /// <summary>Stops the engine as a host does: what was told is delivered, or stays in the outbox.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Engine.DrainNotificationsAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _reader;
        await _services.DisposeAsync();
        _stop.Dispose();
    }
}
