namespace GitOps.Integration.Tests.Servers;

/// <summary>An API server that tests may write to: the real one or the in-memory one.</summary>
public interface ITestCluster
{
    /// <summary>Why the server is not to be had here; <see langword="null"/> when it is.</summary>
    string? SkipReason { get; }

    /// <summary>A kubeconfig of an administrator.</summary>
    string Kubeconfig { get; }

    /// <summary>Whether controllers outside the API server (garbage collection, namespaces, workloads) run.</summary>
    bool HasControllers { get; }
}
