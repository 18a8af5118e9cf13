namespace GitOps.Testing;

/// <summary>Runs the controllers of a cluster.</summary>
internal sealed class ControllerHost : IAsyncDisposable
{
    private ControllerHost()
    {
    }

    public static ControllerHost Start(ClusterState state, InMemoryClusterOptions options)
    {
        _ = state;
        _ = options;
        return new ControllerHost();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
