using GitOps.Testing;

namespace GitOps.Integration.Tests.Servers;

/// <summary>The in-memory API server.</summary>
public sealed class MemoryCluster : ITestCluster, IAsyncLifetime
{
    private InMemoryCluster? _cluster;

    public string? SkipReason => null;

    public string Kubeconfig => Server.Kubeconfig;

    public bool HasControllers => false;

    public InMemoryCluster Server => _cluster ?? throw new InvalidOperationException("The cluster was not started.");

    public async ValueTask InitializeAsync() => _cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Rbac = true });

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
