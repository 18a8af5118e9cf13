namespace GitOps.Testing;

/// <summary>Controllers that an <see cref="InMemoryCluster"/> can run.</summary>
[Flags]
public enum ClusterControllers
{
    /// <summary>None: objects only change when somebody changes them.</summary>
    None = 0,

    /// <summary>Deletes objects whose owners are gone, and carries out foreground and orphan deletions.</summary>
    GarbageCollection = 1,

    /// <summary>Empties and removes namespaces that are being deleted.</summary>
    Namespaces = 2,

    /// <summary>Makes Deployments, StatefulSets, DaemonSets, Jobs, Pods, claims and Services ready, or lets them fail.</summary>
    Workloads = 4,

    /// <summary>All of them.</summary>
    All = GarbageCollection | Namespaces | Workloads,
}
