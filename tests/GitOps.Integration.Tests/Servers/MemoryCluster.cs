using GitOps.Testing;

namespace GitOps.Integration.Tests.Servers;

/// <summary>The in-memory API server.</summary>
public class MemoryCluster : ITestCluster, IAsyncLifetime
{
    private readonly bool _https;
    private InMemoryCluster? _cluster;

    public MemoryCluster()
        : this(https: false)
    {
    }

    protected MemoryCluster(bool https) => _https = https;

    public string? SkipReason => null;

    public string Kubeconfig => Server.Kubeconfig;

    public bool HasControllers => false;

    public InMemoryCluster Server => _cluster ?? throw new InvalidOperationException("The cluster was not started.");

    public async ValueTask InitializeAsync() => _cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Rbac = true, Https = _https });

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
