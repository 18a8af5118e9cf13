namespace GitOps.Integration.Tests.Servers;

/// <summary>An in-memory API server that a test has started itself.</summary>
internal sealed record StartedCluster(string Kubeconfig) : ITestCluster
{
    public string? SkipReason => null;

    public bool HasControllers => false;
}
