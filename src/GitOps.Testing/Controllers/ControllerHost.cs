using System.Threading.Channels;

namespace GitOps.Testing;

/// <summary>Runs the controllers of a cluster: one loop that works through what changed.</summary>
internal sealed class ControllerHost : IAsyncDisposable
{
    private readonly ClusterState _state;
    private readonly Channel<(ResourceDefinition Definition, Change? Change, string Namespace, string Name)> _work =
        Channel.CreateUnbounded<(ResourceDefinition, Change?, string, string)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly List<IController> _controllers = [];
    private readonly List<ITimer> _timers = [];
    private Task _loop = Task.CompletedTask;

    private ControllerHost(ClusterState state) => _state = state;

    public static ControllerHost Start(ClusterState state, InMemoryClusterOptions options)
    {
        var host = new ControllerHost(state);
        var handler = new ResourceHandler(state);
        if (options.Controllers.HasFlag(ClusterControllers.GarbageCollection))
        {
            host._controllers.Add(new GarbageCollector(state, handler));
        }

        if (options.Controllers.HasFlag(ClusterControllers.Namespaces))
        {
            host._controllers.Add(new NamespaceController(state, handler));
        }

        if (options.Controllers.HasFlag(ClusterControllers.Workloads))
        {
            host._controllers.Add(new WorkloadController(state, handler, options.Workloads, host.Later));
        }

        state.Registry.Added += host.Subscribe;
        foreach (var definition in state.Registry.All)
        {
            host.Subscribe(definition);
        }

        host._loop = Task.Run(host.RunAsync);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        _state.Registry.Added -= Subscribe;
        await _stop.CancelAsync().ConfigureAwait(false);
        _work.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        foreach (var timer in _timers)
        {
            await timer.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private void Subscribe(ResourceDefinition definition)
    {
        definition.Store.Changed += change => _work.Writer.TryWrite((definition, change, change.Object.Namespace, change.Object.Name));
        foreach (var item in definition.Store.List("", out _))
        {
            _work.Writer.TryWrite((definition, new Change(ChangeKind.Added, item.Revision, item, null), item.Namespace, item.Name));
        }
    }

    private void Later(TimeSpan delay, ResourceDefinition definition, string ns, string name)
    {
        lock (_timers)
        {
            _timers.Add(_state.Time.CreateTimer(_ => _work.Writer.TryWrite((definition, null, ns, name)), null, delay, Timeout.InfiniteTimeSpan));
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var (definition, change, ns, name) in _work.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                foreach (var controller in _controllers)
                {
                    try
                    {
                        controller.Handle(definition, change, ns, name);
                    }
                    catch (ApiException)
                    {
                        // Somebody else changed the object first; that change is in the queue and is worked on in its turn.
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster stops.
        }
    }
}
